package org.kanface.kernels.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// Softmax loops over one row of `row` bytes. The last elements go through masks, so that a
/// function's body is compiled once.
final class ReduceSoftmax {
  private static final int BLOCK = 16 * 1024; // bytes summed in float32 before double takes over

  private ReduceSoftmax() {}

  /// `Σ exp(x - shift)` for `shift >= x`; the terms go to `y` too, where it is not 0.
  static double sumExp(long x, int row, float shift, long y) {
    double total = 0;
    for (int from = 0; from < row; from += BLOCK) {
      int bytes = Math.min(BLOCK, row - from);
      total +=
          y == 0
              ? sumOfBlock(x + from, bytes, shift)
              : expOfBlock(x + from, bytes, shift, y + from);
    }
    return total;
  }

  private static float sumOfBlock(long x, int bytes, float shift) {
    FloatVector sum = Lanes.all(0f);
    for (int j = 0; j < bytes; j += Lanes.BYTES) {
      VectorMask<Float> mask = Lanes.first((bytes - j) / Float.BYTES);
      FloatVector e = VectorMath.expFlushed(Lanes.load(x + j, mask).sub(shift));
      sum = sum.add(e, mask);
    }
    return Lanes.sum(sum).lane(0);
  }

  private static float expOfBlock(long x, int bytes, float shift, long y) {
    FloatVector sum = Lanes.all(0f);
    for (int j = 0; j < bytes; j += Lanes.BYTES) {
      VectorMask<Float> mask = Lanes.first((bytes - j) / Float.BYTES);
      FloatVector e = VectorMath.expFlushed(Lanes.load(x + j, mask).sub(shift));
      e.intoMemorySegment(Address.SPACE, y + j, Simd.ORDER, mask);
      sum = sum.add(e, mask);
    }
    return Lanes.sum(sum).lane(0);
  }

  /// `y = factor * x`.
  static void scale(long x, int row, float factor, long y) {
    FloatVector f = Lanes.all(factor);
    int j = 0;
    for (; j <= row - Lanes.BYTES; j += Lanes.BYTES) {
      Lanes.store(Lanes.load(x + j).mul(f), y + j);
    }
    VectorMask<Float> mask = Lanes.first((row - j) / Float.BYTES);
    Lanes.store(Lanes.load(x + j, mask).mul(f), y + j, mask);
  }

  /// `y = (x - high) - low`: the shift in two parts.
  static void subtract(long x, int row, float high, float low, long y) {
    int j = 0;
    for (; j <= row - Lanes.BYTES; j += Lanes.BYTES) {
      Lanes.store(Lanes.load(x + j).sub(high).sub(low), y + j);
    }
    VectorMask<Float> mask = Lanes.first((row - j) / Float.BYTES);
    Lanes.store(Lanes.load(x + j, mask).sub(high).sub(low), y + j, mask);
  }

  /// `dx = y (dy - dot)`.
  static void backward(long y, long dy, int row, float dot, long dx) {
    int j = 0;
    for (; j <= row - Lanes.BYTES; j += Lanes.BYTES) {
      Lanes.store(Lanes.load(dy + j).sub(dot).mul(Lanes.load(y + j)), dx + j);
    }
    VectorMask<Float> mask = Lanes.first((row - j) / Float.BYTES);
    Lanes.store(Lanes.load(dy + j, mask).sub(dot).mul(Lanes.load(y + j, mask)), dx + j, mask);
  }

  /// `dx = dy - exp(y) sum`, `y <= 0`.
  static void logBackward(long y, long dy, int row, float sum, long dx) {
    FloatVector minus = Lanes.all(-sum);
    for (int j = 0; j < row; j += Lanes.BYTES) {
      VectorMask<Float> mask = Lanes.first((row - j) / Float.BYTES);
      FloatVector e = VectorMath.expFlushed(Lanes.load(y + j, mask));
      FloatVector d =
          FloatVector.fromMemorySegment(Simd.F, Address.SPACE, dy + j, Simd.ORDER, mask);
      e.fma(minus, d).intoMemorySegment(Address.SPACE, dx + j, Simd.ORDER, mask);
    }
  }
}
