package org.kanface.kernels;

import org.jspecify.annotations.Nullable;

/// Batched B-spline bases and the fused KAN layer (Liu et al. 2024, arXiv:2404.19756).
///
/// Order 0 is 1 on the half-open interval `t_j <= x < t_{j+1}`; order q follows Cox–de Boor:
/// `B_{j,q} = (x - t_j)/(t_{j+q} - t_j) B_{j,q-1} + (t_{j+q+1} - x)/(t_{j+q+1} - t_{j+1})
/// B_{j+1,q-1}`, and after each order a non-finite sum of the two terms becomes 0 where it is NaN,
/// the largest finite value where it is infinite. Outside the knots, and for NaN or infinite `x`,
/// everything is 0. The interval is found by comparing with the stored knots.
public interface SplineKernels {
  /// All basis functions: `x [n, inputs]`, `knots [inputs, spline.knots()]` → `y [n, inputs,
  /// spline.basis()]`.
  void basis(Spline spline, long n, Memory x, Memory knots, Memory y);

  /// Their first derivatives: `B'_{j,k} = k (B_{j,k-1}/(t_{j+k} - t_j) - B_{j+1,k-1}/(t_{j+k+1} -
  /// t_{j+1}))`.
  void basisDerivative(Spline spline, long n, Memory x, Memory knots, Memory y);

  /// `u[b, i, o] = scaleBase[i, o] silu(x[b, i]) + scaleSpline[i, o] Σ_j B_j(x[b, i]) coef[i, j,
  /// o]`, reduced over `i`.
  ///
  /// Coefficients lie as `[inputs, basis, outputs]` (unit stride along outputs), scales as
  /// `[inputs, outputs]`. Extra memory is O(n × inputs).
  void kanForward(
      KanLinear shape,
      Memory x,
      Memory knots,
      Memory coef,
      Memory scaleBase,
      Memory scaleSpline,
      Memory y);

  /// `dx[b, i] = Σ_o g[b, o] (scaleBase[i, o] silu'(x) + scaleSpline[i, o] Σ_j coef[i, j, o]
  /// B'_j(x))`, with `g = dy`, over `inputs` for MEAN. NaN or infinite `x` gives NaN.
  void kanGradInput(
      KanLinear shape,
      Memory x,
      Memory knots,
      Memory coef,
      Memory scaleBase,
      Memory scaleSpline,
      Memory dy,
      Memory dx);

  /// `dcoef[i, j, o] = scaleSpline[i, o] Σ_b g B_j`, `dscaleBase[i, o] = Σ_b g silu(x)`,
  /// `dscaleSpline[i, o] = Σ_b g Σ_j B_j coef[i, j, o]`; each is overwritten, or skipped where
  /// null.
  void kanGradWeights(
      KanLinear shape,
      Memory x,
      Memory knots,
      Memory coef,
      Memory scaleSpline,
      Memory dy,
      @Nullable Memory dcoef,
      @Nullable Memory dscaleBase,
      @Nullable Memory dscaleSpline);
}
