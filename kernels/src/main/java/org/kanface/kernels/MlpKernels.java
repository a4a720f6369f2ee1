package org.kanface.kernels;

import org.jspecify.annotations.Nullable;

/// The pointwise half of a ConvNeXt-like block (Liu et al. 2022, arXiv:2201.03545) with linear
/// layers of low rank, in one pass over the rows: the wide activations are never stored.
///
/// With `x̂ = LN(x)`, `low1 = x̂ down1ᵀ`, `u = low1 up1ᵀ + bias1`, `low2 = gelu(u) down2ᵀ`:
/// `y = residual + scale (low2 up2ᵀ + bias2)`.
public interface MlpKernels {
  /// `x [rows, width]` → `y [rows, width]`; `residual [rows, width]` is 0 where null, `kept` is
  /// written where present.
  void forward(
      LowRankMlp shape,
      LowRankMlp.Weights weights,
      Memory x,
      @Nullable Memory residual,
      Memory y,
      LowRankMlp.@Nullable Kept kept);

  /// The gradients of `x` and of all parameters, each overwritten; that of `residual` is `dy`.
  ///
  /// With `d = scale dy`: `dlow2 = d up2`, `du = (dlow2 down2) gelu'(u)`, `dlow1 = du up1`, `dx̂ =
  /// dlow1 down1`; `dup2 = dᵀ low2`, `ddown2 = dlow2ᵀ gelu(u)`, `dup1 = duᵀ low1`, `ddown1 = dlow1ᵀ
  /// x̂`; `dbias2 = Σ d`, `dbias1 = Σ du`, `dscale = Σ dy (low2 up2ᵀ + bias2)`; `dx` and the norm's
  /// gradients as in [NormKernels#layerNormBackward]. `gradients.scale` is present where the scale
  /// is.
  void backward(
      LowRankMlp shape,
      LowRankMlp.Weights weights,
      Memory x,
      LowRankMlp.Kept kept,
      Memory dy,
      Memory dx,
      LowRankMlp.Weights gradients);
}
