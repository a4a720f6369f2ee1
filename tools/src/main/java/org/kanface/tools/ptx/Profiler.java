package org.kanface.tools.ptx;

import java.util.Arrays;
import java.util.BitSet;
import java.util.IdentityHashMap;

/// Counts what memory accesses cost on hardware: 32-byte sectors for a request of a warp, passes
/// over the 32 banks of shared memory, lanes that an atomic makes wait; and split branches.
final class Profiler implements Probe {
  private static final int SECTOR = 32;
  private static final int BANKS = 32;

  /// Sums over all requests of one instruction.
  static final class Row {
    String space = "";
    Access access = Access.LOAD;
    long requests;
    long lanes;
    long bytes;

    /// Sectors of global or local memory that requests touched, each request on its own.
    long sectors;

    /// The fewest that could carry the bytes that lanes asked for.
    long idealSectors;

    /// Passes over the banks of shared memory.
    long passes;

    /// The fewest, 1 for each 128 bytes.
    long idealPasses;

    /// For atomics: the largest number of lanes at one address, summed.
    long contention;
  }

  private final Launch launch;
  private final IdentityHashMap<Op, Row> rows = new IdentityHashMap<>();
  private final IdentityHashMap<Op, long[]> splits = new IdentityHashMap<>();
  private final IdentityHashMap<Allocation, BitSet> touched = new IdentityHashMap<>();
  private final long[] scratch = new long[4 * Op.LANES * 2];

  Profiler(Launch launch) {
    this.launch = launch;
  }

  IdentityHashMap<Op, Row> rows() {
    return rows;
  }

  /// How often a branch split its lanes.
  long splits(Op op) {
    long[] n = splits.get(op);
    return n == null ? 0 : n[0];
  }

  /// Distinct bytes of global memory that were touched, in whole sectors.
  long touchedBytes() {
    long sectors = 0;
    for (BitSet set : touched.values()) {
      sectors += set.cardinality();
    }
    return sectors * SECTOR;
  }

  @Override
  public void diverges(Warp w, Op op, int taken, int notTaken) {
    splits.computeIfAbsent(op, _ -> new long[1])[0]++;
  }

  @Override
  public void access(Warp w, Op op, int mask, int bytes, int element, Access access) {
    Row row = rows.computeIfAbsent(op, _ -> new Row());
    int lanes = Integer.bitCount(mask);
    row.access = access;
    row.requests++;
    row.lanes += lanes;
    row.bytes += (long) lanes * bytes;
    long first = w.addresses[Integer.numberOfTrailingZeros(mask)];
    long window = first >> Window.WINDOW_SHIFT << Window.WINDOW_SHIFT;
    if (window == Window.PARAM) {
      row.space = "param";
      return;
    }
    if (access == Access.ATOMIC) {
      row.contention += contention(w, mask);
    }
    if (window == Window.SHARED) {
      row.space = "shared";
      row.passes += passes(w, mask, bytes);
      row.idealPasses += Math.max(1, ((long) lanes * bytes + 127) / 128);
    } else {
      row.space = window == Window.LOCAL ? "local" : "global";
      int n = sectors(w, mask, bytes, window == Window.LOCAL);
      row.sectors += n;
      row.idealSectors += Math.min(n, Math.max(1, ((long) lanes * bytes + 31) / 32));
      if (window != Window.LOCAL) {
        touch(n);
      }
    }
  }

  /// Distinct sectors of a request, left in [#scratch]. Local memory is interleaved by lanes on
  /// hardware: word `k` of all lanes lies together.
  private int sectors(Warp w, int mask, int bytes, boolean local) {
    int n = 0;
    for (int m = mask; m != 0; m &= m - 1) {
      int lane = Integer.numberOfTrailingZeros(m);
      long at = local ? w.addresses[lane] / 4 * 128 + 4L * lane : w.addresses[lane];
      for (long s = at / SECTOR; s <= (at + bytes - 1) / SECTOR; s++) {
        scratch[n++] = s;
      }
    }
    return distinct(n);
  }

  private int distinct(int n) {
    Arrays.sort(scratch, 0, n);
    int d = 0;
    for (int i = 0; i < n; i++) {
      if (i == 0 || scratch[i] != scratch[i - 1]) {
        scratch[d++] = scratch[i];
      }
    }
    return d;
  }

  private void touch(int n) {
    for (int i = 0; i < n; i++) {
      long address = scratch[i] * SECTOR;
      Allocation block;
      try {
        block = launch.device.memory().find(address, 1);
      } catch (Fault _) {
        continue;
      }
      touched
          .computeIfAbsent(block, _ -> new BitSet())
          .set((int) ((address - block.base) / SECTOR));
    }
  }

  /// Passes over the banks: lanes are served together as long as 32 banks of 4 bytes can, for 8
  /// bytes in halves of the warp and for 16 in quarters; lanes at the same word share it.
  private int passes(Warp w, int mask, int bytes) {
    int together = bytes <= 4 ? 32 : bytes == 8 ? 16 : 8;
    int sum = 0;
    for (int from = 0; from < Op.LANES; from += together) {
      int n = 0;
      for (int lane = from; lane < from + together; lane++) {
        if ((mask >>> lane & 1) != 0) {
          for (long word = w.addresses[lane] / 4;
              word <= (w.addresses[lane] + bytes - 1) / 4;
              word++) {
            scratch[n++] = word;
          }
        }
      }
      n = distinct(n);
      var perBank = new int[BANKS];
      int most = 0;
      for (int i = 0; i < n; i++) {
        most = Math.max(most, ++perBank[(int) (scratch[i] % BANKS)]);
      }
      sum += most;
    }
    return sum;
  }

  private int contention(Warp w, int mask) {
    int n = 0;
    for (int m = mask; m != 0; m &= m - 1) {
      scratch[n++] = w.addresses[Integer.numberOfTrailingZeros(m)];
    }
    Arrays.sort(scratch, 0, n);
    int most = 1;
    int run = 1;
    for (int i = 1; i < n; i++) {
      run = scratch[i] == scratch[i - 1] ? run + 1 : 1;
      most = Math.max(most, run);
    }
    return most;
  }
}
