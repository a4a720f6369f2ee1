package org.kanface.kernels.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Memory that one thread keeps between spline kernels; it grows to the largest size asked for and
/// its content is undefined.
///
/// [#call] holds what the chunks of one call share and belongs to the calling thread, [#chunk] what
/// a chunk needs for itself.
final class SplineScratch {
  private static final long ALIGNMENT = 64;
  private static final ThreadLocal<SplineScratch> CALL =
      ThreadLocal.withInitial(SplineScratch::new);
  private static final ThreadLocal<SplineScratch> CHUNK =
      ThreadLocal.withInitial(SplineScratch::new);

  private MemorySegment bytes = MemorySegment.NULL;
  private float[] floats = {};
  private int[] ints = {};

  private SplineScratch() {}

  static SplineScratch call() {
    return CALL.get();
  }

  static SplineScratch chunk() {
    return CHUNK.get();
  }

  /// At least `size` bytes, aligned to a cache line.
  MemorySegment bytes(long size) {
    if (bytes.byteSize() < size) {
      bytes = Arena.ofAuto().allocate(size, ALIGNMENT);
    }
    return bytes;
  }

  float[] floats(int size) {
    if (floats.length < size) {
      floats = new float[size];
    }
    return floats;
  }

  int[] ints(int size) {
    if (ints.length < size) {
      ints = new int[size];
    }
    return ints;
  }
}
