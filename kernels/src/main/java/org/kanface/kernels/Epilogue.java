package org.kanface.kernels;

import org.jspecify.annotations.Nullable;

/// What happens to a tile of a matrix product before it is stored:
/// `t = product + bias[j]`, `u = activation(t)`, `c = residual[i, j] + scale[j] * u`.
///
/// Absent parts are skipped. `preactivation`, when given, receives `t` (what the gradient of the
/// activation needs). `residual` and `preactivation` are laid out as `c`, with its leading
/// dimension.
public record Epilogue(
    @Nullable Memory bias,
    Activation activation,
    @Nullable Memory preactivation,
    @Nullable Memory scale,
    @Nullable Memory residual) {

  /// Activations that an epilogue can apply.
  public enum Activation {
    NONE,
    RELU,
    SILU,
    GELU
  }

  public static final Epilogue NONE = new Epilogue(null, Activation.NONE, null, null, null);

  public static Epilogue bias(@Nullable Memory bias) {
    return new Epilogue(bias, Activation.NONE, null, null, null);
  }

  /// Whether nothing at all is asked for.
  public boolean isNone() {
    return bias == null
        && activation == Activation.NONE
        && preactivation == null
        && scale == null
        && residual == null;
  }
}
