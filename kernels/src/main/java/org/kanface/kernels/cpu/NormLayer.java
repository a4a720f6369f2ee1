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

  // partials[r] = lanes of Σ x, four rows at once; beyond the last row, that one again
  private static void sums(int rows, int row, long x, long partials) {
    int whole = row - row % Lanes.BYTES;
    VectorMask<Float> mask = Lanes.first((row - whole) / Float.BYTES);
    for (int r = 0; r < rows; r += 4) {
      long in0 = x + (long) r * row;
      long in1 = x + (long) Math.min(r + 1, rows - 1) * row;
      long in2 = x + (long) Math.min(r + 2, rows - 1) * row;
      long in3 = x + (long) Math.min(r + 3, rows - 1) * row;
      FloatVector sum0 = Lanes.all(0f);
      FloatVector sum1 = sum0;
      FloatVector sum2 = sum0;
      FloatVector sum3 = sum0;
      if (whole < row) {
        sum0 = Lanes.load(in0 + whole, mask);
        sum1 = Lanes.load(in1 + whole, mask);
        sum2 = Lanes.load(in2 + whole, mask);
        sum3 = Lanes.load(in3 + whole, mask);
      }
      for (int j = 0; j < whole; j += Lanes.BYTES) {
        sum0 = sum0.add(Lanes.load(in0 + j));
        sum1 = sum1.add(Lanes.load(in1 + j));
        sum2 = sum2.add(Lanes.load(in2 + j));
        sum3 = sum3.add(Lanes.load(in3 + j));
      }
      long out = partials + (long) r * Lanes.BYTES;
      sum0.intoMemorySegment(Address.SPACE, out, Simd.ORDER);
      sum1.intoMemorySegment(Address.SPACE, out + Lanes.BYTES, Simd.ORDER);
      sum2.intoMemorySegment(Address.SPACE, out + 2L * Lanes.BYTES, Simd.ORDER);
      sum3.intoMemorySegment(Address.SPACE, out + 3L * Lanes.BYTES, Simd.ORDER);
    }
  }

  // partials[r] = lanes of Σ (x - mean)², two rows at once
  private static void squares(int rows, int row, long x, long mean, long partials) {
    int whole = row - row % Lanes.BYTES;
    VectorMask<Float> mask = Lanes.first((row - whole) / Float.BYTES);
    FloatVector zero = Lanes.all(0f);
    for (int r = 0; r < rows; r += 2) {
      int next = Math.min(r + 1, rows - 1);
      long in0 = x + (long) r * row;
      long in1 = x + (long) next * row;
      FloatVector mu0 = Lanes.all(Lanes.get(mean + (long) r * Float.BYTES));
      FloatVector mu1 = Lanes.all(Lanes.get(mean + (long) next * Float.BYTES));
      FloatVector sum0 = zero;
      FloatVector sum1 = zero;
      if (whole < row) {
        FloatVector d0 = zero.blend(Lanes.load(in0 + whole, mask).sub(mu0), mask);
        FloatVector d1 = zero.blend(Lanes.load(in1 + whole, mask).sub(mu1), mask);
        sum0 = d0.mul(d0);
        sum1 = d1.mul(d1);
      }
      for (int j = 0; j < whole; j += Lanes.BYTES) {
        FloatVector d0 = Lanes.load(in0 + j).sub(mu0);
        FloatVector d1 = Lanes.load(in1 + j).sub(mu1);
        sum0 = d0.fma(d0, sum0);
        sum1 = d1.fma(d1, sum1);
      }
      long out = partials + (long) r * Lanes.BYTES;
      sum0.intoMemorySegment(Address.SPACE, out, Simd.ORDER);
      sum1.intoMemorySegment(Address.SPACE, out + Lanes.BYTES, Simd.ORDER);
    }
  }

  // y[r] = the sum of the lanes of partials[r] over the row's length
  private static void means(int rows, int row, long partials, long y) {
    double perElement = (double) Float.BYTES / row;
    for (int r = 0; r < rows; r++) {
      float sum = Lanes.sumOf(partials + (long) r * Lanes.BYTES);
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
    for (int r = 0; r < rows; r += 2) {
      int next = Math.min(r + 1, rows - 1); // in a group of odd length the last row twice
      long in0 = x + (long) r * row;
      long in1 = x + (long) next * row;
      long out0 = y + (long) r * row;
      long out1 = y + (long) next * row;
      FloatVector mu0 = Lanes.all(Lanes.get(mean + (long) r * Float.BYTES));
      FloatVector mu1 = Lanes.all(Lanes.get(mean + (long) next * Float.BYTES));
      FloatVector scale0 = Lanes.all(Lanes.get(rstd + (long) r * Float.BYTES));
      FloatVector scale1 = Lanes.all(Lanes.get(rstd + (long) next * Float.BYTES));
      for (int j = 0; j < whole; j += Lanes.BYTES) {
        FloatVector w = Lanes.load(weight + j);
        FloatVector b = Lanes.load(bias + j);
        FloatVector unit0 = Lanes.load(in0 + j).sub(mu0).mul(scale0);
        FloatVector unit1 = Lanes.load(in1 + j).sub(mu1).mul(scale1);
        unit0.fma(w, b).intoMemorySegment(Address.SPACE, out0 + j, Simd.ORDER);
        unit1.fma(w, b).intoMemorySegment(Address.SPACE, out1 + j, Simd.ORDER);
      }
      if (whole < row) {
        FloatVector unit0 = Lanes.load(in0 + whole, mask).sub(mu0).mul(scale0);
        FloatVector unit1 = Lanes.load(in1 + whole, mask).sub(mu1).mul(scale1);
        unit0 = unit0.fma(lastWeight, lastBias);
        unit1 = unit1.fma(lastWeight, lastBias);
        unit0.intoMemorySegment(Address.SPACE, out0 + whole, Simd.ORDER, mask);
        unit1.intoMemorySegment(Address.SPACE, out1 + whole, Simd.ORDER, mask);
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
      long sums = partials + (long) r * Lanes.BYTES;
      sum.intoMemorySegment(Address.SPACE, sums, Simd.ORDER);
      dot.intoMemorySegment(Address.SPACE, sums + (long) GROUP * Lanes.BYTES, Simd.ORDER);
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
