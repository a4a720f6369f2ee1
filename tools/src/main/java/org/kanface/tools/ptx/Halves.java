package org.kanface.tools.ptx;

/// Formats narrower than single precision: half, bfloat16, tf32 and the two 8-bit ones.
///
/// Operations on them are computed in double, where sums are rounded to odd, and then rounded once
/// to the format: the result is that of exact arithmetic.
enum Halves {
  F16(10, -14, 65504),
  BF16(7, -126, 0x1.fep127),
  TF32(10, -126, 0x1.ffcp127),
  E4M3(3, -6, 448),
  E5M2(2, -14, 57344);

  private final int fraction;
  private final int smallestExponent;
  private final double largest;

  Halves(int fraction, int smallestExponent, double largest) {
    this.fraction = fraction;
    this.smallestExponent = smallestExponent;
    this.largest = largest;
  }

  /// The number of this format for `v`; beyond the largest, infinity or the largest as `mode` says.
  double round(double v, Rounding mode) {
    if (v == 0 || !Double.isFinite(v)) {
      return v;
    }
    int exponent = Math.max(Math.getExponent(v), smallestExponent) - fraction;
    double r = Math.scalb(mode.toIntegral(Math.scalb(v, -exponent)), exponent);
    if (r == 0) {
      return Math.copySign(0, v);
    }
    if (Math.abs(r) > largest) {
      boolean up = mode == Rounding.RN || mode == Rounding.RNA;
      boolean away = v > 0 ? mode == Rounding.RP : mode == Rounding.RM;
      return Math.copySign(up || away ? Double.POSITIVE_INFINITY : largest, v);
    }
    return r;
  }

  /// Like [#round], but never beyond the largest number.
  double saturating(double v, Rounding mode) {
    double r = round(v, mode);
    return Math.abs(r) > largest ? Math.copySign(largest, r) : r;
  }

  /// Bits of a number that is one of this format.
  long encode(double r) {
    return switch (this) {
      case F16 -> Double.isNaN(r) ? 0x7fff : Float.floatToFloat16((float) r) & 0xffff;
      case BF16 -> Double.isNaN(r) ? 0x7fff : Float.floatToRawIntBits((float) r) >>> 16;
      case TF32 -> Floats.bits((float) r);
      case E4M3 -> Double.isNaN(r) || Double.isInfinite(r) ? 0x7f | sign(r) : small(r);
      case E5M2 -> Double.isNaN(r) ? 0x7f : Double.isInfinite(r) ? 0x7c | sign(r) : small(r);
    };
  }

  double decode(long bits) {
    return switch (this) {
      case F16 -> Float.float16ToFloat((short) bits);
      case BF16 -> Float.intBitsToFloat((int) bits << 16);
      case TF32 -> Float.intBitsToFloat((int) bits & ~0x1fff);
      case E4M3 -> (bits & 0x7f) == 0x7f ? Double.NaN : large((int) bits & 0xff);
      case E5M2 ->
          (bits & 0x7c) == 0x7c
              ? (bits & 3) != 0
                  ? Double.NaN
                  : Math.copySign(Double.POSITIVE_INFINITY, (bits & 0x80) != 0 ? -1 : 1)
              : large((int) bits & 0xff);
    };
  }

  private static int sign(double r) {
    return r < 0 ? 0x80 : 0;
  }

  private long small(double r) {
    int sign = Double.doubleToRawLongBits(r) < 0 ? 0x80 : 0;
    double a = Math.abs(r);
    int exponent = Math.getExponent(a);
    if (a == 0 || exponent < smallestExponent) {
      return sign | (long) Math.scalb(a, fraction - smallestExponent);
    }
    long mantissa = (long) Math.scalb(a, fraction - exponent) - (1L << fraction);
    return sign | (long) (exponent - smallestExponent + 1) << fraction | mantissa;
  }

  private double large(int bits) {
    int exponent = (bits & 0x7f) >> fraction;
    int mantissa = bits & (1 << fraction) - 1;
    double a =
        exponent == 0
            ? Math.scalb((double) mantissa, smallestExponent - fraction)
            : Math.scalb(
                (double) (mantissa + (1 << fraction)), exponent + smallestExponent - 1 - fraction);
    return (bits & 0x80) != 0 ? -a : a;
  }

  /// `a + b` rounded to odd.
  static double add(double a, double b) {
    double s = a + b;
    return Double.isFinite(s) ? Rounding.odd(s, Rounding.sumError(a, b, s)) : s;
  }

  /// `a b + c` rounded to odd; the product of two numbers of these formats is exact in double.
  static double fma(double a, double b, double c) {
    return add(a * b, c);
  }
}
