package org.kanface.nn.kan;

/// Least squares for spline coefficients: the minimum-norm `c` that minimises `‖A c - y‖`.
///
/// `A [points, basis]` holds basis functions at sample points. Solved through the pseudo-inverse of
/// the smaller Gram matrix, `c = Aᵀ (A Aᵀ)⁺ y` or `c = (AᵀA)⁺ Aᵀ y`, by Jacobi rotations in double;
/// directions below [#CUTOFF] of the largest eigenvalue count as zero.
public final class CurveToCoef {
  private static final double CUTOFF = 1e-12;
  private static final int MAX_SWEEPS = 60;

  private final double[][] inverse; // [basis][points]: the pseudo-inverse of A

  /// Factors `A [points][basis]` once for any number of curves.
  public CurveToCoef(double[][] a) {
    double[][] at = transpose(a);
    inverse =
        a.length <= at.length
            ? product(at, pseudoInverse(product(a, at)))
            : product(pseudoInverse(product(at, a)), at);
  }

  /// Coefficients `[basis][curves]` of the curves `y [points][curves]`.
  public double[][] solve(double[][] y) {
    return product(inverse, y);
  }

  static double[][] transpose(double[][] m) {
    var t = new double[m[0].length][m.length];
    for (int i = 0; i < m.length; i++) {
      for (int j = 0; j < t.length; j++) {
        t[j][i] = m[i][j];
      }
    }
    return t;
  }

  private static double[][] product(double[][] a, double[][] b) {
    var c = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int k = 0; k < b.length; k++) {
        double factor = a[i][k];
        if (factor != 0) {
          for (int j = 0; j < c[i].length; j++) {
            c[i][j] += factor * b[k][j];
          }
        }
      }
    }
    return c;
  }

  /// Pseudo-inverse of a symmetric positive semi-definite matrix, `Σ v vᵀ/λ` over its eigenpairs.
  private static double[][] pseudoInverse(double[][] gram) {
    int n = gram.length;
    var v = new double[n][n];
    for (int i = 0; i < n; i++) {
      v[i][i] = 1;
    }
    for (int sweep = 0; sweep < MAX_SWEEPS && rotateAll(gram, v); sweep++) {}
    double largest = 0;
    for (int i = 0; i < n; i++) {
      largest = Math.max(largest, gram[i][i]);
    }
    var out = new double[n][n];
    for (int e = 0; e < n; e++) {
      if (gram[e][e] > CUTOFF * largest) {
        for (int i = 0; i < n; i++) {
          for (int j = 0; j < n; j++) {
            out[i][j] += v[i][e] * v[j][e] / gram[e][e];
          }
        }
      }
    }
    return out;
  }

  /// One sweep of Jacobi rotations; false once the matrix is diagonal to rounding.
  private static boolean rotateAll(double[][] a, double[][] v) {
    int n = a.length;
    boolean changed = false;
    for (int p = 0; p < n; p++) {
      for (int q = p + 1; q < n; q++) {
        if (Math.abs(a[p][q]) > 1e-17 * Math.sqrt(Math.abs(a[p][p] * a[q][q])) && a[p][q] != 0) {
          rotate(a, v, p, q);
          changed = true;
        }
      }
    }
    return changed;
  }

  private static void rotate(double[][] a, double[][] v, int p, int q) {
    double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
    double t = Math.copySign(1, theta) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
    double c = 1 / Math.sqrt(t * t + 1);
    double s = t * c;
    for (int k = 0; k < a.length; k++) {
      double kp = a[k][p];
      double kq = a[k][q];
      a[k][p] = c * kp - s * kq;
      a[k][q] = s * kp + c * kq;
    }
    for (int k = 0; k < a.length; k++) {
      double pk = a[p][k];
      double qk = a[q][k];
      a[p][k] = c * pk - s * qk;
      a[q][k] = s * pk + c * qk;
      double kp = v[k][p];
      double kq = v[k][q];
      v[k][p] = c * kp - s * kq;
      v[k][q] = s * kp + c * kq;
    }
  }
}
