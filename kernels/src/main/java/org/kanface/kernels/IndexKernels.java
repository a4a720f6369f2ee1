package org.kanface.kernels;

/// Rows by number. `index` is I64; the caller has checked its range.
public interface IndexKernels {
  /// `y[i, :] = x[index[i], :]` for `i < count`.
  void gatherRows(long count, long cols, Memory index, Memory x, Memory y);

  /// `y[index[i], :] += x[i, :]`, in the order of `i` for each row of `y` (which is not cleared
  /// first).
  void scatterAddRows(long count, long cols, Memory index, Memory x, Memory y);

  /// Chooses `count` of `rows` rows: all positives, and of the others those with the largest draws,
  /// the first ones of equal draws.
  ///
  /// @param n how many `positives` there are
  /// @param count at most `rows`, and not fewer than the positives without repeats
  /// @param draws `[rows]`, in [0, 1)
  /// @param positives `[n]`, I64: row numbers in any order, also repeated, or -1 for none
  /// @param taken `[count]`, I64: the chosen rows, ascending
  /// @param places `[n]`, I64: where each positive stands among them, -1 for none
  void sampleRows(
      long rows, long n, long count, Memory draws, Memory positives, Memory taken, Memory places);
}
