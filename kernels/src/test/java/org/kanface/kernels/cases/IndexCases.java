package org.kanface.kernels.cases;

import java.util.stream.Stream;

/// Rows by number: repeated rows, one row for all, nothing. Samples: of nothing, nothing of rows,
/// all
/// of them, positives repeated or alone, equal draws.
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

  private static final long[][] SAMPLES = { // rows, positives, those without repeats at most, count
    {0, 0, 0, 0},
    {5, 3, 0, 0},
    {5, 0, 0, 3},
    {1, 1, 1, 1},
    {7, 9, 3, 3},
    {7, 3, 3, 7},
    {33, 40, 10, 12},
    {1023, 64, 64, 300},
    {1025, 64, 64, 1024},
    {1025, 5, 5, 5},
    {20_011, 128, 128, 6003}
  };

  private IndexCases() {}

  static Stream<KernelCase> all() {
    return Stream.concat(
        Stream.of(SIZES).flatMap(s -> Stream.of(gather(s), scatterAdd(s))),
        Stream.of(SAMPLES)
            .flatMap(
                s ->
                    Stream.of(
                        sample(s, "any draws", Fill.between(0, 1)),
                        sample(s, "few draws", (_, random) -> random.nextInt(3) / 4.0),
                        sample(s, "equal draws", Fill.of(0.5)),
                        sample(s, "small draws", Fill.between(0, 1e-38).with(0.3, 0)))));
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

  /// Positives lie all over the rows, the last one among them.
  private static KernelCase sample(long[] s, String kind, Fill draws) {
    Fill positives =
        (i, random) -> {
          long which = random.nextLong(-1, s[2]);
          return which < 0 ? -1 : s[0] - 1 - which * (s[0] / Math.max(1, s[2]));
        };
    return KernelCase.of("index/sampleRows %d of %d, %d positives, %s", s[3], s[0], s[1], kind)
        .in(s[0], draws)
        .index(s[1], positives)
        .outIndex(s[3])
        .outIndex(s[1])
        .calls(
            (k, m) ->
                k.index().sampleRows(s[0], s[1], s[3], m.get(0), m.get(1), m.get(2), m.get(3)));
  }
}
