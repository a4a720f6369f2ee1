package org.kanface.kernels;

/// Pooling over NHWC images.
public interface PoolKernels {
  /// `y` = maximum of each window (padding never wins); `argmax` (I64, one for each output) = flat
  /// offset `row * w + column` of the first maximum in row-major order. NaN wins.
  void maxForward(Pool2d shape, Memory x, Memory y, Memory argmax);

  /// `dx`, overwritten: each `dy` added at its `argmax`.
  void maxBackward(Pool2d shape, Memory argmax, Memory dy, Memory dx);

  /// `y` = mean of each window; `countPadding` divides by the whole window, else by what lies
  /// inside.
  void averageForward(Pool2d shape, boolean countPadding, Memory x, Memory y);

  void averageBackward(Pool2d shape, boolean countPadding, Memory dy, Memory dx);

  /// Adaptive average: output `(i, j)` is the mean of rows `⌊i h/outH⌋ … ⌈(i+1) h/outH⌉ - 1` and of
  /// columns likewise. `x [n, h, w, c]`, `y [n, outH, outW, c]`.
  void adaptiveAverageForward(
      long n, long h, long w, long c, long outH, long outW, Memory x, Memory y);

  void adaptiveAverageBackward(
      long n, long h, long w, long c, long outH, long outW, Memory dy, Memory dx);
}
