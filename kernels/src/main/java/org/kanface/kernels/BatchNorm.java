package org.kanface.kernels;

import org.jspecify.annotations.Nullable;

/// A batch norm of the columns of `[rows, cols]`, alone or with a rectifier behind it in the same
/// pass: `z = (x - mean)/√(variance + eps) * weight + bias`, and `y = z` or, with the rectifier, `y
/// = z` where `z > 0`, else `slope z`.
///
/// @param weight `[cols]`, 1 where null
/// @param bias `[cols]`, 0 where null
public record BatchNorm(
    long rows,
    long cols,
    double eps,
    @Nullable Memory weight,
    @Nullable Memory bias,
    @Nullable Rectifier rectifier) {
  /// @param slope `[cols]`, or null for 0 (ReLU)
  public record Rectifier(@Nullable Memory slope) {}

  /// Without a rectifier.
  public static BatchNorm of(
      long rows, long cols, double eps, @Nullable Memory weight, @Nullable Memory bias) {
    return new BatchNorm(rows, cols, eps, weight, bias, null);
  }

  /// The same with a rectifier.
  public BatchNorm rectified(@Nullable Memory slope) {
    return new BatchNorm(rows, cols, eps, weight, bias, new Rectifier(slope));
  }

  /// Whether a rectifier follows.
  public boolean rectifies() {
    return rectifier != null;
  }

  /// The rectifier's slopes; null where they are 0 or there is none.
  public @Nullable Memory slope() {
    return rectifier == null ? null : rectifier.slope;
  }
}
