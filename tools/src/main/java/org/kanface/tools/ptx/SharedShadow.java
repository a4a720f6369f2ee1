package org.kanface.tools.ptx;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is known about each byte of a block's shared memory: whether it was written, by whom last,
/// and who read it.
///
/// Accesses of two warps are ordered if a barrier, or an atomic that both executed on the same
/// address (or an acquire that reads where another released), lies between them (vector clocks,
/// Flanagan and Freund 2009, with a clock a warp);
/// those of two lanes of a warp, if the warp was brought in step in between. Of the readers of a
/// byte the last two are known.
final class SharedShadow {
  /// The other access of a race.
  record Race(Op other, int thread, int at) {}

  /// An access that a later one may race with.
  private record Past(Op op, int thread, int epoch, int step, boolean strong) {}

  private final @Nullable Past[] writes;
  private final @Nullable Past[] reads;
  private final @Nullable Past[] olderReads;
  private final byte[] values;

  /// `clocks[w][v]`: up to which epoch warp `w` has seen what warp `v` did.
  private final int[][] clocks;

  /// How often each warp was brought in step.
  private final int[] steps;

  private final Map<Integer, int[]> barriers = new HashMap<>();
  private final Map<Integer, int[]> atomics = new HashMap<>();

  SharedShadow(Block block) {
    writes = new @Nullable Past[block.sharedBytes];
    reads = new @Nullable Past[block.sharedBytes];
    olderReads = new @Nullable Past[block.sharedBytes];
    values = new byte[block.sharedBytes];
    int warps = (int) ((block.launch.block.count() + Op.LANES - 1) / Op.LANES);
    clocks = new int[warps][warps];
    steps = new int[warps];
    for (int w = 0; w < warps; w++) {
      clocks[w][w] = 1;
    }
  }

  boolean written(int at, int bytes) {
    for (int n = at; n < at + bytes; n++) {
      if (writes[n] == null) {
        return false;
      }
    }
    return true;
  }

  /// Notes an access; the first race that it is part of, or null.
  @Nullable Race access(Warp w, Op op, int lane, int at, int bytes, Probe.Access access) {
    int warp = w.firstThread / Op.LANES;
    int thread = w.firstThread + lane;
    boolean strong = access == Probe.Access.ATOMIC || strong(op);
    boolean releases =
        access == Probe.Access.ATOMIC || access == Probe.Access.STORE && says(op, "release");
    if (access == Probe.Access.ATOMIC || access == Probe.Access.LOAD && says(op, "acquire")) {
      acquire(warp, atomics.get(at));
    }
    var now = new Past(op, thread, clocks[warp][warp], steps[warp], strong);
    Race race = null;
    for (int n = 0; n < bytes; n++) {
      int b = at + n;
      boolean stores = access != Probe.Access.LOAD;
      byte value = access == Probe.Access.STORE ? op.storedByte(w, lane, n) : 0;
      Past write = writes[b];
      boolean same = access == Probe.Access.STORE && value == values[b] && op.storesRegisters();
      if (race == null && write != null && !same && races(write, now, warp)) {
        race = new Race(write.op, write.thread, b);
      }
      if (stores) {
        for (Past read : new @Nullable Past[] {reads[b], olderReads[b]}) {
          if (race == null && read != null && races(read, now, warp)) {
            race = new Race(read.op, read.thread, b);
          }
        }
        writes[b] = now;
        values[b] = value;
        reads[b] = null;
        olderReads[b] = null;
      } else if (reads[b] == null || reads[b].thread != thread) {
        olderReads[b] = reads[b];
        reads[b] = now;
      } else {
        reads[b] = now;
      }
    }
    if (releases) {
      atomics.merge(at, clocks[warp].clone(), SharedShadow::later);
      clocks[warp][warp]++;
    }
    return race;
  }

  private static boolean says(Op op, String word) {
    return op.source().modifiers().contains(word);
  }

  private static boolean strong(Op op) {
    var words = op.source().modifiers();
    return words.contains("volatile")
        || words.contains("relaxed")
        || words.contains("acquire")
        || words.contains("release");
  }

  private boolean races(Past before, Past now, int warp) {
    if (before.thread == now.thread || before.strong && now.strong) {
      return false;
    }
    int other = before.thread / Op.LANES;
    return other == warp ? before.step == steps[warp] : before.epoch > clocks[warp][other];
  }

  private void acquire(int warp, int @Nullable [] clock) {
    if (clock != null) {
      clocks[warp] = later(clocks[warp], clock);
    }
  }

  private static int[] later(int[] a, int[] b) {
    var c = a.clone();
    for (int n = 0; n < c.length; n++) {
      c[n] = Math.max(c[n], b[n]);
    }
    return c;
  }

  void arrives(Warp w, int barrier) {
    int warp = w.firstThread / Op.LANES;
    barriers.merge(barrier, clocks[warp].clone(), SharedShadow::later);
    clocks[warp][warp]++;
  }

  void leaves(Warp w, int barrier) {
    int warp = w.firstThread / Op.LANES;
    acquire(warp, barriers.get(barrier));
    steps[warp]++;
  }

  void forget(int barrier) {
    barriers.remove(barrier);
  }

  void synchronises(Warp w) {
    steps[w.firstThread / Op.LANES]++;
  }
}
