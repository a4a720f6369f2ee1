package org.kanface.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Samples the learned edge functions of a KAN layer from its tensors.
///
/// The edge from input i to output o is `scale_base[i,o] * silu(x) + scale_sp[i,o] * Σ_j
/// coef[i,o,j] B_j(x)` with the B-spline basis B of degree k over the knots of input i; a basis
/// function is the sum over half-open intervals of Cox and de Boor's recursion.
///
/// @param inputs I
/// @param outputs O
/// @param order degree k of the splines
/// @param grid knots `[I, G + 2k + 1]`
/// @param coef coefficients `[I, O, G + k]`
/// @param scaleBase `[I, O]`
/// @param scaleSpline `[I, O]`
public record EdgeCurves(
    int inputs,
    int outputs,
    int order,
    float[] grid,
    float[] coef,
    float[] scaleBase,
    float[] scaleSpline) {
  private static final int SAMPLES = 81;

  public EdgeCurves {
    int knots = inputs == 0 ? 0 : grid.length / inputs;
    long edges = (long) inputs * outputs;
    if (inputs < 1
        || outputs < 1
        || order < 0
        || grid.length != (long) inputs * knots
        || coef.length != edges * (knots - order - 1)
        || scaleBase.length != edges
        || scaleSpline.length != edges) {
      throw new IllegalArgumentException(
          "edge curves of %d inputs and %d outputs, degree %d: got %d knots, %d coefficients, %d and %d scales"
              .formatted(
                  inputs,
                  outputs,
                  order,
                  grid.length,
                  coef.length,
                  scaleBase.length,
                  scaleSpline.length));
    }
  }

  /// The `count` edges that vary most over the support of their splines, each from another input
  /// while there are any, strongest first.
  public List<EdgeCurve> strongest(int count) {
    List<EdgeCurve> best = new ArrayList<>();
    for (int i = 0; i < inputs; i++) {
      double[] x = samples(i);
      double[][] basis = new double[SAMPLES][];
      for (int s = 0; s < SAMPLES; s++) {
        basis[s] = basis(i, x[s]);
      }
      int strongest = 0;
      double most = -1;
      for (int o = 0; o < outputs; o++) {
        double spread = spread(curve(i, o, x, basis).y());
        if (spread > most) {
          most = spread;
          strongest = o;
        }
      }
      best.add(curve(i, strongest, x, basis));
    }
    best.sort(Comparator.comparingDouble((EdgeCurve e) -> spread(e.y())).reversed());
    return List.copyOf(best.subList(0, Math.min(count, best.size())));
  }

  /// One edge, sampled evenly over the support of its spline.
  public EdgeCurve curve(int input, int output) {
    double[] x = samples(input);
    double[][] basis = new double[SAMPLES][];
    for (int s = 0; s < SAMPLES; s++) {
      basis[s] = basis(input, x[s]);
    }
    return curve(input, output, x, basis);
  }

  private EdgeCurve curve(int input, int output, double[] x, double[][] basis) {
    int edge = input * outputs + output;
    int n = knots() - order - 1;
    double[] y = new double[SAMPLES];
    double[] spline = new double[SAMPLES];
    for (int s = 0; s < SAMPLES; s++) {
      double sum = 0;
      for (int j = 0; j < n; j++) {
        sum += coef[edge * n + j] * basis[s][j];
      }
      spline[s] = scaleSpline[edge] * sum;
      y[s] = spline[s] + scaleBase[edge] * x[s] / (1 + Math.exp(-x[s]));
    }
    return new EdgeCurve(input, output, x, y, spline);
  }

  private double[] samples(int input) {
    double from = grid[input * knots()];
    double to = grid[(input + 1) * knots() - 1];
    double[] x = new double[SAMPLES];
    for (int s = 0; s < SAMPLES; s++) {
      x[s] = from + (to - from) * s / (SAMPLES - 1);
    }
    return x;
  }

  /// All basis functions at one point.
  double[] basis(int input, double x) {
    int knots = knots();
    int at = input * knots;
    double[] b = new double[knots - 1];
    for (int j = 0; j < b.length; j++) {
      b[j] = grid[at + j] <= x && x < grid[at + j + 1] ? 1 : 0;
    }
    for (int q = 1; q <= order; q++) {
      for (int j = 0; j < knots - 1 - q; j++) {
        b[j] =
            share(x - grid[at + j], (double) grid[at + j + q] - grid[at + j]) * b[j]
                + share(grid[at + j + q + 1] - x, (double) grid[at + j + q + 1] - grid[at + j + 1])
                    * b[j + 1];
      }
    }
    return b;
  }

  private int knots() {
    return grid.length / inputs;
  }

  /// 0 between coincident knots, the usual convention for 0/0.
  private static double share(double part, double whole) {
    return whole == 0 ? 0 : part / whole;
  }

  private static double spread(double[] values) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (double v : values) {
      low = Math.min(low, v);
      high = Math.max(high, v);
    }
    return high >= low ? high - low : 0; // NaN: not worth a picture
  }
}
