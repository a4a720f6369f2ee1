package org.kanface.kernels;

/// The error function and its complement in double, to about 1e-16.
///
/// Source: W. J. Cody, "Rational Chebyshev approximations for the error function", Math. Comp. 23
/// (1969), with the coefficients of his SPECFUN routine CALERF rounded to double: one rational
/// function of `x²` for `|x| <= 0.46875`, of `x` up to 4, of `1/x²` beyond.
public final class Erf {
  private static final double NEAR = 0.46875;
  private static final double FAR = 4.0;
  private static final double ZERO = 26.543; // from here on erfc underflows
  private static final double INV_SQRT_PI = 0.5641895835477563;

  private static final double[] NEAR_TOP = {
    0.18577770618460315,
    3.1611237438705655,
    113.86415415105016,
    377.485237685302,
    3209.3775891384694
  };
  private static final double[] NEAR_BOTTOM = {
    1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171
  };
  private static final double[] MID_TOP = {
    2.1531153547440383e-8,
    0.5641884969886701,
    8.883149794388377,
    66.11919063714163,
    298.6351381974001,
    881.952221241769,
    1712.0476126340707,
    2051.0783778260716,
    1230.3393547979972
  };
  private static final double[] MID_BOTTOM = {
    1,
    15.744926110709835,
    117.6939508913125,
    537.1811018620099,
    1621.3895745666903,
    3290.7992357334597,
    4362.619090143247,
    3439.3676741437216,
    1230.3393548037495
  };
  private static final double[] FAR_TOP = {
    0.016315387137302097,
    0.30532663496123236,
    0.36034489994980445,
    0.12578172611122926,
    0.016083785148742275,
    0.0006587491615298378
  };
  private static final double[] FAR_BOTTOM = {
    1,
    2.568520192289822,
    1.8729528499234673,
    0.5279051029514285,
    0.06051834131244132,
    0.0023352049762686918
  };

  private Erf() {}

  /// `2/√π ∫₀ˣ exp(-t²) dt`; NaN gives NaN.
  public static double erf(double x) {
    double y = Math.abs(x);
    if (y <= NEAR) {
      return x * polynomial(NEAR_TOP, y * y) / polynomial(NEAR_BOTTOM, y * y);
    }
    return Math.copySign(1 - tail(y), x);
  }

  /// `1 - erf(x)`, without cancellation for large `x`; NaN gives NaN.
  public static double erfc(double x) {
    double y = Math.abs(x);
    if (y <= NEAR) {
      return 1 - erf(x);
    }
    return x < 0 ? 2 - tail(y) : tail(y);
  }

  /// `erfc(y)` for `y > 0.46875`, or NaN.
  private static double tail(double y) {
    if (y >= ZERO) {
      return 0;
    }
    if (y <= FAR) {
      return gauss(y) * polynomial(MID_TOP, y) / polynomial(MID_BOTTOM, y);
    }
    double z = 1 / (y * y);
    double r = z * polynomial(FAR_TOP, z) / polynomial(FAR_BOTTOM, z);
    return gauss(y) * (INV_SQRT_PI - r) / y;
  }

  /// `exp(-y²)` with `y²` split so that its rounding error does not enter the exponent.
  private static double gauss(double y) {
    double head = (long) (y * 16) / 16.0;
    return Math.exp(-head * head) * Math.exp(-(y - head) * (y + head));
  }

  private static double polynomial(double[] coefficients, double x) {
    double sum = 0;
    for (double c : coefficients) {
      sum = sum * x + c;
    }
    return sum;
  }
}
