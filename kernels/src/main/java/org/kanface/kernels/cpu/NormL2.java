package org.kanface.kernels.cpu;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.NE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// L2 normalisation of rows, and of columns of small matrices. Sizes of rows are in bytes.
final class NormL2 {
  private NormL2() {}

  /// `y = x / max(‖x‖, eps)` for each row; `norm` receives one float a row.
  static void rows(long rows, int row, float eps, long x, long y, long norm) {
    int whole = row - row % Lanes.BYTES;
    VectorMask<Float> mask = Lanes.first((row - whole) / Float.BYTES);
    for (long r = 0; r < rows; r++) {
      long in = x + r * row;
      float length = (float) Math.sqrt(dot(in, in, whole, mask));
      Lanes.set(norm + r * Float.BYTES, length);
      scale(in, 1f / Math.max(length, eps), y + r * row, whole, mask);
    }
  }

  private static void scale(long x, float factor, long y, int whole, VectorMask<Float> mask) {
    FloatVector f = Lanes.all(factor);
    for (int j = 0; j < whole; j += Lanes.BYTES) {
      Lanes.store(Lanes.load(x + j).mul(f), y + j);
    }
    Lanes.store(Lanes.load(x + whole, mask).mul(f), y + whole, mask);
  }

  // Σ a b
  private static float dot(long a, long b, int whole, VectorMask<Float> mask) {
    FloatVector sum0 = Lanes.load(a + whole, mask).mul(Lanes.load(b + whole, mask));
    FloatVector sum1 = Lanes.all(0f);
    int j = 0;
    for (; j < whole - Lanes.BYTES; j += 2 * Lanes.BYTES) {
      sum0 = Lanes.load(a + j).fma(Lanes.load(b + j), sum0);
      sum1 = Lanes.load(a + j + Lanes.BYTES).fma(Lanes.load(b + j + Lanes.BYTES), sum1);
    }
    if (j < whole) {
      sum0 = Lanes.load(a + j).fma(Lanes.load(b + j), sum0);
    }
    return Lanes.sum(sum0.add(sum1)).lane(0);
  }

  /// `dx = (dy - y Σ y dy) / norm` where `norm > eps`, else `dy / eps`.
  static void rowsBackward(long rows, int row, float eps, long y, long norm, long dy, long dx) {
    int whole = row - row % Lanes.BYTES;
    VectorMask<Float> mask = Lanes.first((row - whole) / Float.BYTES);
    for (long r = 0; r < rows; r++) {
      long at = r * row;
      float length = Lanes.get(norm + r * Float.BYTES);
      float along = length > eps ? dot(y + at, dy + at, whole, mask) : 0;
      FloatVector dot = Lanes.all(-along);
      FloatVector factor = Lanes.all(1f / Math.max(length, eps));
      for (int j = 0; j < whole; j += Lanes.BYTES) {
        FloatVector d = Lanes.load(y + at + j).fma(dot, Lanes.load(dy + at + j));
        Lanes.store(d.mul(factor), dx + at + j);
      }
      FloatVector d = Lanes.load(y + at + whole, mask).fma(dot, Lanes.load(dy + at + whole, mask));
      Lanes.store(d.mul(factor), dx + at + whole, mask);
    }
  }

  /// As [#rows] along the columns of `n` rows that are `row` bytes apart, for `cols` bytes of them.
  static void columns(long n, long row, int cols, float eps, long x, long y, long norm) {
    for (int j = 0; j < cols; j += Lanes.BYTES) {
      VectorMask<Float> mask = Lanes.first((cols - j) / Float.BYTES);
      FloatVector sum = Lanes.all(0f);
      for (long r = 0; r < n; r++) {
        FloatVector v = Lanes.load(x + r * row + j, mask);
        sum = v.fma(v, sum);
      }
      FloatVector length = sum.sqrt();
      Lanes.store(length, norm + j, mask);
      FloatVector factor = Lanes.all(1f).div(Lanes.larger(Lanes.all(eps), length));
      factor = factor.blend(length, length.compare(NE, length)); // NaN
      for (long r = 0; r < n; r++) {
        Lanes.store(Lanes.load(x + r * row + j, mask).mul(factor), y + r * row + j, mask);
      }
    }
  }

  /// As [#rowsBackward] along columns.
  static void columnsBackward(
      long n, long row, int cols, float eps, long y, long norm, long dy, long dx) {
    for (int j = 0; j < cols; j += Lanes.BYTES) {
      VectorMask<Float> mask = Lanes.first((cols - j) / Float.BYTES);
      FloatVector length = Lanes.load(norm + j, mask);
      FloatVector dot = Lanes.all(0f);
      for (long r = 0; r < n; r++) {
        long at = r * row + j;
        dot = Lanes.load(y + at, mask).fma(Lanes.load(dy + at, mask), dot);
      }
      dot = Lanes.all(0f).blend(dot.neg(), length.compare(GT, eps));
      FloatVector factor = Lanes.all(1f).div(Lanes.larger(Lanes.all(eps), length));
      for (long r = 0; r < n; r++) {
        long at = r * row + j;
        FloatVector d = Lanes.load(y + at, mask).fma(dot, Lanes.load(dy + at, mask));
        Lanes.store(d.mul(factor), dx + at, mask);
      }
    }
  }
}
