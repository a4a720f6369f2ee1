package org.kanface.kernels.cases;

/// How far a fast kernel's float32 may lie from the reference:
/// `|fast - reference| <= ulps * 2⁻²⁴ * max(|reference|, floor)`.
///
/// @param floor magnitude below which the error is absolute: that of the terms that may cancel
public record Tolerance(double ulps, double floor) {
  private static final double HALF_ULP = 0x1p-24;

  /// Equal as numbers.
  public static final Tolerance EXACT = new Tolerance(0, 0);

  /// For values near 1 that a handful of operations made.
  public static final Tolerance FEW_ROUNDINGS = new Tolerance(8, 1);

  /// The error is relative down to results of 1e-30.
  public static Tolerance relative(double ulps) {
    return new Tolerance(ulps, 1e-30);
  }

  /// A sum of `length` terms of either sign and magnitude about 1. Sums in float grow an error of
  /// about `√length` roundings of partial sums that are about `√length` themselves.
  public static Tolerance sum(long length) {
    double root = Math.sqrt(Math.max(length, 1));
    return new Tolerance(8 + 4 * root, root);
  }

  /// The same with more half units in the last place, unless it is exact.
  public Tolerance plus(double more) {
    return ulps == 0 ? this : new Tolerance(ulps + more, floor);
  }

  public Tolerance times(double factor) {
    return new Tolerance(ulps * factor, floor);
  }

  boolean accepts(double expected, double actual) {
    if (Double.isNaN(expected) || Double.isNaN(actual)) {
      return Double.isNaN(expected) && Double.isNaN(actual);
    }
    if (Double.isInfinite(expected) || Double.isInfinite(actual) || expected == actual) {
      return expected == actual;
    }
    double allowed = ulps * HALF_ULP * Math.max(Math.abs(expected), floor);
    return Math.abs(expected - actual) <= allowed;
  }
}
