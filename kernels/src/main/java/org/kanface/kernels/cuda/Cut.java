package org.kanface.kernels.cuda;

/// How a sum is cut into parts where there are too few blocks without: part `c` has the terms
/// `c span <= i < (c + 1) span`. It depends on the sizes alone, so that results do not depend on
/// the GPU's number of multiprocessors.
///
/// @param parts at least 1, also where there is no term
record Cut(int parts, long span) {
  private static final int ENOUGH = 264; // blocks that fill a large GPU twice
  private static final int MOST = 64;

  /// @param least terms of a part
  /// @param blocks how many there are without a cut
  static Cut of(long terms, int least, long blocks) {
    long wanted = ENOUGH / Math.max(blocks, 1);
    return into(Math.clamp(Math.min(wanted, terms / least), 1, MOST), terms);
  }

  /// At most `parts` of equal length, but for the last.
  static Cut into(int parts, long terms) {
    long span = Math.max(1, Math.ceilDiv(terms, parts));
    return new Cut((int) Math.max(1, Math.ceilDiv(terms, span)), span);
  }
}
