package org.kanface.kernels;

/// Rows by number. `index` is I64; the caller has checked its range.
public interface IndexKernels {
  /// `y[i, :] = x[index[i], :]` for `i < count`.
  void gatherRows(long count, long cols, Memory index, Memory x, Memory y);

  /// `y[index[i], :] += x[i, :]`, in the order of `i` for each row of `y` (which is not cleared
  /// first).
  void scatterAddRows(long count, long cols, Memory index, Memory x, Memory y);
}
