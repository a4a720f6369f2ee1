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

  /// Batch norm with the batch's own statistics over rows: `y = (x - mean) * rstd * weight + bias`.
  /// Writes `mean [cols]` and `rstd [cols]` and moves the running ones:
  /// `running = (1 - momentum) running + momentum * batch`, the variance unbiased (`n / (n - 1)`).
  void batchNormTrain(
      long rows,
      long cols,
      double eps,
      double momentum,
      Memory x,
      @Nullable Memory weight,
      @Nullable Memory bias,
      Memory runningMean,
      Memory runningVar,
      Memory y,
      Memory mean,
      Memory rstd);

  /// Batch norm with given statistics.
  void batchNormEval(
      long rows,
      long cols,
      double eps,
      Memory x,
      @Nullable Memory weight,
      @Nullable Memory bias,
      Memory runningMean,
      Memory runningVar,
      Memory y);

  /// Gradients of batch norm with `mean` and `rstd` of the forward pass. With `train` the
  /// statistics depend on `x` (formula of [#layerNormBackward] along columns), else `dx = dy *
  /// weight * rstd`.
  void batchNormBackward(
      boolean train,
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

  /// [#batchNormTrain], then a rectifier in the same pass: `y = z` where `z > 0`, else `slope z`,
  /// for the result `z` of the norm; a slope `[cols]`, or 0 (ReLU) where null.
  void batchNormRectifyTrain(
      long rows,
      long cols,
      double eps,
      double momentum,
      Memory x,
      @Nullable Memory weight,
      @Nullable Memory bias,
      @Nullable Memory slope,
      Memory runningMean,
      Memory runningVar,
      Memory y,
      Memory mean,
      Memory rstd);

  /// [#batchNormEval] with a rectifier as in [#batchNormRectifyTrain].
  void batchNormRectifyEval(
      long rows,
      long cols,
      double eps,
      Memory x,
      @Nullable Memory weight,
      @Nullable Memory bias,
      @Nullable Memory slope,
      Memory runningMean,
      Memory runningVar,
      Memory y);

  /// Gradients of batch norm with a rectifier, whose input `z` is computed again: with `dz = dy`
  /// where `z > 0`, else `slope dy`, those of [#batchNormBackward] for `dz`, and `dslope = Σ dy z`
  /// over `z <= 0`, skipped where null.
  void batchNormRectifyBackward(
      boolean train,
      long rows,
      long cols,
      Memory x,
      @Nullable Memory weight,
      @Nullable Memory bias,
      @Nullable Memory slope,
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
