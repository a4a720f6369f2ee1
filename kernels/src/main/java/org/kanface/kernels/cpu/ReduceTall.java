package org.kanface.kernels.cpu;

import static jdk.incubator.vector.VectorOperators.EQ;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/// Reductions over rows of part of a matrix: rows that are `row` bytes apart, `cols` bytes of each.
final class ReduceTall {
  private static final int STRIP = 4 * Lanes.BYTES; // columns whose sums stay in registers

  private ReduceTall() {}

  /// `sums[j] += x`.
  static void sum(long rows, long row, int cols, long x, long sums) {
    int j = 0;
    for (; j <= cols - STRIP; j += STRIP) {
      sumOfStrip(rows, row, x + j, sums + j);
    }
    for (; j < cols; j += Lanes.BYTES) {
      VectorMask<Float> mask = Lanes.first((cols - j) / Float.BYTES);
      FloatVector sum = Lanes.load(sums + j);
      for (long r = 0; r < rows; r++) {
        sum = sum.add(Lanes.load(x + r * row + j, mask));
      }
      Lanes.store(sum, sums + j);
    }
  }

  private static void sumOfStrip(long rows, long row, long x, long sums) {
    FloatVector sum0 = Lanes.load(sums);
    FloatVector sum1 = Lanes.load(sums + Lanes.BYTES);
    FloatVector sum2 = Lanes.load(sums + 2L * Lanes.BYTES);
    FloatVector sum3 = Lanes.load(sums + 3L * Lanes.BYTES);
    for (long r = 0; r < rows; r++) {
      long at = x + r * row;
      sum0 = sum0.add(Lanes.load(at));
      sum1 = sum1.add(Lanes.load(at + Lanes.BYTES));
      sum2 = sum2.add(Lanes.load(at + 2L * Lanes.BYTES));
      sum3 = sum3.add(Lanes.load(at + 3L * Lanes.BYTES));
    }
    Lanes.store(sum0, sums);
    Lanes.store(sum1, sums + Lanes.BYTES);
    Lanes.store(sum2, sums + 2L * Lanes.BYTES);
    Lanes.store(sum3, sums + 3L * Lanes.BYTES);
  }

  /// `sums[j] += a b`.
  static void sumProduct(long rows, long row, int cols, long a, long b, long sums) {
    int j = 0;
    for (; j <= cols - STRIP; j += STRIP) {
      sumProductOfStrip(rows, row, a + j, b + j, sums + j);
    }
    for (; j < cols; j += Lanes.BYTES) {
      VectorMask<Float> mask = Lanes.first((cols - j) / Float.BYTES);
      FloatVector sum = Lanes.load(sums + j);
      for (long at = j; at < rows * row; at += row) {
        sum = Lanes.load(a + at, mask).fma(Lanes.load(b + at, mask), sum);
      }
      Lanes.store(sum, sums + j);
    }
  }

  private static void sumProductOfStrip(long rows, long row, long a, long b, long sums) {
    FloatVector sum0 = Lanes.load(sums);
    FloatVector sum1 = Lanes.load(sums + Lanes.BYTES);
    FloatVector sum2 = Lanes.load(sums + 2L * Lanes.BYTES);
    FloatVector sum3 = Lanes.load(sums + 3L * Lanes.BYTES);
    for (long at = 0; at < rows * row; at += row) {
      long left = a + at;
      long right = b + at;
      sum0 = Lanes.load(left).fma(Lanes.load(right), sum0);
      sum1 = Lanes.load(left + Lanes.BYTES).fma(Lanes.load(right + Lanes.BYTES), sum1);
      sum2 = Lanes.load(left + 2L * Lanes.BYTES).fma(Lanes.load(right + 2L * Lanes.BYTES), sum2);
      sum3 = Lanes.load(left + 3L * Lanes.BYTES).fma(Lanes.load(right + 3L * Lanes.BYTES), sum3);
    }
    Lanes.store(sum0, sums);
    Lanes.store(sum1, sums + Lanes.BYTES);
    Lanes.store(sum2, sums + 2L * Lanes.BYTES);
    Lanes.store(sum3, sums + 3L * Lanes.BYTES);
  }

  /// The largest of each column and the first row that has it (I64); NaN wins.
  static void max(long rows, long row, int cols, long x, long y, long index) {
    for (int j = 0; j < cols; j += Lanes.BYTES) {
      int count = Math.min(Simd.LANES, (cols - j) / Float.BYTES);
      VectorMask<Float> mask = Lanes.first(count);
      FloatVector best = Lanes.load(x + j, mask);
      IntVector at = IntVector.zero(Simd.I);
      for (int r = 1; r < rows; r++) {
        FloatVector v = Lanes.load(x + r * row + j, mask);
        VectorMask<Float> better =
            best.compare(EQ, best).and(v.lt(best).or(v.compare(EQ, best)).not());
        best = best.blend(v, better);
        at = at.blend(r, better.cast(Simd.I));
      }
      Lanes.store(best, y + j, mask);
      for (int k = 0; k < count; k++) {
        Address.SPACE.set(
            Lanes.LONG, index + (j / Float.BYTES + k) * (long) Long.BYTES, at.lane(k));
      }
    }
  }
}
