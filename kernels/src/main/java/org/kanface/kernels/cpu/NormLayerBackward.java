package org.kanface.kernels.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// The gradients of layer norm, in passes over groups of rows like those of [NormLayer].
final class NormLayerBackward {
  private static final int GROUP = 64; // rows
  private static final int PAIR = 2 * Lanes.BYTES;
  private static final long PARTIALS =
      (GROUP + 3L) * Lanes.BYTES; // of g; not 4 KB to those of g xh
  private static final long FACTORS = (long) GROUP * Float.BYTES;

  private NormLayerBackward() {}

  /// As [NormLayer#backward].
  static void run(
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
    long partials = Scratch.TAIL.address(2 * PARTIALS + 2 * FACTORS + Lanes.BYTES);
    long factors = partials + 2 * PARTIALS;
    long zeros = factors + 2 * FACTORS;
    Lanes.store(Lanes.all(0f), zeros);
    int group = NormLayer.group(row);
    for (long r = 0; r < rows; r += group) {
      int count = (int) Math.min(group, rows - r);
      long in = x + r * row;
      long grad = dy + r * row;
      long means = mean + r * Float.BYTES;
      long rstds = rstd + r * Float.BYTES;
      long before = zeros; // partial sums of the columns before
      int j = 0;
      for (; j <= row - PAIR; j += PAIR) {
        termsOfPair(
            count,
            row,
            in + j,
            weight + j,
            means,
            rstds,
            grad + j,
            before,
            partials,
            dweights + j,
            dbiases + j);
        before = partials;
      }
      for (; j < row; j += Lanes.BYTES) {
        termsOfVector(
            count,
            row,
            Lanes.first((row - j) / Float.BYTES),
            in + j,
            weight + j,
            means,
            rstds,
            grad + j,
            before,
            partials,
            dweights + j,
            dbiases + j);
        before = partials;
      }
      factors(count, row, partials, rstds, factors);
      inputGradient(count, row, in, weight, means, rstds, grad, factors, dx + r * row);
    }
  }

  // partials[r] = lanes of Σ g, partials[GROUP + r] = lanes of Σ g xh; g = dy weight
  private static void termsOfPair(
      int rows,
      int row,
      long x,
      long weight,
      long mean,
      long rstd,
      long dy,
      long before,
      long partials,
      long dweights,
      long dbiases) {
    long step = before == partials ? Lanes.BYTES : 0;
    long apart = before == partials ? PARTIALS : 0;
    FloatVector w0 = Lanes.load(weight);
    FloatVector w1 = Lanes.load(weight + Lanes.BYTES);
    FloatVector dw0 = Lanes.load(dweights);
    FloatVector dw1 = Lanes.load(dweights + Lanes.BYTES);
    FloatVector db0 = Lanes.load(dbiases);
    FloatVector db1 = Lanes.load(dbiases + Lanes.BYTES);
    long at = 0;
    long from = before;
    long to = partials;
    for (int r = 0; r < rows; r++) {
      FloatVector mu = Lanes.all(Lanes.get(mean + (long) r * Float.BYTES));
      FloatVector scale = Lanes.all(Lanes.get(rstd + (long) r * Float.BYTES));
      FloatVector unit0 = Lanes.load(x + at).sub(mu).mul(scale);
      FloatVector unit1 = Lanes.load(x + at + Lanes.BYTES).sub(mu).mul(scale);
      FloatVector d0 = Lanes.load(dy + at);
      FloatVector d1 = Lanes.load(dy + at + Lanes.BYTES);
      dw0 = d0.fma(unit0, dw0);
      dw1 = d1.fma(unit1, dw1);
      db0 = db0.add(d0);
      db1 = db1.add(d1);
      FloatVector g0 = d0.mul(w0);
      FloatVector g1 = d1.mul(w1);
      Lanes.store(g0.add(g1).add(Lanes.load(from)), to);
      Lanes.store(g0.fma(unit0, g1.fma(unit1, Lanes.load(from + apart))), to + PARTIALS);
      at += row;
      from += step;
      to += Lanes.BYTES;
    }
    Lanes.store(dw0, dweights);
    Lanes.store(dw1, dweights + Lanes.BYTES);
    Lanes.store(db0, dbiases);
    Lanes.store(db1, dbiases + Lanes.BYTES);
  }

  // masked lanes of dy are 0, and with them all their terms
  private static void termsOfVector(
      int rows,
      int row,
      VectorMask<Float> mask,
      long x,
      long weight,
      long mean,
      long rstd,
      long dy,
      long before,
      long partials,
      long dweights,
      long dbiases) {
    long step = before == partials ? Lanes.BYTES : 0;
    long apart = before == partials ? PARTIALS : 0;
    FloatVector w = Lanes.load(weight, mask);
    FloatVector dw = Lanes.load(dweights);
    FloatVector db = Lanes.load(dbiases);
    long at = 0;
    long from = before;
    long to = partials;
    for (int r = 0; r < rows; r++) {
      FloatVector mu = Lanes.all(Lanes.get(mean + (long) r * Float.BYTES));
      FloatVector scale = Lanes.all(Lanes.get(rstd + (long) r * Float.BYTES));
      FloatVector unit = Lanes.load(x + at, mask).sub(mu).mul(scale);
      FloatVector d = Lanes.load(dy + at, mask);
      dw = d.fma(unit, dw);
      db = db.add(d);
      FloatVector g = d.mul(w);
      Lanes.store(g.add(Lanes.load(from)), to);
      Lanes.store(g.fma(unit, Lanes.load(from + apart)), to + PARTIALS);
      at += row;
      from += step;
      to += Lanes.BYTES;
    }
    Lanes.store(dw, dweights);
    Lanes.store(db, dbiases);
  }

  // factors[r] = -rstd mean(g), factors[GROUP + r] = -rstd² mean(g xh)
  private static void factors(int rows, int row, long partials, long rstd, long factors) {
    float length = (float) row / Float.BYTES;
    LaneSums.run(rows, partials, factors);
    LaneSums.run(rows, partials + PARTIALS, factors + FACTORS);
    for (int r = 0; r < rows; r++) {
      long to = factors + (long) r * Float.BYTES;
      float scale = -Lanes.get(rstd + (long) r * Float.BYTES);
      Lanes.set(to, Lanes.get(to) / length * scale);
      float dot = Lanes.get(to + FACTORS) / length;
      Lanes.set(to + FACTORS, dot * scale * -scale);
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
      long factors,
      long dx) {
    int j = 0;
    for (; j <= row - PAIR; j += PAIR) {
      inputGradientOfPair(rows, row, x + j, weight + j, mean, rstd, dy + j, factors, dx + j);
    }
    for (; j < row; j += Lanes.BYTES) {
      VectorMask<Float> mask = Lanes.first((row - j) / Float.BYTES);
      FloatVector w = Lanes.load(weight + j, mask);
      long at = j;
      for (int r = 0; r < rows; r++) {
        long one = (long) r * Float.BYTES;
        FloatVector mu = Lanes.all(Lanes.get(mean + one));
        FloatVector scale = Lanes.all(Lanes.get(rstd + one));
        FloatVector shift = Lanes.all(Lanes.get(factors + one));
        FloatVector slope = Lanes.all(Lanes.get(factors + FACTORS + one));
        FloatVector d = Lanes.load(x + at, mask).sub(mu).fma(slope, shift);
        Lanes.store(Lanes.load(dy + at, mask).mul(w).fma(scale, d), dx + at, mask);
        at += row;
      }
    }
  }

  private static void inputGradientOfPair(
      int rows,
      int row,
      long x,
      long weight,
      long mean,
      long rstd,
      long dy,
      long factors,
      long dx) {
    FloatVector w0 = Lanes.load(weight);
    FloatVector w1 = Lanes.load(weight + Lanes.BYTES);
    long at = 0;
    for (int r = 0; r < rows; r++) {
      long one = (long) r * Float.BYTES;
      FloatVector mu = Lanes.all(Lanes.get(mean + one));
      FloatVector scale = Lanes.all(Lanes.get(rstd + one));
      FloatVector shift = Lanes.all(Lanes.get(factors + one));
      FloatVector slope = Lanes.all(Lanes.get(factors + FACTORS + one));
      FloatVector d0 = Lanes.load(x + at).sub(mu).fma(slope, shift);
      FloatVector d1 = Lanes.load(x + at + Lanes.BYTES).sub(mu).fma(slope, shift);
      Lanes.store(Lanes.load(dy + at).mul(w0).fma(scale, d0), dx + at);
      Lanes.store(Lanes.load(dy + at + Lanes.BYTES).mul(w1).fma(scale, d1), dx + at + Lanes.BYTES);
      at += row;
    }
  }
}
