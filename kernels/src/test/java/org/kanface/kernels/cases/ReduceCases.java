package org.kanface.kernels.cases;

import java.util.stream.Stream;

/// Reductions and softmax: every place of the axis, empty axes, NaN, infinities.
final class ReduceCases {
  private static final double NAN = Double.NaN;
  private static final double MINUS_INFINITY = Double.NEGATIVE_INFINITY;
  private static final long[][] AXES = { // outer, n, inner
    {0, 3, 2},
    {3, 2, 0},
    {9, 33, 0}, // what lies behind the margins is no NaN, which would hide a write
    {1, 1, 1},
    {1, 1021, 1},
    {7, 33, 1},
    {1, 5, 17},
    {4, 49, 32},
    {3, 16, 15},
    {1, 70003, 1},
    {1, 4099, 9},
    {513, 2, 3}
  };
  private static final long[][] MATRICES = {
    {0, 5}, {5, 0}, {1, 1}, {3, 7}, {4, 16}, {5, 17}, {33, 25}, {2, 1021}, {1, 40009}, {129, 31}
  };
  private static final long[] LENGTHS = {0, 1, 7, 15, 16, 17, 33, 1021, 70001};

  private ReduceCases() {}

  static Stream<KernelCase> all() {
    var cases = Stream.<KernelCase>builder();
    for (long[] s : AXES) {
      cases.add(sum(s));
      cases.add(max(s, Fill.UNIT, ""));
      cases.add(max(s, Fill.integers(-1, 2).with(0.02, NAN), " with ties and NaN"));
    }
    cases.add(sum(new long[] {3, 0, 5}));
    for (long[] s : MATRICES) {
      cases.add(sumProduct(s[0], s[1]));
      for (boolean inPlace : new boolean[] {false, true}) {
        cases.add(softmax(s[0], s[1], inPlace));
        cases.add(logSoftmax(s[0], s[1], inPlace));
        cases.add(softmaxBackward(s[0], s[1], inPlace));
        cases.add(logSoftmaxBackward(s[0], s[1], inPlace));
      }
    }
    for (long n : LENGTHS) {
      cases.add(
          KernelCase.of("reduce/sumOfSquares %d", n)
              .tolerance(Tolerance.relative(1)) // accumulated in double
              .in(n, Fill.between(-30, 30))
              .calls((k, m) -> m.returned(k.reduce().sumOfSquares(n, m.get(0)))));
      cases.add(finite(n, "finite", Fill.between(-3e38, 3e38)));
      cases.add(finite(n, "NaN", last(n, NAN)));
      cases.add(finite(n, "∞", last(n, Double.POSITIVE_INFINITY)));
      cases.add(finite(n, "-∞", last(n, MINUS_INFINITY)));
    }
    return cases.build();
  }

  static Stream<KernelCase> random(Sizes sizes) {
    long[] axes = {sizes.upTo(40), sizes.from1To(700), sizes.upTo(70)};
    long rows = sizes.upTo(70);
    long cols = sizes.from1To(700);
    return Stream.of(
        sum(axes),
        max(axes, Fill.integers(-1, 2).with(0.02, NAN), " with ties and NaN"),
        sumProduct(rows, cols),
        softmax(rows, cols, sizes.coin()),
        logSoftmax(rows, cols, sizes.coin()),
        softmaxBackward(rows, cols, sizes.coin()),
        logSoftmaxBackward(rows, cols, sizes.coin()));
  }

  private static Fill last(long n, double value) {
    return (i, random) -> i == n - 1 ? value : random.nextDouble();
  }

  private static KernelCase finite(long n, String kind, Fill fill) {
    return KernelCase.of("reduce/allFinite %d %s", n, kind)
        .tolerance(Tolerance.EXACT)
        .in(n, fill)
        .calls((k, m) -> m.returned(k.reduce().allFinite(n, m.get(0)) ? 1 : 0));
  }

  private static KernelCase sum(long[] s) {
    return KernelCase.of("reduce/sum %dx%dx%d", s[0], s[1], s[2])
        .tolerance(Tolerance.sum(s[1]))
        .in(s[0] * s[1] * s[2])
        .out(s[0] * s[2])
        .calls((k, m) -> k.reduce().sum(s[0], s[1], s[2], -0.75, m.get(0), m.get(1)));
  }

  private static KernelCase max(long[] s, Fill fill, String kind) {
    return KernelCase.of("reduce/max %dx%dx%d%s", s[0], s[1], s[2], kind)
        .tolerance(Tolerance.EXACT)
        .in(s[0] * s[1] * s[2], fill)
        .out(s[0] * s[2])
        .outIndex(s[0] * s[2])
        .calls((k, m) -> k.reduce().max(s[0], s[1], s[2], m.get(0), m.get(1), m.get(2)));
  }

  private static KernelCase sumProduct(long rows, long cols) {
    return KernelCase.of("reduce/sumProduct %dx%d", rows, cols)
        .tolerance(Tolerance.sum(rows))
        .in(rows * cols)
        .in(rows * cols)
        .out(cols)
        .calls((k, m) -> k.reduce().sumProduct(rows, cols, m.get(0), m.get(1), m.get(2)));
  }

  private static String name(String kernel, long rows, long cols, boolean inPlace) {
    return "reduce/%s %dx%d%s".formatted(kernel, rows, cols, inPlace ? " in place" : "");
  }

  /// Logits as wide as a margin loss makes them, some at -∞ (masked), never a whole row.
  private static Fill logits(long cols) {
    Fill wide = Fill.between(-64, 64).with(0.1, MINUS_INFINITY);
    return (i, random) -> i % cols == 0 ? random.nextDouble() : wide.at(i, random);
  }

  private static KernelCase softmax(long rows, long cols, boolean inPlace) {
    // exp of a difference that was rounded: 64 half units in the last place of the exponent
    var b =
        KernelCase.of("%s", name("softmax", rows, cols, inPlace))
            .tolerance(new Tolerance(16 + 2 * Math.sqrt(cols), 1e-6));
    if (inPlace) {
      return b.inOut(rows * cols, logits(cols))
          .calls((k, m) -> k.reduce().softmax(rows, cols, m.get(0), m.get(0)));
    }
    return b.in(rows * cols, logits(cols))
        .out(rows * cols)
        .calls((k, m) -> k.reduce().softmax(rows, cols, m.get(0), m.get(1)));
  }

  private static KernelCase logSoftmax(long rows, long cols, boolean inPlace) {
    var b =
        KernelCase.of("%s", name("logSoftmax", rows, cols, inPlace))
            .tolerance(new Tolerance(16 + 2 * Math.sqrt(cols), 1));
    if (inPlace) {
      return b.inOut(rows * cols, logits(cols))
          .calls((k, m) -> k.reduce().logSoftmax(rows, cols, m.get(0), m.get(0)));
    }
    return b.in(rows * cols, logits(cols))
        .out(rows * cols)
        .calls((k, m) -> k.reduce().logSoftmax(rows, cols, m.get(0), m.get(1)));
  }

  private static KernelCase softmaxBackward(long rows, long cols, boolean inPlace) {
    var b =
        KernelCase.of("%s", name("softmaxBackward", rows, cols, inPlace))
            .tolerance(Tolerance.sum(cols))
            .in(rows * cols, Fill.between(0, 1));
    if (inPlace) {
      return b.inOut(rows * cols)
          .calls((k, m) -> k.reduce().softmaxBackward(rows, cols, m.get(0), m.get(1), m.get(1)));
    }
    return b.in(rows * cols)
        .out(rows * cols)
        .calls((k, m) -> k.reduce().softmaxBackward(rows, cols, m.get(0), m.get(1), m.get(2)));
  }

  private static KernelCase logSoftmaxBackward(long rows, long cols, boolean inPlace) {
    var b =
        KernelCase.of("%s", name("logSoftmaxBackward", rows, cols, inPlace))
            .tolerance(Tolerance.sum(cols))
            .in(rows * cols, Fill.between(-5, 0));
    if (inPlace) {
      return b.inOut(rows * cols)
          .calls((k, m) -> k.reduce().logSoftmaxBackward(rows, cols, m.get(0), m.get(1), m.get(1)));
    }
    return b.in(rows * cols)
        .out(rows * cols)
        .calls((k, m) -> k.reduce().logSoftmaxBackward(rows, cols, m.get(0), m.get(1), m.get(2)));
  }
}
