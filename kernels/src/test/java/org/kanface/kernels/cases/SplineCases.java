package org.kanface.kernels.cases;

import java.util.stream.Stream;
import org.kanface.kernels.KanLinear;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.kernels.Spline;

/// Bases and KAN layers: all orders, inputs on knots, outside them, NaN and infinite.
final class SplineCases {
  private static final long[][] SIZES = { // n, inputs, outputs
    {0, 3, 4}, {1, 1, 1}, {3, 5, 7}, {5, 3, 16}, {17, 9, 33}, {33, 19, 67}, {70, 12, 100}
  };

  private SplineCases() {}

  static Stream<KernelCase> all() {
    var cases = Stream.<KernelCase>builder();
    for (int order = 0; order <= Spline.MAX_ORDER; order++) {
      for (long n : new long[] {0, 1, 17, 65}) {
        var spline = new Spline(7, 5, order);
        cases.add(basis(spline, n, false));
        cases.add(basis(spline, n, true));
      }
      cases.add(basis(new Spline(3, 1, order), 33, false));
    }
    for (long[] s : SIZES) {
      for (Reduction reduction : Reduction.values()) {
        kan(cases, new KanLinear(new Spline(s[1], 15, 3), s[0], s[2], reduction));
      }
    }
    for (int order = 0; order <= Spline.MAX_ORDER; order++) {
      kan(cases, new KanLinear(new Spline(6, 4, order), 19, 37, Reduction.MEAN));
    }
    return cases.build();
  }

  static Stream<KernelCase> random(Sizes sizes) {
    var spline =
        new Spline(sizes.from1To(40), sizes.among(1, 25), sizes.among(0, Spline.MAX_ORDER));
    long n = sizes.upTo(70);
    var cases = Stream.<KernelCase>builder();
    cases.add(basis(spline, n, sizes.coin()));
    kan(cases, new KanLinear(spline, n, sizes.from1To(130), sizes.one(Reduction.values())));
    return cases.build();
  }

  /// Inputs inside and outside the grid [-1, 1], a tenth of them exactly on its middle.
  private static final Fill INPUTS = Fill.between(-1.6, 1.6).with(0.05, 0).with(0.05, 1);

  private static final Fill WILD =
      INPUTS.with(0.1, Double.NaN).with(0.1, Double.POSITIVE_INFINITY).with(0.1, -1e30);

  /// Equal steps of `2 / gridSize` about 0, each row a little wider than the one before.
  private static Fill knots(Spline s) {
    return (i, random) -> {
      long row = i / s.knots();
      long column = i % s.knots();
      return (-1 + (column - s.order()) * 2.0 / s.gridSize()) * (1 + row * 0.01);
    };
  }

  private static long knotCount(Spline s) {
    return s.inputs() * s.knots();
  }

  private static KernelCase basis(Spline s, long n, boolean derivative) {
    return KernelCase.of(
            "spline/basis%s order %d grid %d, %dx%d",
            derivative ? "Derivative" : "", s.order(), s.gridSize(), n, s.inputs())
        .tolerance(derivative ? new Tolerance(64, 16) : new Tolerance(32, 1))
        .in(n * s.inputs(), WILD)
        .in(knotCount(s), knots(s))
        .out(n * s.inputs() * s.basis())
        .calls(
            (k, m) -> {
              if (derivative) {
                k.spline().basisDerivative(s, n, m.get(0), m.get(1), m.get(2));
              } else {
                k.spline().basis(s, n, m.get(0), m.get(1), m.get(2));
              }
            });
  }

  private static void kan(Stream.Builder<KernelCase> cases, KanLinear s) {
    cases.add(forward(s, INPUTS, ""));
    cases.add(forward(s, WILD, " of NaN and ∞"));
    cases.add(gradInput(s, INPUTS, ""));
    cases.add(gradInput(s, WILD, " of NaN and ∞"));
    cases.add(gradWeights(s));
  }

  private static String name(KanLinear s) {
    return "order %d grid %d, %dx%dx%d %s"
        .formatted(
            s.spline().order(),
            s.spline().gridSize(),
            s.n(),
            s.inputs(),
            s.outputs(),
            s.reduction());
  }

  private static KernelCase forward(KanLinear s, Fill inputs, String kind) {
    long edges = s.inputs() * s.outputs();
    return KernelCase.of("spline/kanForward %s%s", name(s), kind)
        .tolerance(Tolerance.sum(s.inputs()).times(4))
        .in(s.n() * s.inputs(), inputs)
        .in(knotCount(s.spline()), knots(s.spline()))
        .in(edges * s.spline().basis())
        .in(edges)
        .in(edges)
        .out(s.outputNumel())
        .calls(
            (k, m) ->
                k.spline()
                    .kanForward(s, m.get(0), m.get(1), m.get(2), m.get(3), m.get(4), m.get(5)));
  }

  private static KernelCase gradInput(KanLinear s, Fill inputs, String kind) {
    long edges = s.inputs() * s.outputs();
    return KernelCase.of("spline/kanGradInput %s%s", name(s), kind)
        .tolerance(Tolerance.sum(s.outputs()).times(64)) // basis derivatives are about gridSize
        .in(s.n() * s.inputs(), inputs)
        .in(knotCount(s.spline()), knots(s.spline()))
        .in(edges * s.spline().basis())
        .in(edges)
        .in(edges)
        .in(s.outputNumel())
        .out(s.n() * s.inputs())
        .calls(
            (k, m) ->
                k.spline()
                    .kanGradInput(
                        s, m.get(0), m.get(1), m.get(2), m.get(3), m.get(4), m.get(5), m.get(6)));
  }

  private static KernelCase gradWeights(KanLinear s) {
    long edges = s.inputs() * s.outputs();
    return KernelCase.of("spline/kanGradWeights %s", name(s))
        .tolerance(Tolerance.sum(s.n()).times(4))
        .in(s.n() * s.inputs(), INPUTS)
        .in(knotCount(s.spline()), knots(s.spline()))
        .in(edges * s.spline().basis())
        .in(edges)
        .in(s.outputNumel())
        .out(edges * s.spline().basis())
        .out(edges)
        .out(edges)
        .calls(
            (k, m) ->
                k.spline()
                    .kanGradWeights(
                        s, m.get(0), m.get(1), m.get(2), m.get(3), m.get(4), m.get(5), m.get(6),
                        m.get(7)));
  }
}
