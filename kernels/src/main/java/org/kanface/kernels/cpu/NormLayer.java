package org.kanface.kernels.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// Layer norm of rows of `row` bytes. `weight` and `bias` are whole rows.
///
/// Works on groups of rows that stay in the L1 cache. Each pass over a group goes down its rows for
/// one or two vectors of columns at a time, so that a short row costs no loop of its own, and
/// weights and their sums stay in registers; the statistics of all rows of the group are then
/// computed in one vector.
final class NormLayer {
  private static final int GROUP = 64; // rows
  private static final int PAIR = 2 * Lanes.BYTES;
  private static final long PARTIALS = (long) GROUP * Lanes.BYTES;
  private static final int CACHE = 1 << 10; // bytes of a sixteenth of a group
  private static final long STATISTICS = (long) GROUP * Float.BYTES;

  private NormLayer() {}

  /// Rows from the given addresses on; `mean` and `rstd` receive one float a row.
  static void forward(
      long rows,
      int row,
      double eps,
      long x,
      long weight,
      long bias,
      long y,
      long mean,
      long rstd) {
    long partials = Scratch.TAIL.address(PARTIALS + 2 * STATISTICS + Lanes.BYTES);
    long means = partials + PARTIALS + Lanes.BYTES;
    long rstds = means + STATISTICS;
    Lanes.store(Lanes.all(0f), partials + PARTIALS);
    int group = group(row);
    for (long r = 0; r < rows; r += group) {
      int count = (int) Math.min(group, rows - r);
      long in = x + r * row;
      sums(count, row, in, partials);
      means(count, row, partials, means);
      squares(count, row, in, means, partials);
      inverseRoots(count, row, (float) eps, partials, rstds);
      apply(count, row, in, means, rstds, weight, bias, y + r * row);
      Lanes.copy(means, mean + r * Float.BYTES, count);
      Lanes.copy(rstds, rstd + r * Float.BYTES, count);
    }
  }

  /// Rows of a group: whole vectors of statistics, and few enough for the L1 cache.
  static int group(int row) {
    return Math.clamp(CACHE / Math.max(1, row), 1, GROUP / 16) * 16;
  }

  // partials[r] = lanes of Σ x
  private static void sums(int rows, int row, long x, long partials) {
    long before = partials + PARTIALS; // of the first columns: zeros
    long step = 0;
    int j = 0;
    for (; j <= row - PAIR; j += PAIR) {
      sumsOfPair(rows, row, x + j, before, step, partials);
      before = partials;
      step = Lanes.BYTES;
    }
    for (; j < row; j += Lanes.BYTES) {
      VectorMask<Float> mask = Lanes.first((row - j) / Float.BYTES);
      long in = x + j;
      long to = partials;
      for (int r = 0; r < rows; r++) {
        Lanes.store(Lanes.load(in, mask).add(Lanes.load(before)), to);
        in += row;
        before += step;
        to += Lanes.BYTES;
      }
      before = partials;
      step = Lanes.BYTES;
    }
  }

  private static void sumsOfPair(int rows, int row, long x, long before, long step, long partials) {
    long in = x;
    long from = before;
    long to = partials;
    for (int r = 0; r < rows; r++) {
      FloatVector sum = Lanes.load(in).add(Lanes.load(in + Lanes.BYTES));
      Lanes.store(sum.add(Lanes.load(from)), to);
      in += row;
      from += step;
      to += Lanes.BYTES;
    }
  }

  // partials[r] = lanes of Σ (x - mean)²
  private static void squares(int rows, int row, long x, long mean, long partials) {
    long before = partials + PARTIALS;
    long step = 0;
    int j = 0;
    for (; j <= row - PAIR; j += PAIR) {
      squaresOfPair(rows, row, x + j, mean, before, step, partials);
      before = partials;
      step = Lanes.BYTES;
    }
    FloatVector zero = Lanes.all(0f);
    for (; j < row; j += Lanes.BYTES) {
      VectorMask<Float> mask = Lanes.first((row - j) / Float.BYTES);
      long in = x + j;
      long to = partials;
      for (int r = 0; r < rows; r++) {
        FloatVector mu = Lanes.all(Lanes.get(mean + (long) r * Float.BYTES));
        FloatVector d = zero.blend(Lanes.load(in, mask).sub(mu), mask);
        Lanes.store(d.fma(d, Lanes.load(before)), to);
        in += row;
        before += step;
        to += Lanes.BYTES;
      }
      before = partials;
      step = Lanes.BYTES;
    }
  }

  private static void squaresOfPair(
      int rows, int row, long x, long mean, long before, long step, long partials) {
    long in = x;
    long from = before;
    long to = partials;
    for (int r = 0; r < rows; r++) {
      FloatVector mu = Lanes.all(Lanes.get(mean + (long) r * Float.BYTES));
      FloatVector d0 = Lanes.load(in).sub(mu);
      FloatVector d1 = Lanes.load(in + Lanes.BYTES).sub(mu);
      Lanes.store(d0.fma(d0, d1.fma(d1, Lanes.load(from))), to);
      in += row;
      from += step;
      to += Lanes.BYTES;
    }
  }

  // y[r] = the sum of the lanes of partials[r] over the row's length
  private static void means(int rows, int row, long partials, long y) {
    float length = (float) row / Float.BYTES;
    LaneSums.run(rows, partials, y);
    for (int r = 0; r < rows; r += Simd.LANES) {
      long to = y + (long) r * Float.BYTES;
      Lanes.store(Lanes.load(to).div(length), to);
    }
  }

  // y[r] = 1 / √(the sum of the lanes of partials[r] over the row's length + eps)
  private static void inverseRoots(int rows, int row, float eps, long partials, long y) {
    float length = (float) row / Float.BYTES;
    LaneSums.run(rows, partials, y);
    for (int r = 0; r < rows; r += Simd.LANES) {
      long to = y + (long) r * Float.BYTES;
      Lanes.store(Lanes.all(1f).div(Lanes.load(to).div(length).add(eps).sqrt()), to);
    }
  }

  // y = (x - mean) rstd weight + bias
  private static void apply(
      int rows, int row, long x, long mean, long rstd, long weight, long bias, long y) {
    int j = 0;
    for (; j <= row - PAIR; j += PAIR) {
      applyToPair(rows, row, x + j, mean, rstd, weight + j, bias + j, y + j);
    }
    for (; j < row; j += Lanes.BYTES) {
      VectorMask<Float> mask = Lanes.first((row - j) / Float.BYTES);
      FloatVector w = Lanes.load(weight + j, mask);
      FloatVector b = Lanes.load(bias + j, mask);
      long in = x + j;
      long out = y + j;
      for (int r = 0; r < rows; r++) {
        FloatVector mu = Lanes.all(Lanes.get(mean + (long) r * Float.BYTES));
        FloatVector scale = Lanes.all(Lanes.get(rstd + (long) r * Float.BYTES));
        Lanes.store(Lanes.load(in, mask).sub(mu).mul(scale).fma(w, b), out, mask);
        in += row;
        out += row;
      }
    }
  }

  private static void applyToPair(
      int rows, int row, long x, long mean, long rstd, long weight, long bias, long y) {
    FloatVector w0 = Lanes.load(weight);
    FloatVector w1 = Lanes.load(weight + Lanes.BYTES);
    FloatVector b0 = Lanes.load(bias);
    FloatVector b1 = Lanes.load(bias + Lanes.BYTES);
    long in = x;
    long out = y;
    for (int r = 0; r < rows; r++) {
      FloatVector mu = Lanes.all(Lanes.get(mean + (long) r * Float.BYTES));
      FloatVector scale = Lanes.all(Lanes.get(rstd + (long) r * Float.BYTES));
      FloatVector unit0 = Lanes.load(in).sub(mu).mul(scale);
      FloatVector unit1 = Lanes.load(in + Lanes.BYTES).sub(mu).mul(scale);
      Lanes.store(unit0.fma(w0, b0), out);
      Lanes.store(unit1.fma(w1, b1), out + Lanes.BYTES);
      in += row;
      out += row;
    }
  }

  /// `dx`, and for the weights' gradients `dweights[j] += dy xh`, `dbiases[j] += dy`.
  static void backward(
      long rows,
      int row,
      long x,
      long weight,
      long mean,
      long rstd,
      long dy,
      long dx,
      long dweights,
      long dbiases) {
    NormLayerBackward.run(rows, row, x, weight, mean, rstd, dy, dx, dweights, dbiases);
  }
}
