package org.kanface.kernels.cpu;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.NE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// Reductions along contiguous rows of `row` bytes, and elementwise loops that use them. Sums are
/// float32 within a block of [#BLOCK] bytes, which four accumulators share, and double across
/// blocks.
final class ReduceRows {
  private static final int BLOCK = 16 * 1024;

  private ReduceRows() {}

  /// `Σ x`.
  static double sum(long x, int row) {
    double total = 0;
    for (int from = 0; from < row; from += BLOCK) {
      total += sumOfBlock(x + from, Math.min(BLOCK, row - from));
    }
    return total;
  }

  private static float sumOfBlock(long x, int bytes) {
    FloatVector sum0 = Lanes.all(0f);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    int j = 0;
    for (; j <= bytes - 4 * Lanes.BYTES; j += 4 * Lanes.BYTES) {
      sum0 = sum0.add(Lanes.load(x + j));
      sum1 = sum1.add(Lanes.load(x + j + Lanes.BYTES));
      sum2 = sum2.add(Lanes.load(x + j + 2L * Lanes.BYTES));
      sum3 = sum3.add(Lanes.load(x + j + 3L * Lanes.BYTES));
    }
    for (; j < bytes; j += Lanes.BYTES) {
      sum0 = sum0.add(Lanes.load(x + j, Lanes.first((bytes - j) / Float.BYTES)));
    }
    return Lanes.sum(sum0.add(sum1).add(sum2.add(sum3))).lane(0);
  }

  /// `Σ a b`.
  static double dot(long a, long b, int row) {
    double total = 0;
    for (int from = 0; from < row; from += BLOCK) {
      total += dotOfBlock(a + from, b + from, Math.min(BLOCK, row - from));
    }
    return total;
  }

  private static float dotOfBlock(long a, long b, int bytes) {
    FloatVector sum0 = Lanes.all(0f);
    FloatVector sum1 = sum0;
    int j = 0;
    for (; j <= bytes - 2 * Lanes.BYTES; j += 2 * Lanes.BYTES) {
      sum0 = Lanes.load(a + j).fma(Lanes.load(b + j), sum0);
      sum1 = Lanes.load(a + j + Lanes.BYTES).fma(Lanes.load(b + j + Lanes.BYTES), sum1);
    }
    if (j <= bytes - Lanes.BYTES) {
      sum0 = Lanes.load(a + j).fma(Lanes.load(b + j), sum0);
      j += Lanes.BYTES;
    }
    if (j < bytes) {
      VectorMask<Float> mask = Lanes.first((bytes - j) / Float.BYTES);
      sum1 = Lanes.load(a + j, mask).fma(Lanes.load(b + j, mask), sum1);
    }
    return Lanes.sum(sum0.add(sum1)).lane(0);
  }

  /// `y = factor * x`.
  static void scale(long x, int row, float factor, long y) {
    FloatVector f = Lanes.all(factor);
    int j = 0;
    for (; j <= row - Lanes.BYTES; j += Lanes.BYTES) {
      Lanes.store(Lanes.load(x + j).mul(f), y + j);
    }
    if (j < row) { // an empty masked store is slow
      VectorMask<Float> mask = Lanes.first((row - j) / Float.BYTES);
      Lanes.store(Lanes.load(x + j, mask).mul(f), y + j, mask);
    }
  }

  /// The largest element that is not NaN; -∞ where there is none.
  static float max(long x, int row) {
    FloatVector max0 = Lanes.all(Float.NEGATIVE_INFINITY);
    FloatVector max1 = max0;
    int j = 0;
    for (; j <= row - 2 * Lanes.BYTES; j += 2 * Lanes.BYTES) {
      max0 = Lanes.larger(max0, Lanes.load(x + j));
      max1 = Lanes.larger(max1, Lanes.load(x + j + Lanes.BYTES));
    }
    for (; j < row; j += Lanes.BYTES) {
      VectorMask<Float> mask = Lanes.first((row - j) / Float.BYTES);
      max0 = max0.blend(Lanes.larger(max0, Lanes.load(x + j, mask)), mask);
    }
    return Lanes.larger(max0, max1).reduceLanes(MAX); // in any order: no rounding
  }

  /// The number of the first element that is `value`, or NaN where `value` is; -1 for none.
  static int indexOf(float value, long x, int row) {
    FloatVector wanted = Lanes.all(value);
    for (int j = 0; j < row; j += Lanes.BYTES) {
      VectorMask<Float> mask = Lanes.first((row - j) / Float.BYTES);
      FloatVector v = Lanes.load(x + j, mask);
      VectorMask<Float> found = (Float.isNaN(value) ? v.compare(NE, v) : v.compare(EQ, wanted));
      found = found.and(mask);
      if (found.anyTrue()) {
        return j / Float.BYTES + found.firstTrue();
      }
    }
    return -1;
  }
}
