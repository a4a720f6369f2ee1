package org.kanface.kernels;

import org.jspecify.annotations.Nullable;

/// Normalisations. Matrices are `[rows, cols]`; `mean` and `rstd` are what the backward pass needs.
public interface NormKernels {
  /// Layer norm of each row: `y = (x - mean) * rstd * weight + bias`, `rstd = 1/√(var + eps)`,
  /// biased variance. `mean [rows]`, `rstd [rows]`.
  void layerNormForward(
      long rows,
      long cols,
      double eps,
      Memory x,
      @Nullable Memory weight,
      @Nullable Memory bias,
      Memory y,
      Memory mean,
      Memory rstd);

  /// With `g = dy * weight`, `xh = (x - mean) * rstd`: `dx = rstd (g - mean(g) - xh mean(g xh))`,
  /// `dweight = Σ_rows dy xh`, `dbias = Σ_rows dy`; the last two are skipped where null.
  void layerNormBackward(
      long rows,
      long cols,
      Memory x,
      @Nullable Memory weight,
      Memory mean,
      Memory rstd,
      Memory dy,
      Memory dx,
      @Nullable Memory dweight,
      @Nullable Memory dbias);

  /// Batch norm with the batch's own statistics over rows, the variance biased. Writes `mean
  /// [cols]` and `rstd [cols]`, `1/√(variance + eps)`, and moves the running ones: `running = (1 -
  /// momentum) running + momentum * batch`, the variance unbiased (`n / (n - 1)`).
  void batchNormTrain(
      BatchNorm norm,
      double momentum,
      Memory x,
      Memory runningMean,
      Memory runningVar,
      Memory y,
      Memory mean,
      Memory rstd);

  /// Batch norm with given statistics `[cols]`; `y` may be `x`.
  void batchNormEval(BatchNorm norm, Memory x, Memory mean, Memory variance, Memory y);

  /// Gradients of batch norm with `mean` and `rstd` of the forward pass. With `dz = dy`, or `slope
  /// dy` behind a rectifier where `z <= 0` (`z` is computed again): with `train` the statistics
  /// depend on `x` (formula of [#layerNormBackward] along columns, for `dz`), else `dx = dz *
  /// weight * rstd`; `dslope = Σ dy z` over `z <= 0`. Gradients that are null are skipped.
  void batchNormBackward(
      boolean train,
      BatchNorm norm,
      Memory x,
      Memory mean,
      Memory rstd,
      Memory dy,
      Memory dx,
      @Nullable Memory dweight,
      @Nullable Memory dbias,
      @Nullable Memory dslope);

  /// L2 normalisation along the middle axis of `[outer, n, inner]`: `y = x / max(‖x‖, eps)`;
  /// `norm [outer, inner]` receives `‖x‖`.
  void l2NormalizeForward(
      long outer, long n, long inner, double eps, Memory x, Memory y, Memory norm);

  /// `dx = (dy - y Σ y dy) / norm` where `norm > eps`, else `dy / eps`.
  void l2NormalizeBackward(
      long outer, long n, long inner, double eps, Memory y, Memory norm, Memory dy, Memory dx);
}
