package org.kanface.kernels.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// Layer norm of rows of `row` bytes. `weight` and `bias` are whole rows.
final class NormLayer {
  private NormLayer() {}

  /// Rows from the given addresses on; `mean` and `rstd` receive one float a row.
  static void forward(
      long rows, int row, float eps, long x, long weight, long bias, long y, long mean, long rstd) {
    int whole = row - row % Lanes.BYTES;
    VectorMask<Float> mask = Lanes.first((row - whole) / Float.BYTES);
    float perElement = Float.BYTES / (float) row;
    for (long r = 0; r < rows; r++) {
      long in = x + r * row;
      FloatVector mu = Lanes.sum(sum(in, whole, mask)).mul(perElement);
      FloatVector variance = Lanes.sum(squares(in, whole, mask, mu)).mul(perElement);
      FloatVector scale = Lanes.all(1f).div(variance.add(eps).sqrt());
      Lanes.set(mean + r * Float.BYTES, mu.lane(0));
      Lanes.set(rstd + r * Float.BYTES, scale.lane(0));
      long out = y + r * row;
      for (int j = 0; j < whole; j += Lanes.BYTES) {
        FloatVector unit = Lanes.load(in + j).sub(mu).mul(scale);
        Lanes.store(unit.fma(Lanes.load(weight + j), Lanes.load(bias + j)), out + j);
      }
      if (whole < row) {
        FloatVector unit = Lanes.load(in + whole, mask).sub(mu).mul(scale);
        FloatVector w = Lanes.load(weight + whole, mask);
        Lanes.store(unit.fma(w, Lanes.load(bias + whole, mask)), out + whole, mask);
      }
    }
  }

  private static FloatVector sum(long x, int whole, VectorMask<Float> mask) {
    FloatVector sum = Lanes.load(x + whole, mask);
    for (int j = 0; j < whole; j += Lanes.BYTES) {
      sum = sum.add(Lanes.load(x + j));
    }
    return sum;
  }

  // Σ (x - mu)²
  private static FloatVector squares(long x, int whole, VectorMask<Float> mask, FloatVector mu) {
    FloatVector d = Lanes.all(0f).blend(Lanes.load(x + whole, mask).sub(mu), mask);
    FloatVector sum = d.mul(d);
    for (int j = 0; j < whole; j += Lanes.BYTES) {
      d = Lanes.load(x + j).sub(mu);
      sum = d.fma(d, sum);
    }
    return sum;
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
    int whole = row - row % Lanes.BYTES;
    VectorMask<Float> mask = Lanes.first((row - whole) / Float.BYTES);
    float perElement = Float.BYTES / (float) row;
    for (long r = 0; r < rows; r++) {
      long in = x + r * row;
      long grad = dy + r * row;
      FloatVector mu = Lanes.all(Lanes.get(mean + r * Float.BYTES));
      FloatVector scale = Lanes.all(Lanes.get(rstd + r * Float.BYTES));
      FloatVector sum = Lanes.all(0f); // Σ g, g = dy * weight
      FloatVector dot = sum; // Σ g xh
      for (int j = 0; j < whole; j += Lanes.BYTES) {
        FloatVector unit = Lanes.load(in + j).sub(mu).mul(scale);
        FloatVector d = Lanes.load(grad + j);
        Lanes.store(d.fma(unit, Lanes.load(dweights + j)), dweights + j);
        Lanes.store(d.add(Lanes.load(dbiases + j)), dbiases + j);
        FloatVector g = d.mul(Lanes.load(weight + j));
        sum = sum.add(g);
        dot = g.fma(unit, dot);
      }
      if (whole < row) { // masked lanes of dy are 0, and with them all terms
        FloatVector unit = Lanes.load(in + whole, mask).sub(mu).mul(scale);
        FloatVector d = Lanes.load(grad + whole, mask);
        Lanes.store(d.fma(unit, Lanes.load(dweights + whole)), dweights + whole);
        Lanes.store(d.add(Lanes.load(dbiases + whole)), dbiases + whole);
        FloatVector g = d.mul(Lanes.load(weight + whole, mask));
        sum = sum.add(g);
        dot = g.fma(unit, dot);
      }
      sum = Lanes.sum(sum).mul(perElement);
      dot = Lanes.sum(dot).mul(perElement);
      long out = dx + r * row;
      for (int j = 0; j < whole; j += Lanes.BYTES) {
        FloatVector unit = Lanes.load(in + j).sub(mu).mul(scale);
        FloatVector g = Lanes.load(grad + j).mul(Lanes.load(weight + j));
        Lanes.store(g.sub(sum).sub(unit.mul(dot)).mul(scale), out + j);
      }
      if (whole < row) {
        FloatVector unit = Lanes.load(in + whole, mask).sub(mu).mul(scale);
        FloatVector g = Lanes.load(grad + whole, mask).mul(Lanes.load(weight + whole, mask));
        Lanes.store(g.sub(sum).sub(unit.mul(dot)).mul(scale), out + whole, mask);
      }
    }
  }
}
