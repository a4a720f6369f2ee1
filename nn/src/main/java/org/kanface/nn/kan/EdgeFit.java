package org.kanface.nn.kan;

import org.kanface.nn.Init;

/// Fits of a KAN layer's coefficients to curves: at initialisation, and when its knots change.
final class EdgeFit {
  private static final int POINTS_AN_INTERVAL = 4;
  private static final double OUTSIDE = 1e-3; // weight of points beyond the inner knots

  private EdgeFit() {}

  static float[] repeat(float[] row, int count) {
    var all = new float[row.length * count];
    for (int i = 0; i < count; i++) {
      System.arraycopy(row, 0, all, i * row.length, row.length);
    }
    return all;
  }

  /// Coefficients `[in, out, basis]` that fit uniform noise of ±`noise`/(2 gridSize) at the inner
  /// knots; draws in the order (knot, input, output).
  static float[] initial(Init init, KANLinear.Config config, float[] row, double noise) {
    int points = config.gridSize() + 1;
    int edges = Math.toIntExact(config.in() * config.out());
    var y = new double[points][edges];
    for (double[] knot : y) {
      for (int e = 0; e < edges; e++) {
        knot[e] = (init.random().rand() - 0.5f) * (float) noise / config.gridSize();
      }
    }
    var at = new double[points];
    for (int g = 0; g < points; g++) {
      at[g] = row[config.splineOrder() + g];
    }
    double[][] fit = new CurveToCoef(BSpline.basis(widen(row), config.splineOrder(), at)).solve(y);
    var out = new float[edges * fit.length];
    for (int e = 0; e < edges; e++) {
      for (int j = 0; j < fit.length; j++) {
        out[e * fit.length + j] = (float) fit[j][e];
      }
    }
    return out;
  }

  /// Gives `to` the knots `[in][..]` and the coefficients whose splines follow those of `from`: to
  /// rounding between the inner knots, where the new spline can, and as well as it can beyond.
  static void refit(KANLinear from, KANLinear to, float[][] knots) {
    int in = Math.toIntExact(from.config().in());
    int out = Math.toIntExact(from.config().out());
    int order = from.config().splineOrder();
    int oldBasis = from.config().spline().basis();
    int newBasis = to.config().spline().basis();
    float[] old = from.coef().external(); // [in, out, basis]
    var coef = new float[in * out * newBasis];
    var grid = new float[in * knots[0].length];
    for (int i = 0; i < in; i++) {
      double[] fresh = widen(knots[i]);
      double[] at = points(fresh);
      double low = fresh[order];
      double high = fresh[fresh.length - 1 - order];
      double[][] curves =
          curves(BSpline.basis(from.knots(i), order, at), old, i * out * oldBasis, out, oldBasis);
      double[][] basis = BSpline.basis(fresh, order, at);
      for (int p = 0; p < at.length; p++) {
        if (at[p] < low || at[p] > high) {
          scale(basis[p], OUTSIDE);
          scale(curves[p], OUTSIDE);
        }
      }
      double[][] fit = new CurveToCoef(basis).solve(curves);
      for (int o = 0; o < out; o++) {
        for (int j = 0; j < newBasis; j++) {
          coef[(i * out + o) * newBasis + j] = (float) fit[j][o];
        }
      }
      System.arraycopy(knots[i], 0, grid, i * knots[i].length, knots[i].length);
    }
    to.grid().load(grid);
    to.coef().load(coef);
  }

  private static void scale(double[] row, double factor) {
    for (int j = 0; j < row.length; j++) {
      row[j] *= factor;
    }
  }

  /// Spline values `[points][out]` of one input's edges.
  private static double[][] curves(
      double[][] basis, float[] coef, int offset, int out, int basisCount) {
    var y = new double[basis.length][out];
    for (int p = 0; p < basis.length; p++) {
      for (int o = 0; o < out; o++) {
        double sum = 0;
        for (int j = 0; j < basisCount; j++) {
          sum += basis[p][j] * coef[offset + o * basisCount + j];
        }
        y[p][o] = sum;
      }
    }
    return y;
  }

  /// Points spread evenly inside every interval of the extended knots.
  private static double[] points(double[] knots) {
    var at = new double[(knots.length - 1) * POINTS_AN_INTERVAL];
    for (int p = 0; p < at.length; p++) {
      int j = p / POINTS_AN_INTERVAL;
      double share = (p % POINTS_AN_INTERVAL + 0.5) / POINTS_AN_INTERVAL;
      at[p] = knots[j] + share * (knots[j + 1] - knots[j]);
    }
    return at;
  }

  /// Knots between even spacing and the quantiles of sorted samples, extended by even steps.
  static float[] adaptive(
      KANLinear.Config config, double[] sorted, double uniformShare, double margin) {
    int g = config.gridSize();
    int k = config.splineOrder();
    double low = sorted[0] - margin;
    double high = sorted[sorted.length - 1] + margin;
    if (!(high > low)) { // all samples alike: keep a range around them
      low -= 1;
      high += 1;
    }
    double h = (high - low) / g;
    var knots = new float[g + 2 * k + 1];
    for (int j = 0; j <= g; j++) {
      double even = low + j * h;
      double quantile =
          j == 0
              ? low
              : j == g ? high : sorted[(int) Math.round((double) j / g * (sorted.length - 1))];
      knots[k + j] = (float) (uniformShare * even + (1 - uniformShare) * quantile);
    }
    for (int j = 1; j <= k; j++) {
      knots[k - j] = (float) (low - j * h);
      knots[k + g + j] = (float) (high + j * h);
    }
    return knots;
  }

  private static double[] widen(float[] row) {
    var out = new double[row.length];
    for (int i = 0; i < row.length; i++) {
      out[i] = row[i];
    }
    return out;
  }
}
