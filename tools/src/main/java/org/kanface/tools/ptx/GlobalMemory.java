package org.kanface.tools.ptx;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/// The simulated global memory: blocks far enough apart that running off one hits none.
final class GlobalMemory {
  private static final long FIRST = 0x7f00_0000_0000L;
  private static final long GUARD = 512;

  private final TreeMap<Long, Allocation> blocks = new TreeMap<>();
  private final boolean tracked;
  private long next = FIRST;

  /// A copy of [#blocks] that lanes search without a lock.
  private volatile Allocation[] sorted = new Allocation[0];

  /// @param tracked whether blocks remember which bytes were written
  GlobalMemory(boolean tracked) {
    this.tracked = tracked;
  }

  /// A block of zeros.
  synchronized Allocation allocate(String name, long bytes) {
    var block = new Allocation(name, next, bytes, tracked);
    next += (bytes + GUARD + 511) / 512 * 512;
    blocks.put(block.base, block);
    sorted = blocks.values().toArray(Allocation[]::new);
    return block;
  }

  synchronized boolean free(long base) {
    Allocation block = blocks.remove(base);
    if (block == null) {
      return false;
    }
    sorted = blocks.values().toArray(Allocation[]::new);
    block.free();
    return true;
  }

  synchronized void freeAll() {
    for (Allocation block : blocks.values()) {
      block.free();
    }
    blocks.clear();
    sorted = new Allocation[0];
  }

  /// The block of `[address, address + bytes)`; a [Fault] if there is none.
  Allocation find(long address, long bytes) {
    Allocation[] all = sorted;
    int low = 0;
    int high = all.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (all[middle].base <= address) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    if (high >= 0 && all[high].holds(address, bytes)) {
      return all[high];
    }
    throw outside(address, bytes);
  }

  private Fault outside(long address, long bytes) {
    String detail;
    Map.Entry<Long, Allocation> below;
    Map.Entry<Long, Allocation> above;
    synchronized (this) {
      below = blocks.floorEntry(address);
      above = blocks.ceilingEntry(address);
    }
    if (address == 0) {
      detail = "a null pointer";
    } else if (below != null && address - below.getKey() < below.getValue().size() + (1L << 24)) {
      Allocation b = below.getValue();
      detail = "byte %d of '%s', which has %d bytes".formatted(address - b.base, b.name, b.size());
    } else if (above != null && above.getKey() - address < 1L << 24) {
      detail = "%d bytes before '%s'".formatted(above.getKey() - address, above.getValue().name);
    } else {
      detail = "in no block that was allocated";
    }
    return new Fault(
        Fault.Kind.OUT_OF_BOUNDS,
        "access of %d bytes at 0x%x in global memory is out of bounds: %s",
        bytes,
        address,
        detail);
  }

  /// How many blocks are allocated.
  int count() {
    return sorted.length;
  }

  @Override
  public String toString() {
    return Arrays.toString(sorted);
  }
}
