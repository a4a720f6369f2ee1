package org.kanface.kernels.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// Layer norm of rows of `row` bytes. `weight` and `bias` are whole rows.
///
/// Works on groups of rows that stay in the L1 cache, one pass a loop: the loops stay small enough
/// for C2, and no row waits for the sum of another row's lanes.
final class NormLayer {
  private static final int GROUP = 16; // rows

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
    long partials = Scratch.TAIL.address((long) GROUP * Lanes.BYTES);
    for (long r = 0; r < rows; r += GROUP) {
      int count = (int) Math.min(GROUP, rows - r);
      long in = x + r * row;
      long means = mean + r * Float.BYTES;
      long rstds = rstd + r * Float.BYTES;
      sums(count, row, in, partials);
      means(count, row, partials, means);
      squares(count, row, in, means, partials);
      means(count, row, partials, rstds);
      inverseRoots(count, eps, rstds);
      apply(count, row, in, means, rstds, weight, bias, y + r * row);
    }
  }

  // partials[r] = lanes of Σ x
  private static void sums(int rows, int row, long x, long partials) {
    int whole = row - row % Lanes.BYTES;
    VectorMask<Float> mask = Lanes.first((row - whole) / Float.BYTES);
    FloatVector zero = Lanes.all(0f);
    for (int r = 0; r < rows; r++) {
      long in = x + (long) r * row;
      FloatVector sum = whole < row ? Lanes.load(in + whole, mask) : zero;
      for (int j = 0; j < whole; j += Lanes.BYTES) {
        sum = sum.add(Lanes.load(in + j));
      }
      Lanes.store(sum, partials + (long) r * Lanes.BYTES);
    }
  }

  // partials[r] = lanes of Σ (x - mean)²
  private static void squares(int rows, int row, long x, long mean, long partials) {
    int whole = row - row % Lanes.BYTES;
    VectorMask<Float> mask = Lanes.first((row - whole) / Float.BYTES);
    FloatVector zero = Lanes.all(0f);
    for (int r = 0; r < rows; r++) {
      long in = x + (long) r * row;
      FloatVector mu = Lanes.all(Lanes.get(mean + (long) r * Float.BYTES));
      FloatVector sum = zero;
      if (whole < row) {
        FloatVector d = zero.blend(Lanes.load(in + whole, mask).sub(mu), mask);
        sum = d.mul(d);
      }
      for (int j = 0; j < whole; j += Lanes.BYTES) {
        FloatVector d = Lanes.load(in + j).sub(mu);
        sum = d.fma(d, sum);
      }
      Lanes.store(sum, partials + (long) r * Lanes.BYTES);
    }
  }

  // y[r] = the sum of the lanes of partials[r] over the row's length
  private static void means(int rows, int row, long partials, long y) {
    double perElement = (double) Float.BYTES / row;
    for (int r = 0; r < rows; r++) {
      long lanes = partials + (long) r * Lanes.BYTES;
      float sum = 0;
      for (int k = 0; k < Lanes.BYTES; k += 4 * Float.BYTES) {
        float low = Lanes.get(lanes + k) + Lanes.get(lanes + k + 4);
        sum += low + (Lanes.get(lanes + k + 8) + Lanes.get(lanes + k + 12));
      }
      Lanes.set(y + (long) r * Float.BYTES, (float) (sum * perElement));
    }
  }

  private static void inverseRoots(int rows, double eps, long variance) {
    for (int r = 0; r < rows; r++) {
      long at = variance + (long) r * Float.BYTES;
      Lanes.set(at, (float) (1 / Math.sqrt(Lanes.get(at) + eps)));
    }
  }

  // y = (x - mean) rstd weight + bias
  private static void apply(
      int rows, int row, long x, long mean, long rstd, long weight, long bias, long y) {
    int whole = row - row % Lanes.BYTES;
    VectorMask<Float> mask = Lanes.first((row - whole) / Float.BYTES);
    FloatVector lastWeight = Lanes.load(weight + whole, mask);
    FloatVector lastBias = Lanes.load(bias + whole, mask);
    for (int r = 0; r < rows; r++) {
      long in = x + (long) r * row;
      long out = y + (long) r * row;
      FloatVector mu = Lanes.all(Lanes.get(mean + (long) r * Float.BYTES));
      FloatVector scale = Lanes.all(Lanes.get(rstd + (long) r * Float.BYTES));
      for (int j = 0; j < whole; j += Lanes.BYTES) {
        FloatVector unit = Lanes.load(in + j).sub(mu).mul(scale);
        Lanes.store(unit.fma(Lanes.load(weight + j), Lanes.load(bias + j)), out + j);
      }
      if (whole < row) {
        FloatVector unit = Lanes.load(in + whole, mask).sub(mu).mul(scale);
        Lanes.store(unit.fma(lastWeight, lastBias), out + whole, mask);
      }
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
    long partials = Scratch.TAIL.address(2L * GROUP * (Lanes.BYTES + Float.BYTES));
    long dots = partials + (long) GROUP * Lanes.BYTES;
    long meanG = dots + (long) GROUP * Lanes.BYTES;
    long meanDot = meanG + (long) GROUP * Float.BYTES;
    for (long r = 0; r < rows; r += GROUP) {
      int count = (int) Math.min(GROUP, rows - r);
      long at = r * row;
      long means = mean + r * Float.BYTES;
      long rstds = rstd + r * Float.BYTES;
      terms(count, row, x + at, weight, means, rstds, dy + at, partials, dweights, dbiases);
      means(count, row, partials, meanG);
      means(count, row, dots, meanDot);
      inputGradient(count, row, x + at, weight, means, rstds, dy + at, meanG, meanDot, dx + at);
    }
  }

  // partials[r] = lanes of Σ g, partials[GROUP + r] = lanes of Σ g xh; g = dy weight
  private static void terms(
      int rows,
      int row,
      long x,
      long weight,
      long mean,
      long rstd,
      long dy,
      long partials,
      long dweights,
      long dbiases) {
    int whole = row - row % Lanes.BYTES;
    VectorMask<Float> mask = Lanes.first((row - whole) / Float.BYTES);
    for (int r = 0; r < rows; r++) {
      long in = x + (long) r * row;
      long grad = dy + (long) r * row;
      FloatVector mu = Lanes.all(Lanes.get(mean + (long) r * Float.BYTES));
      FloatVector scale = Lanes.all(Lanes.get(rstd + (long) r * Float.BYTES));
      FloatVector sum = Lanes.all(0f);
      FloatVector dot = sum;
      if (whole < row) { // masked lanes of dy are 0, and with them all their terms
        FloatVector unit = Lanes.load(in + whole, mask).sub(mu).mul(scale);
        FloatVector d = Lanes.load(grad + whole, mask);
        Lanes.store(d.fma(unit, Lanes.load(dweights + whole)), dweights + whole);
        Lanes.store(d.add(Lanes.load(dbiases + whole)), dbiases + whole);
        sum = d.mul(Lanes.load(weight + whole, mask));
        dot = sum.mul(unit);
      }
      for (int j = 0; j < whole; j += Lanes.BYTES) {
        FloatVector unit = Lanes.load(in + j).sub(mu).mul(scale);
        FloatVector d = Lanes.load(grad + j);
        Lanes.store(d.fma(unit, Lanes.load(dweights + j)), dweights + j);
        Lanes.store(d.add(Lanes.load(dbiases + j)), dbiases + j);
        FloatVector g = d.mul(Lanes.load(weight + j));
        sum = sum.add(g);
        dot = g.fma(unit, dot);
      }
      Lanes.store(sum, partials + (long) r * Lanes.BYTES);
      Lanes.store(dot, partials + (long) (GROUP + r) * Lanes.BYTES);
    }
  }

  // dx = rstd (g - mean(g) - xh mean(g xh))
  private static void inputGradient(
      int rows,
      int row,
      long x,
      long weight,
      long mean,
      long rstd,
      long dy,
      long meanG,
      long meanDot,
      long dx) {
    int whole = row - row % Lanes.BYTES;
    VectorMask<Float> mask = Lanes.first((row - whole) / Float.BYTES);
    FloatVector lastWeight = Lanes.load(weight + whole, mask);
    for (int r = 0; r < rows; r++) {
      long in = x + (long) r * row;
      long grad = dy + (long) r * row;
      long out = dx + (long) r * row;
      FloatVector mu = Lanes.all(Lanes.get(mean + (long) r * Float.BYTES));
      FloatVector scale = Lanes.all(Lanes.get(rstd + (long) r * Float.BYTES));
      FloatVector sum = Lanes.all(Lanes.get(meanG + (long) r * Float.BYTES));
      FloatVector dot = Lanes.all(-Lanes.get(meanDot + (long) r * Float.BYTES)).mul(scale);
      for (int j = 0; j < whole; j += Lanes.BYTES) {
        FloatVector g = Lanes.load(grad + j).mul(Lanes.load(weight + j)).sub(sum);
        Lanes.store(Lanes.load(in + j).sub(mu).fma(dot, g).mul(scale), out + j);
      }
      if (whole < row) {
        FloatVector g = Lanes.load(grad + whole, mask).mul(lastWeight).sub(sum);
        FloatVector unit = Lanes.load(in + whole, mask).sub(mu);
        Lanes.store(unit.fma(dot, g).mul(scale), out + whole, mask);
      }
    }
  }
}
