package org.kanface.kernels.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// Softmax loops over one row of `row` bytes. The last elements are padded to a whole vector
/// and go through the same loop, so that a function's body is compiled once.
final class ReduceSoftmax {
  private static final int BLOCK = 16 * 1024; // bytes summed in float32 before double takes over

  private ReduceSoftmax() {}

  /// `Σ exp(x - shift)` for `shift >= x`; the terms go to `y` too, where it is not 0.
  static double sumExp(long x, int row, float shift, long y) {
    int whole = row - row % Lanes.BYTES;
    long lanes = Scratch.TAIL.address(2L * Lanes.BYTES + BLOCK);
    long tail = lanes + Lanes.BYTES;
    long unwanted = tail + Lanes.BYTES;
    double total = 0;
    int from = 0;
    while (from < row) {
      boolean last = from >= whole; // the elements after the last whole vector
      int bytes = last ? Lanes.BYTES : Math.min(BLOCK, whole - from);
      if (last) { // padded with -∞, whose exponential is 0
        Lanes.pad(x + from, (row - from) / Float.BYTES, Float.NEGATIVE_INFINITY, tail);
      }
      long in = last ? tail : x + from;
      long out = last ? tail : y == 0 ? unwanted : y + from;
      terms(in, bytes, shift, out, lanes); // called in one place: two copies would not be inlined
      total += Lanes.sumOf(lanes);
      if (last && y != 0) {
        Lanes.unpad(tail, (row - from) / Float.BYTES, y + from);
      }
      from += bytes;
    }
    return total;
  }

  // y = exp(x - shift); the lanes of the sum go to `lanes`
  private static void terms(long x, int bytes, float shift, long y, long lanes) {
    FloatVector sum = Lanes.all(0f);
    for (int j = 0; j < bytes; j += Lanes.BYTES) {
      FloatVector e = VectorMath.expFlushed(Lanes.load(x + j).sub(shift));
      sum = sum.add(e);
      e.intoMemorySegment(Address.SPACE, y + j, Simd.ORDER);
    }
    sum.intoMemorySegment(Address.SPACE, lanes, Simd.ORDER);
  }

  /// `y = (x - high) - low`: the shift in two parts.
  static void subtract(long x, int row, float high, float low, long y) {
    int j = 0;
    for (; j <= row - Lanes.BYTES; j += Lanes.BYTES) {
      Lanes.store(Lanes.load(x + j).sub(high).sub(low), y + j);
    }
    if (j < row) {
      VectorMask<Float> mask = Lanes.first((row - j) / Float.BYTES);
      Lanes.store(Lanes.load(x + j, mask).sub(high).sub(low), y + j, mask);
    }
  }

  /// `dx = y (dy - dot)`.
  static void backward(long y, long dy, int row, float dot, long dx) {
    int j = 0;
    for (; j <= row - Lanes.BYTES; j += Lanes.BYTES) {
      Lanes.store(Lanes.load(dy + j).sub(dot).mul(Lanes.load(y + j)), dx + j);
    }
    if (j < row) {
      VectorMask<Float> mask = Lanes.first((row - j) / Float.BYTES);
      Lanes.store(Lanes.load(dy + j, mask).sub(dot).mul(Lanes.load(y + j, mask)), dx + j, mask);
    }
  }

  /// `dx = dy - exp(y) sum`, `y <= 0`.
  static void logBackward(long y, long dy, int row, float sum, long dx) {
    int whole = row - row % Lanes.BYTES;
    logBackwardOfVectors(y, dy, whole, -sum, dx);
    if (whole < row) {
      long tail = Scratch.TAIL.address(2L * Lanes.BYTES);
      int rest = (row - whole) / Float.BYTES;
      Lanes.pad(y + whole, rest, 0, tail);
      Lanes.pad(dy + whole, rest, 0, tail + Lanes.BYTES);
      logBackwardOfVectors(tail, tail + Lanes.BYTES, Lanes.BYTES, -sum, tail);
      Lanes.unpad(tail, rest, dx + whole);
    }
  }

  private static void logBackwardOfVectors(long y, long dy, int bytes, float minusSum, long dx) {
    FloatVector minus = Lanes.all(minusSum);
    for (int j = 0; j < bytes; j += Lanes.BYTES) {
      FloatVector e = VectorMath.expFlushed(Lanes.load(y + j));
      e.fma(minus, Lanes.load(dy + j)).intoMemorySegment(Address.SPACE, dx + j, Simd.ORDER);
    }
  }
}
