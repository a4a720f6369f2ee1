package org.kanface.kernels.cases;

import java.util.stream.Stream;

/// Rows by number: repeated rows, one row for all, nothing.
final class IndexCases {
  private static final long[][] SIZES = { // count, cols, rows of the table
    {0, 5, 3},
    {5, 0, 3},
    {1, 1, 1},
    {7, 16, 5},
    {64, 17, 9},
    {33, 512, 40},
    {257, 3, 1000},
    {1021, 1, 2},
    {300, 33, 1}
  };

  private IndexCases() {}

  static Stream<KernelCase> all() {
    return Stream.of(SIZES).flatMap(s -> Stream.of(gather(s), scatterAdd(s)));
  }

  private static KernelCase gather(long[] s) {
    return KernelCase.of("index/gatherRows %dx%d of %d", s[0], s[1], s[2])
        .tolerance(Tolerance.EXACT)
        .index(s[0], Fill.integers(0, s[2]))
        .in(s[2] * s[1])
        .out(s[0] * s[1])
        .calls((k, m) -> k.index().gatherRows(s[0], s[1], m.get(0), m.get(1), m.get(2)));
  }

  private static KernelCase scatterAdd(long[] s) {
    return KernelCase.of("index/scatterAddRows %dx%d to %d", s[0], s[1], s[2])
        .tolerance(Tolerance.sum(s[0]))
        .index(s[0], Fill.integers(0, s[2]))
        .in(s[0] * s[1])
        .inOut(s[2] * s[1])
        .calls((k, m) -> k.index().scatterAddRows(s[0], s[1], m.get(0), m.get(1), m.get(2)));
  }
}
