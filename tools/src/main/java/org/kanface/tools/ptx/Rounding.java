package org.kanface.tools.ptx;

import java.util.Locale;

/// How a result that lies between two numbers is rounded.
enum Rounding {
  /// To the nearest, ties to even.
  RN,
  /// Towards zero.
  RZ,
  /// Towards minus infinity.
  RM,
  /// Towards plus infinity.
  RP,
  /// To the nearest, ties away from zero.
  RNA;

  static Rounding named(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }

  /// The float for the exact value `s + e`, where `|e|` is at most half an ulp of `s`.
  float toFloat(double s, double e) {
    float r = (float) s;
    if (Double.isNaN(s) || Double.isInfinite(s)) {
      return r;
    }
    double above = s - r; // exact - r, up to e
    if (above == 0) {
      above = e;
    }
    if (this == RN) {
      // (float) s broke a tie by s alone: e says on which side the exact value lies.
      return e == 0 ? r : (float) odd(s, e);
    }
    return directed(r, above);
  }

  private float directed(float r, double above) {
    if (above == 0) {
      return r;
    }
    return switch (this) {
      case RM -> above < 0 ? Math.nextDown(r) : r;
      case RP -> above > 0 ? Math.nextUp(r) : r;
      case RZ ->
          r > 0 || (r == 0 && above > 0)
              ? above < 0 ? Math.nextDown(r) : r
              : above > 0 ? Math.nextUp(r) : r;
      default -> r;
    };
  }

  /// The double for an exact value of which `r` is the nearest double and `above` has the sign of
  /// exact - r.
  double toDouble(double r, double above) {
    if (above == 0 || Double.isNaN(r) || Double.isNaN(above)) {
      return r;
    }
    return switch (this) {
      case RM -> above < 0 ? Math.nextDown(r) : r;
      case RP -> above > 0 ? Math.nextUp(r) : r;
      case RZ ->
          r > 0 || (r == 0 && above > 0)
              ? above < 0 ? Math.nextDown(r) : r
              : above > 0 ? Math.nextUp(r) : r;
      default -> r;
    };
  }

  /// `v` as a whole number.
  double toIntegral(double v) {
    return switch (this) {
      case RN -> Math.rint(v);
      case RZ -> v < 0 ? Math.ceil(v) : Math.floor(v);
      case RM -> Math.floor(v);
      case RP -> Math.ceil(v);
      case RNA -> Math.copySign(Math.floor(Math.abs(v) + 0.5), v);
    };
  }

  /// `s + e` rounded to odd in double: rounding the result again to 51 bits or fewer gives the same
  /// as rounding the exact value once (Boldo and Melquiond 2008).
  static double odd(double s, double e) {
    if (e == 0 || (Double.doubleToRawLongBits(s) & 1) != 0 || Double.isInfinite(s)) {
      return s;
    }
    return e > 0 ? Math.nextUp(s) : Math.nextDown(s);
  }

  /// The rounding error of `s = a + b` (Knuth's two-sum).
  static double sumError(double a, double b, double s) {
    double t = s - a;
    return (a - (s - t)) + (b - t);
  }
}
