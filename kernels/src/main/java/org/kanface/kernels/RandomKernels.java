package org.kanface.kernels;

/// Random numbers from the counter-based generator Philox4x32-10 (Salmon et al. 2011, "Parallel
/// random numbers: as easy as 1, 2, 3"): element `i` depends on `(seed, stream, i)` alone, so CPU
/// and GPU, one thread and many, draw the same.
///
/// Draw `i` is word `i mod 4` of the block with counter `(i / 4 low, i / 4 high, stream low, stream
/// high)` and key `(seed low, seed high)`; as a uniform number it is `(word >>> 8) * 2⁻²⁴` in [0,
/// 1).
public interface RandomKernels {
  /// `y[i] = low + (high - low) * u_i`.
  void uniform(long n, long seed, long stream, double low, double high, Memory y);

  /// Box-Muller on draws `2 j` and `2 j + 1`: `r = √(-2 ln(1 - u_2j))`, `y[2 j] = r cos(2π
  /// u_2j+1)`, `y[2 j + 1] = r sin(2π u_2j+1)`, then `mean + std * y`.
  void normal(long n, long seed, long stream, double mean, double std, Memory y);

  /// Row `i` of `x [rows, cols]` is kept where `u_i >= p` and divided by `1 - p`, else zeroed.
  /// `cols = 1` is dropout, rows of whole samples are drop path (stochastic depth). The backward
  /// pass is the same call on the gradient. `y` may be `x`.
  void dropout(long rows, long cols, double p, long seed, long stream, Memory x, Memory y);
}
