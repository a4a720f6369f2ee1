package org.kanface.kernels;

import java.util.Locale;
import java.util.Optional;

/// What the factors of matrix products and dense convolutions are rounded to before they are
/// multiplied. Everything else stays float32: what is stored, sums, and all other kernels.
public enum Precision {
  /// Nothing is rounded.
  F32,
  /// 8 bits of exponent as float32 has, 10 of mantissa; from compute capability 8.0 on.
  TF32,
  /// 5 bits of exponent, 10 of mantissa: up to 65,504; small gradients need loss scaling.
  F16,
  /// 8 bits of exponent, 7 of mantissa; from compute capability 8.0 on.
  BF16;

  /// The 16-bit type that factors are stored in before they are multiplied.
  public Optional<DType> half() {
    return switch (this) {
      case F32, TF32 -> Optional.empty();
      case F16 -> Optional.of(DType.F16);
      case BF16 -> Optional.of(DType.BF16);
    };
  }

  /// What a user types: `f32`, `tf32`, `f16`, `bf16`.
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
