package org.kanface.kernels;

import org.jspecify.annotations.Nullable;

/// 2-d convolution (cross-correlation, as in every deep-learning library) and its gradients.
public interface ConvKernels {
  /// `y[n, i, j, o] = bias[o] + Σ weight[o, u, v, c] * x[n, i*stride + u*dilation - pad, …, c]`.
  void forward(Conv2d shape, Memory x, Memory weight, @Nullable Memory bias, Memory y);

  /// The same where no gradient follows: a faster way may then be taken whose rounding errors are a
  /// few times larger, about 1e-6 of the largest value. In training they could turn the sign of an
  /// activation near 0, and with it gradients.
  default void infer(Conv2d shape, Memory x, Memory weight, @Nullable Memory bias, Memory y) {
    forward(shape, x, weight, bias, y);
  }

  /// [#infer], then [NormKernels#batchNormEval] of the outputs, whose rows are images × positions;
  /// in one pass where that is faster.
  void inferNorm(
      Conv2d shape,
      Memory x,
      Memory weight,
      @Nullable Memory bias,
      BatchNorm norm,
      Memory mean,
      Memory variance,
      Memory y);

  /// `dx`, overwritten: the transposed convolution of `dy` with `weight`.
  void gradInput(Conv2d shape, Memory dy, Memory weight, Memory dx);

  /// `dweight`, overwritten: the correlation of `x` with `dy`.
  void gradWeight(Conv2d shape, Memory x, Memory dy, Memory dweight);
}
