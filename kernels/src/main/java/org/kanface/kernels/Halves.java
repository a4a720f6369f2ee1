package org.kanface.kernels;

/// Floats in 16 bits.
public final class Halves {
  private Halves() {}

  /// Rounded to nearest, ties to even.
  public static short of(DType type, float value) {
    return type == DType.F16 ? Float.floatToFloat16(value) : bfloat(value);
  }

  private static short bfloat(float value) {
    int bits = Float.floatToRawIntBits(value);
    int rounded = Float.isNaN(value) ? bits | 0x400000 : bits + 0x7fff + (bits >>> 16 & 1);
    return (short) (rounded >>> 16);
  }

  /// The exact value.
  public static float toFloat(DType type, short bits) {
    return type == DType.F16 ? Float.float16ToFloat(bits) : Float.intBitsToFloat(bits << 16);
  }

  /// `value` as it comes back from 16 bits.
  public static float round(DType type, float value) {
    return toFloat(type, of(type, value));
  }
}
