package org.kanface.kernels.reference;

import java.util.function.BiConsumer;

/// Checks a gradient against `(f(x + h) - f(x - h)) / 2h`. A function of many outputs is made a
/// scalar by a weighted sum; the weights are then what flows back into it.
final class FiniteDifferences {
  private static final double STEP = 1e-6;
  private static final double TOLERANCE = 2e-8;

  private FiniteDifferences() {}

  /// Throws [AssertionError] unless `dx` is the gradient of `Σ dy · forward(x)`, where `forward`
  /// writes its second argument.
  static void check(
      String name, double[] x, double[] dy, double[] dx, BiConsumer<double[], double[]> forward) {
    for (int i = 0; i < x.length; i++) {
      double before = x[i];
      x[i] = before + STEP;
      double up = project(x, dy, forward);
      x[i] = before - STEP;
      double down = project(x, dy, forward);
      x[i] = before;
      double numeric = (up - down) / (2 * STEP);
      if (!(Math.abs(numeric - dx[i]) <= TOLERANCE * Math.max(1, Math.abs(numeric)))) {
        throw new AssertionError(
            "%s: d/dx[%d]: analytic %.10f, numeric %.10f".formatted(name, i, dx[i], numeric));
      }
    }
  }

  private static double project(double[] x, double[] dy, BiConsumer<double[], double[]> forward) {
    var y = new double[dy.length];
    forward.accept(x, y);
    double sum = 0;
    for (int i = 0; i < y.length; i++) {
      sum += dy[i] * y[i];
    }
    return sum;
  }
}
