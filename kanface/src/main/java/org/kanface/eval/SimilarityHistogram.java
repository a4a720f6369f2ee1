package org.kanface.eval;

/// Counts of cosine similarities over equal bins of [-1, 1], apart for pairs of one and of two
/// people.
///
/// Bin `i` of `n` holds similarities from `-1 + 2 i / n` to `-1 + 2 (i + 1) / n`, the upper edge
/// excluded but in the last bin.
///
/// @param same counts of pairs of one person
/// @param different counts of pairs of two people
public record SimilarityHistogram(long[] same, long[] different) {

  /// Counts one similarity a pair into `bins` bins; values outside [-1, 1] go to the outermost
  /// ones.
  static SimilarityHistogram of(double[] similarities, boolean[] isSame, int bins) {
    long[] same = new long[bins];
    long[] different = new long[bins];
    for (int p = 0; p < similarities.length; p++) {
      int bin = (int) Math.floor((similarities[p] + 1) / 2 * bins);
      (isSame[p] ? same : different)[Math.clamp(bin, 0, bins - 1)]++;
    }
    return new SimilarityHistogram(same, different);
  }

  /// The number of bins.
  public int bins() {
    return same.length;
  }

  /// The lower edge of bin `i`; for `i == bins()` the upper edge of the last.
  public double edge(int i) {
    return -1 + 2.0 * i / bins();
  }
}
