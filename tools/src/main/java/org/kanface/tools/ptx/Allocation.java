package org.kanface.tools.ptx;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// A block of simulated global memory: device addresses `[base, base + size)`.
final class Allocation {
  /// Holds no address.
  static final Allocation NONE = new Allocation("nothing", 0, 0, false);

  final long base;
  final String name;
  final MemorySegment segment;
  final long native0;

  /// Which bytes have been written; null where nobody asks.
  final byte @Nullable [] written;

  private final Arena arena = Arena.ofShared();

  /// 0 once freed, so that places which remember this block no longer find anything in it.
  private long size;

  Allocation(String name, long base, long size, boolean tracked) {
    this.name = name;
    this.base = base;
    this.size = size;
    segment = arena.allocate(Math.max(16, size), 256);
    native0 = segment.address();
    written = tracked && size < Integer.MAX_VALUE ? new byte[(int) size] : null;
  }

  long size() {
    return size;
  }

  boolean holds(long address, long bytes) {
    long offset = address - base;
    return offset >= 0 && offset <= size - bytes;
  }

  void free() {
    size = 0;
    arena.close();
  }

  void markWritten(long offset, long bytes) {
    if (written != null) {
      java.util.Arrays.fill(written, (int) offset, (int) (offset + bytes), (byte) 1);
    }
  }
}
