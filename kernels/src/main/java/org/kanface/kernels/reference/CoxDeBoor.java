package org.kanface.kernels.reference;

import org.kanface.kernels.DType;
import org.kanface.kernels.Spline;

/// The dense Cox–de Boor recursion over one row of knots: all basis functions and derivatives.
///
/// Level 0 is `B_{j,0}(x) = 1` on `t_j <= x < t_{j+1}`. Level q sums two terms and then replaces
/// the sum where it is not finite (NaN by 0, ±∞ by ± the largest finite value). Where two knots
/// coincide so that a denominator is 0, that term is 0/0 and the whole function becomes 0. The
/// derivative is that of exactly these values: the product rule on each level, 0 where the sum was
/// replaced. With distinct knots it equals `k (B_{j,k-1}/(t_{j+k} - t_j) - B_{j+1,k-1}/(t_{j+k+1} -
/// t_{j+1}))`.
final class CoxDeBoor {
  private final int order;
  private final double limit;
  private final double[] t; // [knots]
  private final double[] b; // [knots - 1], the first `basis` are the answer
  private final double[] db;

  CoxDeBoor(Spline spline, DType type) {
    order = spline.order();
    limit = type == DType.F32 ? Float.MAX_VALUE : Double.MAX_VALUE;
    t = new double[spline.knots()];
    b = new double[spline.knots() - 1];
    db = new double[spline.knots() - 1];
  }

  /// Takes the knots of input `i` from `knots [inputs, t.length]`.
  void row(Elements knots, long i) {
    for (int j = 0; j < t.length; j++) {
      t[j] = knots.get(i * t.length + j);
    }
  }

  /// Computes [#value] and [#derivative] at `x`.
  void at(double x) {
    for (int j = 0; j < b.length; j++) {
      b[j] = t[j] <= x && x < t[j + 1] ? 1 : 0;
      db[j] = 0;
    }
    for (int q = 1; q <= order; q++) {
      for (int j = 0; j < b.length - q; j++) {
        double left = t[j + q] - t[j];
        double right = t[j + q + 1] - t[j + 1];
        double up = (x - t[j]) / left;
        double down = (t[j + q + 1] - x) / right;
        double sum = up * b[j] + down * b[j + 1];
        double slope = b[j] / left + up * db[j] - b[j + 1] / right + down * db[j + 1];
        b[j] = finite(sum);
        db[j] = Double.isFinite(sum) ? slope : 0;
      }
    }
  }

  /// `B_j(x)` at the last [#at].
  double value(int j) {
    return b[j];
  }

  /// `B'_j(x)` at the last [#at].
  double derivative(int j) {
    return db[j];
  }

  private double finite(double v) {
    if (Double.isNaN(v)) {
      return 0;
    }
    return Double.isInfinite(v) ? Math.copySign(limit, v) : v;
  }
}
