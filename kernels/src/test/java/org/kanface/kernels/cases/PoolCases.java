package org.kanface.kernels.cases;

import java.util.stream.Stream;
import org.kanface.kernels.Pool2d;

/// Pooling: overlapping windows, padding, sizes rounded up, ties, NaN.
final class PoolCases {
  private static final Pool2d[] SHAPES = {
    Pool2d.of(2, 8, 6, 17, 2, 2, 0),
    Pool2d.of(1, 7, 9, 33, 3, 2, 1),
    Pool2d.of(2, 5, 5, 3, 3, 1, 1),
    Pool2d.of(2, 3, 3, 19, 3, 3, 0),
    Pool2d.of(0, 4, 4, 8, 2, 2, 0),
    Pool2d.of(1, 1, 1, 1, 1, 1, 0),
    new Pool2d(2, 7, 8, 16, 3, 2, 2, 3, 1, 0, true),
    new Pool2d(1, 6, 5, 5, 2, 3, 2, 2, 1, 1, true),
  };
  private static final long[][] ADAPTIVE = { // n, h, w, c, outH, outW
    {2, 7, 7, 19, 1, 1},
    {1, 7, 5, 33, 3, 2},
    {2, 3, 4, 8, 5, 7},
    {1, 6, 6, 16, 3, 3},
    {0, 6, 6, 16, 3, 3},
    {2, 112, 3, 5, 7, 3}
  };

  private PoolCases() {}

  static Stream<KernelCase> all() {
    var cases = Stream.<KernelCase>builder();
    for (Pool2d s : SHAPES) {
      cases.add(max("", s, Fill.UNIT));
      cases.add(max(" with ties and NaN", s, Fill.integers(-2, 3).with(0.05, Double.NaN)));
      cases.add(max(" of -∞", s, Fill.of(Double.NEGATIVE_INFINITY)));
      cases.add(maxBackward(s));
      for (boolean countPadding : new boolean[] {false, true}) {
        cases.add(average(s, countPadding));
        cases.add(averageBackward(s, countPadding));
      }
    }
    for (long[] s : ADAPTIVE) {
      cases.add(adaptive(s));
      cases.add(adaptiveBackward(s));
    }
    return cases.build();
  }

  static Stream<KernelCase> random(Sizes sizes) {
    int window = sizes.among(1, 4);
    var s =
        Pool2d.of(
            sizes.upTo(3),
            window + sizes.among(0, 8),
            window + sizes.among(0, 8),
            sizes.from1To(70),
            window,
            sizes.among(1, 3),
            sizes.among(0, window / 2));
    long[] map = {
      sizes.upTo(2),
      sizes.among(1, 12),
      sizes.among(1, 12),
      sizes.from1To(40),
      sizes.among(1, 7),
      sizes.among(1, 7)
    };
    return Stream.of(
        max("", s, Fill.UNIT),
        maxBackward(s),
        average(s, sizes.coin()),
        averageBackward(s, sizes.coin()),
        adaptive(map),
        adaptiveBackward(map));
  }

  private static String name(Pool2d s) {
    return "%dx%dx%dx%d window %dx%d stride %dx%d pad %dx%d%s"
        .formatted(
            s.n(),
            s.h(),
            s.w(),
            s.c(),
            s.kh(),
            s.kw(),
            s.strideH(),
            s.strideW(),
            s.padH(),
            s.padW(),
            s.ceil() ? " ceil" : "");
  }

  private static long input(Pool2d s) {
    return s.n() * s.h() * s.w() * s.c();
  }

  private static long output(Pool2d s) {
    return s.n() * s.outH() * s.outW() * s.c();
  }

  private static KernelCase max(String kind, Pool2d s, Fill fill) {
    return KernelCase.of("pool/max %s%s", name(s), kind)
        .tolerance(Tolerance.EXACT)
        .in(input(s), fill)
        .out(output(s))
        .outIndex(output(s))
        .calls((k, m) -> k.pool().maxForward(s, m.get(0), m.get(1), m.get(2)));
  }

  private static KernelCase maxBackward(Pool2d s) {
    return KernelCase.of("pool/maxBackward %s", name(s))
        .tolerance(Tolerance.sum((long) s.kh() * s.kw()))
        .in(input(s))
        .in(output(s))
        .out(output(s))
        .outIndex(output(s))
        .out(input(s))
        .calls(
            (k, m) -> {
              k.pool().maxForward(s, m.get(0), m.get(2), m.get(3));
              k.pool().maxBackward(s, m.get(3), m.get(1), m.get(4));
            });
  }

  private static KernelCase average(Pool2d s, boolean countPadding) {
    return KernelCase.of("pool/average %s countPadding=%s", name(s), countPadding)
        .in(input(s))
        .out(output(s))
        .calls((k, m) -> k.pool().averageForward(s, countPadding, m.get(0), m.get(1)));
  }

  private static KernelCase averageBackward(Pool2d s, boolean countPadding) {
    return KernelCase.of("pool/averageBackward %s countPadding=%s", name(s), countPadding)
        .in(output(s))
        .out(input(s))
        .calls((k, m) -> k.pool().averageBackward(s, countPadding, m.get(0), m.get(1)));
  }

  private static KernelCase adaptive(long[] s) {
    return KernelCase.of("pool/adaptive %dx%dx%dx%d to %dx%d", s[0], s[1], s[2], s[3], s[4], s[5])
        .in(s[0] * s[1] * s[2] * s[3])
        .out(s[0] * s[4] * s[5] * s[3])
        .calls(
            (k, m) ->
                k.pool()
                    .adaptiveAverageForward(
                        s[0], s[1], s[2], s[3], s[4], s[5], m.get(0), m.get(1)));
  }

  private static KernelCase adaptiveBackward(long[] s) {
    return KernelCase.of(
            "pool/adaptiveBackward %dx%dx%dx%d to %dx%d", s[0], s[1], s[2], s[3], s[4], s[5])
        .in(s[0] * s[4] * s[5] * s[3])
        .out(s[0] * s[1] * s[2] * s[3])
        .calls(
            (k, m) ->
                k.pool()
                    .adaptiveAverageBackward(
                        s[0], s[1], s[2], s[3], s[4], s[5], m.get(0), m.get(1)));
  }
}
