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
    int whole = row / Lanes.BYTES * Lanes.BYTES;
    VectorMask<Float> last = Lanes.first((row - whole) / Float.BYTES);
    for (long r = 0; r < rows; r++) {
      long in = x + r * row; // reading the factors again costs less than leaving memory's order
      long out = y + r * row;
      for (int j = 0; j < whole; j += Lanes.BYTES) {
        FloatVector d = Lanes.load(in + j).sub(Lanes.load(mean + j));
        Lanes.store(d.fma(Lanes.load(scale + j), Lanes.load(bias + j)), out + j);
      }
      if (whole < row) {
        FloatVector d = Lanes.load(in + whole, last).sub(Lanes.load(mean + whole));
        Lanes.store(d.fma(Lanes.load(scale + whole), Lanes.load(bias + whole)), out + whole, last);
      }
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
    int whole = row / Lanes.BYTES * Lanes.BYTES;
    VectorMask<Float> last = Lanes.first((row - whole) / Float.BYTES);
    for (long r = 0; r < rows; r++) {
      long in = x + r * row;
      long grad = dy + r * row;
      long out = dx + r * row;
      for (int j = 0; j < whole; j += Lanes.BYTES) {
        FloatVector d = Lanes.load(in + j).sub(Lanes.load(mean + j));
        d = d.fma(Lanes.load(slope + j), Lanes.load(shift + j));
        Lanes.store(Lanes.load(grad + j).fma(Lanes.load(scale + j), d), out + j);
      }
      if (whole < row) {
        FloatVector d = Lanes.load(in + whole, last).sub(Lanes.load(mean + whole));
        d = d.fma(Lanes.load(slope + whole), Lanes.load(shift + whole));
        Lanes.store(
            Lanes.load(grad + whole, last).fma(Lanes.load(scale + whole), d), out + whole, last);
      }
    }
  }
}
