package org.kanface.tools.driver;

import org.kanface.kernels.DType;
import org.kanface.kernels.Halves;

/// What a library's tensor cores round the factors of a product to. Sums of rounded factors are
/// rounded to float32 after every term, where hardware rounds a group of terms at once.
enum Factors {
  /// Nothing, and sums are kept in double.
  EXACT,
  TF32,
  F16,
  BF16;

  private static final int TF32_CAPABILITY = 80;
  private static final int DROPPED = 0x1fff; // bits of a float that TF32 has no room for

  /// What float32 becomes for a GPU of this compute capability where TF32 is allowed.
  static Factors tf32(int capability) {
    return capability >= TF32_CAPABILITY ? TF32 : EXACT;
  }

  /// What elements of a type are, where nothing else is asked for.
  static Factors of(ElementType type) {
    return switch (type) {
      case F16 -> F16;
      case BF16 -> BF16;
      case F32, F64 -> EXACT;
    };
  }

  double round(double value) {
    return switch (this) {
      case EXACT -> value;
      case TF32 -> tf32((float) value);
      case F16 -> Halves.round(DType.F16, (float) value);
      case BF16 -> Halves.round(DType.BF16, (float) value);
    };
  }

  /// To nearest, ties away from 0, as `cvt.rna.tf32`.
  private static double tf32(float value) {
    if (!Float.isFinite(value)) {
      return value;
    }
    int bits = Float.floatToRawIntBits(value) + (DROPPED + 1) / 2;
    return Float.intBitsToFloat(bits & ~DROPPED);
  }

  double sum(double before, double term) {
    return this == EXACT ? before + term : (float) (before + term);
  }
}
