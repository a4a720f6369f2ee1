package org.kanface.kernels;

/// Elementwise work and strided copies.
public interface ElementwiseKernels {
  void fill(long n, double value, Memory y);

  /// `y = scale * x + shift`; `y` may be `x`.
  void affine(long n, double scale, double shift, Memory x, Memory y);

  /// `y += alpha * x`.
  void axpy(long n, double alpha, Memory x, Memory y);

  /// `y = f(x)`; `y` may be `x`.
  void unary(Unary f, long n, Memory x, Memory y);

  /// `dx = dy * f'(x)`; `dx` may be `dy`. At a kink: `RELU'(0) = 0`, `ABS'(0) = 0`.
  void unaryBackward(Unary f, long n, Memory x, Memory dy, Memory dx);

  /// `y = f(a, b)` with broadcasting; `y` is contiguous over the walk's axes and may be `a` or `b`
  /// where that one is contiguous too. NaN wins in MAXIMUM and MINIMUM.
  void binary(Binary f, Strided walk, Memory a, Memory b, Memory y);

  /// Copies a strided source to a strided target (permute, slice, concatenate).
  void copy(Strided walk, Memory source, Memory target);

  /// `y = min(max(x, low), high)`.
  void clamp(long n, double low, double high, Memory x, Memory y);

  /// `dx = dy` where `low <= x <= high`, else 0.
  void clampBackward(long n, double low, double high, Memory x, Memory dy, Memory dx);

  /// `y[i, j] = residual[i, j] + scale[j] * x[i, j]` (layer scale and residual); `y` may be `x` or
  /// `residual`.
  void scaleResidual(long rows, long cols, Memory x, Memory scale, Memory residual, Memory y);

  /// `y[i, j] = x > 0 ? x : weight[j] * x` for `x [rows, cols]`.
  void prelu(long rows, long cols, Memory x, Memory weight, Memory y);

  /// `dx = dy * (x > 0 ? 1 : weight[j])`, `dweight[j] = Σ_i dy * x` over `x <= 0`, overwritten.
  void preluBackward(
      long rows, long cols, Memory x, Memory weight, Memory dy, Memory dx, Memory dweight);
}
