package org.kanface.kernels.cpu;

import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// Elementwise loops with one parameter a column. Parameters of some columns stay in registers
/// while a loop goes down the rows, which are `row` bytes apart; `cols` bytes of each are worked
/// on.
final class ElementwiseRows {
  private static final int PAIR = 2 * Lanes.BYTES;

  private ElementwiseRows() {}

  // y = residual + scale[j] * x
  static void scaleResidual(long rows, int row, long x, long scale, long residual, long y) {
    int j = 0;
    for (; j <= row - PAIR; j += PAIR) {
      scaleResidualPair(rows, row, x + j, scale + j, residual + j, y + j);
    }
    for (; j < row; j += Lanes.BYTES) {
      VectorMask<Float> mask = Lanes.first((row - j) / Float.BYTES);
      FloatVector s = Lanes.load(scale + j, mask);
      for (long at = j; at < rows * row; at += row) {
        FloatVector r = Lanes.load(residual + at, mask);
        Lanes.store(Lanes.load(x + at, mask).fma(s, r), y + at, mask);
      }
    }
  }

  private static void scaleResidualPair(
      long rows, int row, long x, long scale, long residual, long y) {
    FloatVector s0 = Lanes.load(scale);
    FloatVector s1 = Lanes.load(scale + Lanes.BYTES);
    for (long at = 0; at < rows * row; at += row) {
      long next = at + Lanes.BYTES;
      Lanes.store(Lanes.load(x + at).fma(s0, Lanes.load(residual + at)), y + at);
      Lanes.store(Lanes.load(x + next).fma(s1, Lanes.load(residual + next)), y + next);
    }
  }

  // y = x > 0 ? x : weight[j] * x
  static void prelu(long rows, int row, long x, long weight, long y) {
    int j = 0;
    for (; j <= row - PAIR; j += PAIR) {
      preluPair(rows, row, x + j, weight + j, y + j);
    }
    for (; j < row; j += Lanes.BYTES) {
      VectorMask<Float> mask = Lanes.first((row - j) / Float.BYTES);
      FloatVector w = Lanes.load(weight + j, mask);
      for (long at = j; at < rows * row; at += row) {
        FloatVector v = Lanes.load(x + at, mask);
        Lanes.store(v.mul(w).blend(v, v.compare(GT, 0f)), y + at, mask);
      }
    }
  }

  private static void preluPair(long rows, int row, long x, long weight, long y) {
    FloatVector w0 = Lanes.load(weight);
    FloatVector w1 = Lanes.load(weight + Lanes.BYTES);
    for (long at = 0; at < rows * row; at += row) {
      FloatVector v0 = Lanes.load(x + at);
      FloatVector v1 = Lanes.load(x + at + Lanes.BYTES);
      Lanes.store(v0.mul(w0).blend(v0, v0.compare(GT, 0f)), y + at);
      Lanes.store(v1.mul(w1).blend(v1, v1.compare(GT, 0f)), y + at + Lanes.BYTES);
    }
  }

  /// `dx = dy * (x > 0 ? 1 : weight[j])` and `sums[j] += dy * x` over `x <= 0`.
  static void preluBackward(
      long rows, long row, int cols, long x, long weight, long dy, long dx, long sums) {
    int j = 0;
    for (; j <= cols - Lanes.BYTES; j += Lanes.BYTES) {
      preluBackwardVector(rows, row, x + j, weight + j, dy + j, dx + j, sums + j);
    }
    if (j < cols) {
      VectorMask<Float> mask = Lanes.first((cols - j) / Float.BYTES);
      FloatVector w = Lanes.load(weight + j, mask);
      FloatVector sum = Lanes.load(sums + j);
      for (long at = j; at < rows * row; at += row) {
        FloatVector v = Lanes.load(x + at, mask);
        FloatVector g = Lanes.load(dy + at, mask);
        VectorMask<Float> positive = v.compare(GT, 0f);
        sum = g.fma(v, sum).blend(sum, positive);
        Lanes.store(g.mul(w).blend(g, positive), dx + at, mask);
      }
      Lanes.store(sum, sums + j);
    }
  }

  private static void preluBackwardVector(
      long rows, long row, long x, long weight, long dy, long dx, long sums) {
    FloatVector w = Lanes.load(weight);
    FloatVector sum = Lanes.load(sums);
    for (long at = 0; at < rows * row; at += row) {
      FloatVector v = Lanes.load(x + at);
      FloatVector g = Lanes.load(dy + at);
      VectorMask<Float> positive = v.compare(GT, 0f);
      sum = g.fma(v, sum).blend(sum, positive);
      Lanes.store(g.mul(w).blend(g, positive), dx + at);
    }
    Lanes.store(sum, sums);
  }
}
