package org.kanface.kernels.cpu;

import org.kanface.kernels.LowRankMlp;

/// One thread's working memory for a block of rows.
///
/// @param norm `[rows, width]`
/// @param wide `[rows, hidden]`
/// @param dwide `[rows, hidden]`
/// @param low1 `[rows, rank]`, then its gradient
/// @param low2 the same of the second layer
record MlpBlock(
    long norm, long dnorm, long wide, long dwide, long low1, long low2, long mean, long rstd) {

  /// The calling thread's block of at most `rows` rows; its content lasts until the next.
  static MlpBlock of(LowRankMlp s, long rows) {
    long width = bytes(rows * s.width());
    long hidden = bytes(rows * s.hidden());
    long rank = bytes(rows * s.rank());
    long norm = Scratch.MLP.address(2 * (width + hidden + rank + bytes(rows)));
    long wide = norm + 2 * width;
    long low1 = wide + 2 * hidden;
    long mean = low1 + 2 * rank;
    return new MlpBlock(
        norm, norm + width, wide, wide + hidden, low1, low1 + rank, mean, mean + bytes(rows));
  }

  /// Whole cache lines.
  static long bytes(long floats) {
    return Math.ceilDiv(floats * Float.BYTES, Scratch.ALIGNMENT) * Scratch.ALIGNMENT;
  }

  /// `norm = LN(x)`, and the rows' statistics.
  void normalize(LowRankMlp s, MlpWeights w, long rows, long x, long means, long rstds) {
    int row = Math.toIntExact(s.width() * Float.BYTES);
    NormLayer.forward(rows, row, s.eps(), x, w.normWeight(), w.normBias(), norm, means, rstds);
  }
}
