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
    for (long r = 0; r < rows; r++) {
      long in = x + r * row;
      float length = (float) Math.sqrt(ReduceRows.dot(in, in, row));
      Lanes.set(norm + r * Float.BYTES, length);
      ReduceRows.scale(in, row, 1f / Math.max(length, eps), y + r * row);
    }
  }

  /// `dx = (dy - y Σ y dy) / norm` where `norm > eps`, else `dy / eps`.
  static void rowsBackward(long rows, int row, float eps, long y, long norm, long dy, long dx) {
    for (long r = 0; r < rows; r++) {
      long at = r * row;
      float length = Lanes.get(norm + r * Float.BYTES);
      float dot = length > eps ? (float) ReduceRows.dot(y + at, dy + at, row) : 0;
      rowBackward(row, 1f / Math.max(length, eps), -dot, y + at, dy + at, dx + at);
    }
  }

  // dx = factor (dy + along y)
  private static void rowBackward(int row, float factor, float along, long y, long dy, long dx) {
    FloatVector f = Lanes.all(factor);
    FloatVector a = Lanes.all(along);
    int j = 0;
    for (; j <= row - Lanes.BYTES; j += Lanes.BYTES) {
      Lanes.store(Lanes.load(y + j).fma(a, Lanes.load(dy + j)).mul(f), dx + j);
    }
    if (j < row) {
      VectorMask<Float> mask = Lanes.first((row - j) / Float.BYTES);
      FloatVector d = Lanes.load(y + j, mask).fma(a, Lanes.load(dy + j, mask));
      Lanes.store(d.mul(f), dx + j, mask);
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
