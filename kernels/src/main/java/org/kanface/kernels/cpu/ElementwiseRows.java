package org.kanface.kernels.cpu;

import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// Elementwise loops with one parameter a column of `[rows, cols]`, row after row. Sizes of rows
/// are in bytes.
final class ElementwiseRows {
  private ElementwiseRows() {}

  // y = residual + scale[j] * x
  static void scaleResidual(long rows, int row, long x, long scale, long residual, long y) {
    int whole = row - row % Lanes.BYTES;
    VectorMask<Float> mask = Lanes.first((row - whole) / Float.BYTES);
    for (long r = 0; r < rows; r++) {
      long at = r * row;
      for (int j = 0; j < whole; j += Lanes.BYTES) {
        FloatVector s = Lanes.load(scale + j);
        FloatVector v = Lanes.load(x + at + j).fma(s, Lanes.load(residual + at + j));
        Lanes.store(v, y + at + j);
      }
      if (whole < row) {
        FloatVector s = Lanes.load(scale + whole, mask);
        FloatVector v = Lanes.load(x + at + whole, mask);
        Lanes.store(v.fma(s, Lanes.load(residual + at + whole, mask)), y + at + whole, mask);
      }
    }
  }

  // y = x > 0 ? x : weight[j] * x
  static void prelu(long rows, int row, long x, long weight, long y) {
    int whole = row - row % Lanes.BYTES;
    VectorMask<Float> mask = Lanes.first((row - whole) / Float.BYTES);
    for (long r = 0; r < rows; r++) {
      long at = r * row;
      for (int j = 0; j < whole; j += Lanes.BYTES) {
        FloatVector v = Lanes.load(x + at + j);
        Lanes.store(prelu(v, Lanes.load(weight + j)), y + at + j);
      }
      if (whole < row) {
        FloatVector v = Lanes.load(x + at + whole, mask);
        Lanes.store(prelu(v, Lanes.load(weight + whole, mask)), y + at + whole, mask);
      }
    }
  }

  private static FloatVector prelu(FloatVector x, FloatVector weight) {
    return x.mul(weight).blend(x, x.compare(GT, 0f));
  }

  /// `dx = dy * (x > 0 ? 1 : weight[j])` and `sums[j] += dy * x` over `x <= 0`, for `cols` bytes of
  /// rows that are `row` bytes apart.
  static void preluBackward(
      long rows, long row, int cols, long x, long weight, long dy, long dx, long sums) {
    int whole = cols - cols % Lanes.BYTES;
    VectorMask<Float> mask = Lanes.first((cols - whole) / Float.BYTES);
    for (long r = 0; r < rows; r++) {
      long at = r * row;
      for (int j = 0; j < whole; j += Lanes.BYTES) {
        FloatVector v = Lanes.load(x + at + j);
        FloatVector g = Lanes.load(dy + at + j);
        VectorMask<Float> positive = v.compare(GT, 0f);
        FloatVector sum = Lanes.load(sums + j);
        Lanes.store(g.fma(v, sum).blend(sum, positive), sums + j);
        Lanes.store(g.mul(Lanes.load(weight + j)).blend(g, positive), dx + at + j);
      }
      if (whole < cols) {
        FloatVector v = Lanes.load(x + at + whole, mask);
        FloatVector g = Lanes.load(dy + at + whole, mask);
        VectorMask<Float> positive = v.compare(GT, 0f);
        FloatVector sum = Lanes.load(sums + whole);
        Lanes.store(g.fma(v, sum).blend(sum, positive), sums + whole);
        FloatVector w = Lanes.load(weight + whole, mask);
        Lanes.store(g.mul(w).blend(g, positive), dx + at + whole, mask);
      }
    }
  }
}
