package org.kanface.kernels.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// Loops of batch norm over part of a matrix: `rows` rows that are `row` bytes apart, `cols` bytes
/// of each. Blocks with one number a column are padded to whole vectors.
final class NormBatch {
  private static final int STRIP = 4 * Lanes.BYTES; // columns whose sums stay in registers

  private NormBatch() {}

  /// `first[j] += x - shift[j]`, `second[j] += (x - shift[j])²`.
  static void moments(long rows, long row, int cols, long x, long shift, long first, long second) {
    int j = 0;
    for (; j <= cols - STRIP; j += STRIP) {
      momentsOfStrip(rows, row, x + j, shift + j, first + j, second + j);
    }
    for (; j < cols; j += Lanes.BYTES) {
      VectorMask<Float> mask = Lanes.first((cols - j) / Float.BYTES);
      momentsOfVector(rows, row, mask, x + j, shift + j, first + j, second + j);
    }
  }

  private static void momentsOfStrip(
      long rows, long row, long x, long shift, long first, long second) {
    FloatVector shift0 = Lanes.load(shift);
    FloatVector shift1 = Lanes.load(shift + Lanes.BYTES);
    FloatVector shift2 = Lanes.load(shift + 2L * Lanes.BYTES);
    FloatVector shift3 = Lanes.load(shift + 3L * Lanes.BYTES);
    FloatVector sum0 = Lanes.load(first);
    FloatVector sum1 = Lanes.load(first + Lanes.BYTES);
    FloatVector sum2 = Lanes.load(first + 2L * Lanes.BYTES);
    FloatVector sum3 = Lanes.load(first + 3L * Lanes.BYTES);
    FloatVector square0 = Lanes.load(second);
    FloatVector square1 = Lanes.load(second + Lanes.BYTES);
    FloatVector square2 = Lanes.load(second + 2L * Lanes.BYTES);
    FloatVector square3 = Lanes.load(second + 3L * Lanes.BYTES);
    for (long r = 0; r < rows; r++) {
      long at = x + r * row;
      FloatVector d0 = Lanes.load(at).sub(shift0);
      FloatVector d1 = Lanes.load(at + Lanes.BYTES).sub(shift1);
      FloatVector d2 = Lanes.load(at + 2L * Lanes.BYTES).sub(shift2);
      FloatVector d3 = Lanes.load(at + 3L * Lanes.BYTES).sub(shift3);
      sum0 = sum0.add(d0);
      sum1 = sum1.add(d1);
      sum2 = sum2.add(d2);
      sum3 = sum3.add(d3);
      square0 = d0.fma(d0, square0);
      square1 = d1.fma(d1, square1);
      square2 = d2.fma(d2, square2);
      square3 = d3.fma(d3, square3);
    }
    Lanes.store(sum0, first);
    Lanes.store(sum1, first + Lanes.BYTES);
    Lanes.store(sum2, first + 2L * Lanes.BYTES);
    Lanes.store(sum3, first + 3L * Lanes.BYTES);
    Lanes.store(square0, second);
    Lanes.store(square1, second + Lanes.BYTES);
    Lanes.store(square2, second + 2L * Lanes.BYTES);
    Lanes.store(square3, second + 3L * Lanes.BYTES);
  }

  private static void momentsOfVector(
      long rows, long row, VectorMask<Float> mask, long x, long shift, long first, long second) {
    FloatVector s = Lanes.load(shift);
    FloatVector sum = Lanes.load(first);
    FloatVector square = Lanes.load(second);
    for (long r = 0; r < rows; r++) {
      FloatVector d = Lanes.load(x + r * row, mask).sub(s);
      sum = sum.add(d);
      square = d.fma(d, square);
    }
    Lanes.store(sum, first);
    Lanes.store(square, second);
  }

  /// `y = (x - mean[j]) * scale[j] + bias[j]`.
  static void apply(long rows, int row, long x, long mean, long scale, long bias, long y) {
    int j = 0;
    for (; j <= row - STRIP; j += STRIP) {
      applyToStrip(rows, row, x + j, mean + j, scale + j, bias + j, y + j);
    }
    for (; j <= row - Lanes.BYTES; j += Lanes.BYTES) {
      applyToVector(rows, row, x + j, mean + j, scale + j, bias + j, y + j);
    }
    if (j < row) {
      VectorMask<Float> mask = Lanes.first((row - j) / Float.BYTES);
      FloatVector mu = Lanes.load(mean + j);
      FloatVector s = Lanes.load(scale + j);
      FloatVector b = Lanes.load(bias + j);
      for (long at = j; at < rows * row; at += row) {
        Lanes.store(Lanes.load(x + at, mask).sub(mu).fma(s, b), y + at, mask);
      }
    }
  }

  private static void applyToVector(
      long rows, int row, long x, long mean, long scale, long bias, long y) {
    FloatVector mu = Lanes.load(mean);
    FloatVector s = Lanes.load(scale);
    FloatVector b = Lanes.load(bias);
    for (long at = 0; at < rows * row; at += row) {
      Lanes.store(Lanes.load(x + at).sub(mu).fma(s, b), y + at);
    }
  }

  private static void applyToStrip(
      long rows, int row, long x, long mean, long scale, long bias, long y) {
    FloatVector mean0 = Lanes.load(mean);
    FloatVector mean1 = Lanes.load(mean + Lanes.BYTES);
    FloatVector mean2 = Lanes.load(mean + 2L * Lanes.BYTES);
    FloatVector mean3 = Lanes.load(mean + 3L * Lanes.BYTES);
    FloatVector scale0 = Lanes.load(scale);
    FloatVector scale1 = Lanes.load(scale + Lanes.BYTES);
    FloatVector scale2 = Lanes.load(scale + 2L * Lanes.BYTES);
    FloatVector scale3 = Lanes.load(scale + 3L * Lanes.BYTES);
    FloatVector bias0 = Lanes.load(bias);
    FloatVector bias1 = Lanes.load(bias + Lanes.BYTES);
    FloatVector bias2 = Lanes.load(bias + 2L * Lanes.BYTES);
    FloatVector bias3 = Lanes.load(bias + 3L * Lanes.BYTES);
    for (long at = 0; at < rows * row; at += row) {
      long in = x + at;
      long out = y + at;
      Lanes.store(Lanes.load(in).sub(mean0).fma(scale0, bias0), out);
      Lanes.store(Lanes.load(in + Lanes.BYTES).sub(mean1).fma(scale1, bias1), out + Lanes.BYTES);
      Lanes.store(
          Lanes.load(in + 2L * Lanes.BYTES).sub(mean2).fma(scale2, bias2), out + 2L * Lanes.BYTES);
      Lanes.store(
          Lanes.load(in + 3L * Lanes.BYTES).sub(mean3).fma(scale3, bias3), out + 3L * Lanes.BYTES);
    }
  }

  /// `sums[j] += dy`, `dots[j] += dy * (x - mean[j])`.
  static void gradients(
      long rows, long row, int cols, long x, long mean, long dy, long sums, long dots) {
    int j = 0;
    for (; j <= cols - STRIP; j += STRIP) {
      gradientsOfStrip(rows, row, x + j, mean + j, dy + j, sums + j, dots + j);
    }
    for (; j < cols; j += Lanes.BYTES) {
      VectorMask<Float> mask = Lanes.first((cols - j) / Float.BYTES);
      gradientsOfVector(rows, row, mask, x + j, mean + j, dy + j, sums + j, dots + j);
    }
  }

  private static void gradientsOfStrip(
      long rows, long row, long x, long mean, long dy, long sums, long dots) {
    FloatVector mean0 = Lanes.load(mean);
    FloatVector mean1 = Lanes.load(mean + Lanes.BYTES);
    FloatVector mean2 = Lanes.load(mean + 2L * Lanes.BYTES);
    FloatVector mean3 = Lanes.load(mean + 3L * Lanes.BYTES);
    FloatVector sum0 = Lanes.load(sums);
    FloatVector sum1 = Lanes.load(sums + Lanes.BYTES);
    FloatVector sum2 = Lanes.load(sums + 2L * Lanes.BYTES);
    FloatVector sum3 = Lanes.load(sums + 3L * Lanes.BYTES);
    FloatVector dot0 = Lanes.load(dots);
    FloatVector dot1 = Lanes.load(dots + Lanes.BYTES);
    FloatVector dot2 = Lanes.load(dots + 2L * Lanes.BYTES);
    FloatVector dot3 = Lanes.load(dots + 3L * Lanes.BYTES);
    for (long r = 0; r < rows; r++) {
      long at = x + r * row;
      long grad = dy + r * row;
      FloatVector g0 = Lanes.load(grad);
      FloatVector g1 = Lanes.load(grad + Lanes.BYTES);
      FloatVector g2 = Lanes.load(grad + 2L * Lanes.BYTES);
      FloatVector g3 = Lanes.load(grad + 3L * Lanes.BYTES);
      sum0 = sum0.add(g0);
      sum1 = sum1.add(g1);
      sum2 = sum2.add(g2);
      sum3 = sum3.add(g3);
      dot0 = Lanes.load(at).sub(mean0).fma(g0, dot0);
      dot1 = Lanes.load(at + Lanes.BYTES).sub(mean1).fma(g1, dot1);
      dot2 = Lanes.load(at + 2L * Lanes.BYTES).sub(mean2).fma(g2, dot2);
      dot3 = Lanes.load(at + 3L * Lanes.BYTES).sub(mean3).fma(g3, dot3);
    }
    Lanes.store(sum0, sums);
    Lanes.store(sum1, sums + Lanes.BYTES);
    Lanes.store(sum2, sums + 2L * Lanes.BYTES);
    Lanes.store(sum3, sums + 3L * Lanes.BYTES);
    Lanes.store(dot0, dots);
    Lanes.store(dot1, dots + Lanes.BYTES);
    Lanes.store(dot2, dots + 2L * Lanes.BYTES);
    Lanes.store(dot3, dots + 3L * Lanes.BYTES);
  }

  private static void gradientsOfVector(
      long rows,
      long row,
      VectorMask<Float> mask,
      long x,
      long mean,
      long dy,
      long sums,
      long dots) {
    FloatVector mu = Lanes.load(mean);
    FloatVector sum = Lanes.load(sums);
    FloatVector dot = Lanes.load(dots);
    for (long r = 0; r < rows; r++) {
      FloatVector g = Lanes.load(dy + r * row, mask);
      sum = sum.add(g);
      dot = Lanes.load(x + r * row, mask).sub(mu).fma(g, dot);
    }
    Lanes.store(sum, sums);
    Lanes.store(dot, dots);
  }

  /// `dx = dy * scale[j] + (x - mean[j]) * slope[j] + shift[j]`.
  static void inputGradient(
      long rows, int row, long x, long mean, long dy, long scale, long slope, long shift, long dx) {
    int j = 0;
    for (; j <= row - 2 * Lanes.BYTES; j += 2 * Lanes.BYTES) {
      inputGradientOfPair(
          rows, row, x + j, mean + j, dy + j, scale + j, slope + j, shift + j, dx + j);
    }
    for (; j < row; j += Lanes.BYTES) {
      VectorMask<Float> mask = Lanes.first((row - j) / Float.BYTES);
      FloatVector mu = Lanes.load(mean + j);
      FloatVector factor = Lanes.load(scale + j);
      FloatVector rise = Lanes.load(slope + j);
      FloatVector start = Lanes.load(shift + j);
      for (long at = j; at < rows * row; at += row) {
        FloatVector d = Lanes.load(x + at, mask).sub(mu).fma(rise, start);
        Lanes.store(Lanes.load(dy + at, mask).fma(factor, d), dx + at, mask);
      }
    }
  }

  private static void inputGradientOfPair(
      long rows, int row, long x, long mean, long dy, long scale, long slope, long shift, long dx) {
    FloatVector mean0 = Lanes.load(mean);
    FloatVector mean1 = Lanes.load(mean + Lanes.BYTES);
    FloatVector scale0 = Lanes.load(scale);
    FloatVector scale1 = Lanes.load(scale + Lanes.BYTES);
    FloatVector slope0 = Lanes.load(slope);
    FloatVector slope1 = Lanes.load(slope + Lanes.BYTES);
    FloatVector shift0 = Lanes.load(shift);
    FloatVector shift1 = Lanes.load(shift + Lanes.BYTES);
    for (long at = 0; at < rows * row; at += row) {
      long in = x + at;
      long grad = dy + at;
      long out = dx + at;
      FloatVector d0 = Lanes.load(in).sub(mean0).fma(slope0, shift0);
      FloatVector d1 = Lanes.load(in + Lanes.BYTES).sub(mean1).fma(slope1, shift1);
      Lanes.store(Lanes.load(grad).fma(scale0, d0), out);
      Lanes.store(Lanes.load(grad + Lanes.BYTES).fma(scale1, d1), out + Lanes.BYTES);
    }
  }
}
