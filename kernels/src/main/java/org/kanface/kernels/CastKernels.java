package org.kanface.kernels;

import org.jspecify.annotations.Nullable;

/// Changes of element type. 16-bit blocks hold [DType#F16] or [DType#BF16]; rounding to them is to
/// nearest with ties to even, what lies beyond their largest number becomes infinite, and NaN stays
/// NaN.
public interface CastKernels {
  /// `y = x` in 16 bits; throws [IllegalArgumentException] for another type.
  void narrow(DType to, long n, Memory x, Memory y);

  /// `y = x` from 16 bits, exactly; throws as [#narrow].
  void widen(DType from, long n, Memory x, Memory y);

  /// `y[n, i, j, c] = ((bytes[n, i, j', c] / 255) - mean[c]) / std[c]` in float32, rounded to `to`:
  /// the set's own type, F16 or BF16. `j' = width - 1 - j` where `mirrored[n]`, a byte, is not 0,
  /// else `j`.
  void images(Images images, Memory bytes, @Nullable Memory mirrored, DType to, Memory y);

  /// Throws [IllegalArgumentException] unless it is one of the two 16-bit types.
  static void requireHalf(String operation, DType type) {
    if (type != DType.F16 && type != DType.BF16) {
      throw new IllegalArgumentException(
          "[%s] expected F16 or BF16, got %s".formatted(operation, type));
    }
  }
}
