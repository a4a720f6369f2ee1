package org.kanface.kernels.cases;

import java.util.stream.Stream;
import org.kanface.kernels.Margin;
import org.kanface.kernels.Margin.Kind;

/// Margins and cross-entropy: rows without a target, filtered classes, poles of the angle, logits
/// far apart.
final class LossCases {
  private static final long[][] MATRICES = {
    {0, 5}, {1, 1}, {3, 7}, {4, 16}, {5, 17}, {33, 100}, {2, 1021}, {1, 40_009}
  };

  private LossCases() {}

  static Stream<KernelCase> all() {
    var cases = Stream.<KernelCase>builder();
    for (long[] s : MATRICES) {
      for (Kind kind : Kind.values()) {
        for (double filter : new double[] {0, 0.4}) {
          var margin = new Margin(kind, 64, 0.5, filter, false);
          cases.add(margin(margin, s[0], s[1], Fill.between(-1, 1)));
          cases.add(marginBackward(margin, s[0], s[1], Fill.between(-1, 1)));
          var exact = new Margin(kind, 64, 0.5, filter, true);
          cases.add(marginBackward(exact, s[0], s[1], Fill.between(-0.95, 0.95)));
        }
      }
      for (double floor : new double[] {0, 1e-30}) {
        cases.add(crossEntropy(s[0], s[1], floor, Output.SEPARATE));
        cases.add(crossEntropy(s[0], s[1], floor, Output.IN_PLACE));
        cases.add(crossEntropy(s[0], s[1], floor, Output.NONE));
      }
      cases.add(crossEntropyBackward(s[0], s[1], true));
      cases.add(crossEntropyBackward(s[0], s[1], false));
    }
    var poles = Fill.of(1, -1, 0.5, 0, -0.0);
    cases.add(margin(new Margin(Kind.ANGULAR, 64, 0.5, 0, true), 40, 5, poles));
    cases.add(marginBackward(new Margin(Kind.ANGULAR, 64, 0.5, 0, true), 40, 5, poles));
    return cases.build();
  }

  private static String name(Margin m) {
    return "%s filter %s%s"
        .formatted(m.kind(), m.filterThreshold(), m.exactGradient() ? " exact" : "");
  }

  private static KernelCase margin(Margin margin, long rows, long cols, Fill cosines) {
    return KernelCase.of("loss/margin %s %dx%d", name(margin), rows, cols)
        .tolerance(new Tolerance(16, margin.scale()))
        .in(rows * cols, cosines)
        .index(rows, Fill.integers(-1, cols))
        .out(rows * cols)
        .inOut(rows * cols, cosines)
        .calls(
            (k, m) -> {
              k.loss().marginForward(margin, rows, cols, m.get(0), m.get(1), m.get(2));
              k.loss().marginForward(margin, rows, cols, m.get(3), m.get(1), m.get(3));
            });
  }

  private static KernelCase marginBackward(Margin margin, long rows, long cols, Fill cosines) {
    return KernelCase.of("loss/marginBackward %s %dx%d", name(margin), rows, cols)
        .tolerance(new Tolerance(64, margin.scale()))
        .in(rows * cols, cosines)
        .index(rows, Fill.integers(-1, cols))
        .in(rows * cols)
        .out(rows * cols)
        .inOut(rows * cols)
        .calls(
            (k, m) -> {
              var loss = k.loss();
              loss.marginBackward(margin, rows, cols, m.get(0), m.get(1), m.get(2), m.get(3));
              loss.marginBackward(margin, rows, cols, m.get(0), m.get(1), m.get(4), m.get(4));
            });
  }

  private enum Output {
    SEPARATE,
    IN_PLACE,
    NONE
  }

  private static KernelCase crossEntropy(long rows, long cols, double floor, Output output) {
    var b =
        KernelCase.of(
                "loss/crossEntropy %dx%d floor %s probabilities %s", rows, cols, floor, output)
            .tolerance(new Tolerance(32 + 2 * Math.sqrt(cols), 1e-6));
    var logits = Fill.between(-64, 64);
    if (output == Output.IN_PLACE) {
      b.inOut(rows * cols, logits);
    } else {
      b.in(rows * cols, logits);
    }
    b.index(rows, Fill.integers(-1, cols)).out(output == Output.SEPARATE ? rows * cols : 0);
    return b.tolerance(new Tolerance(32 + 2 * Math.sqrt(cols), 1))
        .out(rows)
        .calls(
            (k, m) ->
                k.loss()
                    .crossEntropyForward(
                        rows,
                        cols,
                        floor,
                        m.get(0),
                        m.get(1),
                        switch (output) {
                          case SEPARATE -> m.get(2);
                          case IN_PLACE -> m.get(0);
                          case NONE -> null;
                        },
                        m.get(3)));
  }

  private static KernelCase crossEntropyBackward(long rows, long cols, boolean ignore) {
    return KernelCase.of(
            "loss/crossEntropyBackward %dx%d%s", rows, cols, ignore ? " ignoring unlabelled" : "")
        .in(rows * cols, Fill.between(0, 1))
        .index(rows, Fill.integers(-1, cols))
        .in(rows)
        .out(rows * cols)
        .inOut(rows * cols, Fill.between(0, 1))
        .calls(
            (k, m) -> {
              var loss = k.loss();
              loss.crossEntropyBackward(rows, cols, ignore, m.get(0), m.get(1), m.get(2), m.get(3));
              loss.crossEntropyBackward(rows, cols, ignore, m.get(4), m.get(1), m.get(2), m.get(4));
            });
  }
}
