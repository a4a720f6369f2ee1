package org.kanface.tools.ptx;

import java.math.BigDecimal;

/// Single and double precision as PTX defines them (PTX ISA, "Floating Point Instructions").
final class Floats {
  private static final int CANONICAL_NAN = 0x7fff_ffff;

  private Floats() {}

  static float f(long bits) {
    return Float.intBitsToFloat((int) bits);
  }

  static double d(long bits) {
    return Double.longBitsToDouble(bits);
  }

  /// Bits of a result; every NaN is 0x7fffffff.
  static long bits(float x) {
    return Float.isNaN(x) ? CANONICAL_NAN : Float.floatToRawIntBits(x);
  }

  static long bits(double x) {
    return Double.doubleToRawLongBits(x);
  }

  /// Zero of the same sign for a subnormal number.
  static float flush(float x) {
    return Math.abs(x) < Float.MIN_NORMAL ? Math.copySign(0f, x) : x;
  }

  /// Into [0, 1]; NaN becomes 0.
  static float saturate(float x) {
    return x > 0 ? Math.min(x, 1f) : 0f;
  }

  static double saturate(double x) {
    return x > 0 ? Math.min(x, 1.0) : 0.0;
  }

  static float add(float a, float b, Rounding mode) {
    if (mode == Rounding.RN) {
      return a + b;
    }
    double s = (double) a + b;
    if (s == 0) {
      return zeroSum(a, b, mode);
    }
    return mode.toFloat(s, Rounding.sumError(a, b, s));
  }

  static float mul(float a, float b, Rounding mode) {
    return mode == Rounding.RN ? a * b : mode.toFloat((double) a * b, 0);
  }

  static float fma(float a, float b, float c, Rounding mode) {
    if (mode == Rounding.RN) {
      return Math.fma(a, b, c);
    }
    double p = (double) a * b;
    double s = p + c;
    if (s == 0) {
      return zeroSum(p, c, mode);
    }
    return mode.toFloat(s, Rounding.sumError(p, c, s));
  }

  /// `a + b` where it is 0: the sign follows the rounding if the signs differ.
  private static float zeroSum(double a, double b, Rounding mode) {
    return 1 / a == 1 / b ? (float) a : mode == Rounding.RM ? -0f : 0f;
  }

  static float div(float a, float b, Rounding mode) {
    if (mode == Rounding.RN) {
      return a / b;
    }
    double q = (double) a / b;
    return mode.toFloat(q, Math.fma(-q, b, (double) a) * Math.signum(b));
  }

  static float sqrt(float a, Rounding mode) {
    double s = Math.sqrt(a);
    return mode == Rounding.RN ? (float) s : mode.toFloat(s, Math.fma(-s, s, (double) a));
  }

  static double add(double a, double b, Rounding mode) {
    double s = a + b;
    if (mode == Rounding.RN) {
      return s;
    }
    if (s == 0) {
      return 1 / a == 1 / b ? s : mode == Rounding.RM ? -0.0 : 0.0;
    }
    return finite(a, b) ? bounded(s, mode, Rounding.sumError(a, b, s)) : s;
  }

  static double mul(double a, double b, Rounding mode) {
    double r = a * b;
    return mode == Rounding.RN || !finite(a, b) ? r : exact(r, big(a).multiply(big(b)), mode);
  }

  static double fma(double a, double b, double c, Rounding mode) {
    double r = Math.fma(a, b, c);
    if (mode == Rounding.RN || !finite(a, b) || !finite(c, c)) {
      return r;
    }
    BigDecimal value = big(a).multiply(big(b)).add(big(c));
    if (value.signum() == 0) {
      boolean alike = a * b == 0 && 1 / (a * b) == 1 / c;
      return alike ? r : mode == Rounding.RM ? -0.0 : 0.0;
    }
    return exact(r, value, mode);
  }

  static double div(double a, double b, Rounding mode) {
    double q = a / b;
    if (mode == Rounding.RN || !finite(a, b) || b == 0 || a == 0) {
      return q;
    }
    if (Double.isInfinite(q)) {
      return bounded(q, mode, -q);
    }
    int above = big(a).subtract(big(q).multiply(big(b))).signum() * (b > 0 ? 1 : -1);
    return mode.toDouble(q, above);
  }

  static double sqrt(double a, Rounding mode) {
    double s = Math.sqrt(a);
    if (mode == Rounding.RN || !finite(a, s) || s == 0) {
      return s;
    }
    return mode.toDouble(s, big(a).subtract(big(s).multiply(big(s))).signum());
  }

  private static BigDecimal big(double x) {
    return new BigDecimal(x);
  }

  private static double exact(double r, BigDecimal value, Rounding mode) {
    if (Double.isInfinite(r)) {
      return bounded(r, mode, -r);
    }
    return mode.toDouble(r, value.compareTo(big(r)));
  }

  private static double bounded(double r, Rounding mode, double above) {
    return mode.toDouble(r, Double.isInfinite(r) ? -r : above);
  }

  private static boolean finite(double a, double b) {
    return Double.isFinite(a) && Double.isFinite(b);
  }

  /// `min` of PTX: a NaN loses against a number, and -0 is below +0.
  static float min(float a, float b, boolean nan) {
    return Float.isNaN(a) ? nan ? a : b : Float.isNaN(b) ? nan ? b : a : Math.min(a, b);
  }

  static float max(float a, float b, boolean nan) {
    return Float.isNaN(a) ? nan ? a : b : Float.isNaN(b) ? nan ? b : a : Math.max(a, b);
  }

  static double min(double a, double b) {
    return Double.isNaN(a) ? b : Double.isNaN(b) ? a : Math.min(a, b);
  }

  static double max(double a, double b) {
    return Double.isNaN(a) ? b : Double.isNaN(b) ? a : Math.max(a, b);
  }

  static float ex2(float x) {
    return (float) Math.pow(2, x);
  }

  static float lg2(float x) {
    return (float) (Math.log(x) / Math.log(2));
  }
}
