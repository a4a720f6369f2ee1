package org.kanface.kernels;

import java.util.List;

/// Reductions over the middle axis of `[outer, n, inner]` and softmax over rows. Sums follow a
/// fixed tree that depends on the sizes alone.
public interface ReduceKernels {
  /// `y[o, i] = scale * Σ_j x[o, j, i]`; an empty axis gives 0.
  void sum(long outer, long n, long inner, double scale, Memory x, Memory y);

  /// `y[j] = Σ_i a[i, j] * b[i, j]` over the rows of two `[rows, cols]` matrices.
  void sumProduct(long rows, long cols, Memory a, Memory b, Memory y);

  /// `y[o, i] = max_j x[o, j, i]`, `index` (I64) the first `j` that has it; NaN wins. `n >= 1`.
  void max(long outer, long n, long inner, Memory x, Memory y, Memory index);

  /// `Σ x²`, accumulated in double. Waits for the result.
  double sumOfSquares(long n, Memory x);

  /// [#sumOfSquares(long, Memory)] of all blocks together.
  default double sumOfSquares(List<Block> blocks) {
    double sum = 0;
    for (Block b : blocks) {
      sum += sumOfSquares(b.n(), b.memory());
    }
    return sum;
  }

  /// Whether all of `x` is finite. Waits for the result.
  boolean allFinite(long n, Memory x);

  /// [#allFinite(long, Memory)] of all blocks.
  default boolean allFinite(List<Block> blocks) {
    return blocks.stream().allMatch(b -> allFinite(b.n(), b.memory()));
  }

  /// `y[i, j] = exp(x[i, j] - max_j) / Σ_j exp(…)`; `y` may be `x`.
  void softmax(long rows, long cols, Memory x, Memory y);

  /// `dx = y (dy - Σ_j y dy)`; `dx` may be `dy`.
  void softmaxBackward(long rows, long cols, Memory y, Memory dy, Memory dx);

  /// `y[i, j] = x[i, j] - max_j - log Σ_j exp(x[i, j] - max_j)`; `y` may be `x`.
  void logSoftmax(long rows, long cols, Memory x, Memory y);

  /// `dx = dy - exp(y) Σ_j dy`; `dx` may be `dy`.
  void logSoftmaxBackward(long rows, long cols, Memory y, Memory dy, Memory dx);
}
