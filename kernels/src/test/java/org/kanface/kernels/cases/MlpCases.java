package org.kanface.kernels.cases;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.kanface.kernels.LowRankMlp;
import org.kanface.kernels.LowRankMlp.Kept;
import org.kanface.kernels.LowRankMlp.Weights;

/// The low-rank MLP: tails of vectors and tiles in every size, more rows than a block, with and
/// without layer scale and residual.
final class MlpCases {
  private static final int WEIGHTS = 9;
  private static final long[][] SHAPES = { // rows, width, hidden, rank
    {0, 8, 32, 4},
    {1, 1, 4, 2},
    {2, 16, 64, 9},
    {61, 32, 128, 19},
    {49, 17, 68, 10},
    {150, 100, 400, 60},
    {18, 192, 768, 115},
    {1001, 7, 29, 3},
    {5000, 32, 33, 16}
  };

  private MlpCases() {}

  static Stream<KernelCase> all() {
    var cases = new ArrayList<KernelCase>();
    for (long[] s : SHAPES) {
      var shape = new LowRankMlp(s[0], s[1], s[2], s[3], 1e-6);
      cases.add(forward(shape, true));
      cases.add(forward(shape, false));
      cases.add(backward(shape, true));
      cases.add(backward(shape, false));
    }
    return cases.stream();
  }

  private static String name(String pass, LowRankMlp s, boolean scaled) {
    return "mlp/%s %dx%d hidden %d rank %d%s"
        .formatted(pass, s.rows(), s.width(), s.hidden(), s.rank(), scaled ? "" : " without scale");
  }

  private static List<Long> sizes(LowRankMlp s) {
    long width = s.width();
    return List.of(
        width,
        width,
        s.rank() * width,
        s.hidden() * s.rank(),
        s.hidden(),
        s.rank() * s.hidden(),
        width * s.rank(),
        width,
        width);
  }

  /// The weights as the first blocks of a case; all activations come out near 1.
  private static KernelCase.Builder weights(String name, LowRankMlp s) {
    return KernelCase.of("%s", name)
        .in(s.width())
        .in(s.width())
        .in(s.rank() * s.width(), summed(s.width()))
        .in(s.hidden() * s.rank(), summed(s.rank()))
        .in(s.hidden())
        .in(s.rank() * s.hidden(), summed(s.hidden()))
        .in(s.width() * s.rank(), summed(s.rank()))
        .in(s.width())
        .in(s.width());
  }

  /// Uniform, with variance `2 / terms`.
  private static Fill summed(long terms) {
    double bound = Math.sqrt(6.0 / terms);
    return Fill.between(-bound, bound);
  }

  private static Weights weights(KernelCase.Arguments m, int first, boolean scaled) {
    return new Weights(
        m.get(first),
        m.get(first + 1),
        m.get(first + 2),
        m.get(first + 3),
        m.get(first + 4),
        m.get(first + 5),
        m.get(first + 6),
        m.get(first + 7),
        scaled ? m.get(first + 8) : null);
  }

  private static Kept kept(KernelCase.Arguments m, int first) {
    return new Kept(m.get(first), m.get(first + 1), m.get(first + 2), m.get(first + 3));
  }

  /// Values near 1 behind sums over the channels.
  private static Tolerance layers(LowRankMlp s) {
    return new Tolerance(64 + 4 * Math.sqrt(s.width() + s.hidden()), 2);
  }

  private static KernelCase.Builder kept(KernelCase.Builder builder, LowRankMlp s) {
    return builder
        .tolerance(new Tolerance(64, 4))
        .out(s.rows())
        .tolerance(s.width() > 1 ? new Tolerance(64, 4) : Tolerance.relative(64))
        .out(s.rows())
        .tolerance(layers(s))
        .out(s.rows() * s.rank())
        .out(s.rows() * s.rank());
  }

  private static KernelCase forward(LowRankMlp s, boolean scaled) {
    long numel = s.rows() * s.width();
    return kept(
            weights(name("forward", s, scaled), s)
                .in(numel)
                .in(numel)
                .tolerance(layers(s))
                .out(numel),
            s)
        .calls(
            (k, m) ->
                k.mlp()
                    .forward(
                        s,
                        weights(m, 0, scaled),
                        m.get(WEIGHTS),
                        scaled ? m.get(WEIGHTS + 1) : null,
                        m.get(WEIGHTS + 2),
                        scaled ? kept(m, WEIGHTS + 3) : null));
  }

  /// Forward, then backward on what it kept.
  private static KernelCase backward(LowRankMlp s, boolean scaled) {
    long numel = s.rows() * s.width();
    var builder =
        kept(weights(name("backward", s, scaled), s).in(numel).in(numel), s)
            .tolerance(layers(s).times(4))
            .out(numel)
            .out(numel)
            .tolerance(Tolerance.sum(s.rows()).times(8));
    for (long size : sizes(s)) {
      builder.out(size);
    }
    int kept = WEIGHTS + 2;
    return builder.calls(
        (k, m) -> {
          var w = weights(m, 0, scaled);
          var x = m.get(WEIGHTS);
          k.mlp().forward(s, w, x, null, m.get(kept + 4), kept(m, kept));
          k.mlp()
              .backward(
                  s,
                  w,
                  x,
                  kept(m, kept),
                  m.get(WEIGHTS + 1),
                  m.get(kept + 5),
                  weights(m, kept + 6, scaled));
        });
  }
}
