package org.kanface.kernels.cases;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.kanface.kernels.OptimizerKernels.Adam;
import org.kanface.kernels.OptimizerKernels.Sgd;
import org.kanface.kernels.OptimizerKernels.State;

/// One step of every optimiser variant.
final class OptimizerCases {
  private static final long[] LENGTHS = {0, 1, 7, 8, 15, 16, 17, 33, 1021, 70_001};
  private static final long[] SIZES = {1, 0, 33, 8193, 4096, 4097, 0, 20_011, 17};
  private static final Sgd[] SGD = {
    new Sgd(0.1, 0, 0, 0, false, true, 1),
    new Sgd(0.1, 0, 0, 5e-4, false, false, 0.5),
    new Sgd(0.1, 0.9, 0, 5e-4, false, true, 1),
    new Sgd(0.1, 0.9, 0, 5e-4, false, false, 1),
    new Sgd(0.1, 0.9, 0.2, 5e-4, false, false, 0.25),
    new Sgd(0.1, 0.9, 0, 5e-4, true, false, 1),
    new Sgd(0.1, 0.9, 0, 5e-4, true, true, 1),
  };
  private static final Adam[] ADAM = {
    new Adam(6e-3, 0.9, 0.999, 1e-8, 0.05, true, 1, 1),
    new Adam(6e-3, 0.9, 0.999, 1e-8, 0.05, true, 1000, 0.125),
    new Adam(1e-3, 0.9, 0.999, 1e-8, 0.01f, false, 3, 1), // g may cancel: the decay has to be exact
    new Adam(1e-3, 0.8, 0.95, 1e-6, 0, true, 100_000, 1),
  };

  private OptimizerCases() {}

  static Stream<KernelCase> all() {
    var cases = Stream.<KernelCase>builder();
    for (long n : LENGTHS) {
      for (Sgd c : SGD) {
        cases.add(
            KernelCase.of("optimizer/%s %d", c, n)
                .inOut(n)
                .in(n)
                .inOut(c.momentum() == 0 ? 0 : n, c.first() ? Fill.of(Double.NaN) : Fill.UNIT)
                .calls((k, m) -> k.optimizer().sgd(c, n, m.get(0), m.get(1), m.get(2))));
      }
      for (Adam c : ADAM) {
        cases.add(adam(c, n, "from zero", Fill.ZERO, Fill.ZERO));
        cases.add(adam(c, n, "on the way", Fill.UNIT, Fill.between(0.01, 1)));
      }
      cases.add(
          KernelCase.of("optimizer/ema %d", n)
              .in(n)
              .inOut(n)
              .calls((k, m) -> k.optimizer().ema(n, 0.9999, m.get(0), m.get(1))));
    }
    lists(cases);
    return cases.build();
  }

  /// Lists of blocks: none, empty ones among them, more than a launch takes, one of many parts.
  private static void lists(Stream.Builder<KernelCase> cases) {
    for (long[] sizes : List.of(new long[] {}, new long[] {0, 0}, SIZES, many(130), many(300))) {
      for (Sgd c : List.of(SGD[1], SGD[4], SGD[5])) {
        var builder = KernelCase.of("optimizer/list of %d, %s", sizes.length, c);
        for (long n : sizes) {
          builder.inOut(n).in(n).inOut(c.momentum() == 0 ? 0 : n);
        }
        cases.add(builder.calls((k, m) -> k.optimizer().sgd(c, states(sizes, 3, m))));
      }
      for (Adam c : List.of(ADAM[1], ADAM[2])) {
        var builder = KernelCase.of("optimizer/list of %d, %s", sizes.length, c);
        for (long n : sizes) {
          builder
              .inOut(n)
              .in(n, Fill.between(0.05, 1))
              .inOut(n)
              .inOut(n, Fill.between(0.01, 1))
              .tolerance(Tolerance.FEW_ROUNDINGS);
        }
        cases.add(builder.calls((k, m) -> k.optimizer().adam(c, states(sizes, 4, m))));
      }
      for (double bad : new double[] {1, Double.NaN, Double.POSITIVE_INFINITY}) {
        var builder = KernelCase.of("optimizer/list of %d, unscale %s", sizes.length, bad);
        for (long n : sizes) {
          builder.inOut(n, (i, random) -> i == 16 ? bad : random.nextDouble());
        }
        cases.add(
            builder.calls(
                (k, m) -> m.returned(k.optimizer().unscale(8, blocks(sizes, m)) ? 1 : 0)));
      }
      cases.add(
          norms(sizes).calls((k, m) -> m.returned(k.reduce().sumOfSquares(blocks(sizes, m)))));
      cases.add(
          norms(sizes).calls((k, m) -> m.returned(k.reduce().allFinite(blocks(sizes, m)) ? 1 : 0)));
    }
  }

  private static long[] many(int count) {
    return LongStream.range(0, count).map(i -> i % 7 * 5).toArray();
  }

  private static KernelCase.Builder norms(long[] sizes) {
    var builder = KernelCase.of("optimizer/list of %d, norm", sizes.length);
    for (long n : sizes) {
      builder.in(n);
    }
    return builder;
  }

  private static List<org.kanface.kernels.Block> blocks(long[] sizes, KernelCase.Arguments m) {
    return IntStream.range(0, sizes.length)
        .mapToObj(i -> new org.kanface.kernels.Block(sizes[i], m.get(i)))
        .toList();
  }

  /// The blocks of each, `width` of them.
  private static List<State> states(long[] sizes, int width, KernelCase.Arguments m) {
    return IntStream.range(0, sizes.length)
        .mapToObj(
            i ->
                new State(
                    sizes[i],
                    m.get(width * i),
                    m.get(width * i + 1),
                    m.get(width * i + 2),
                    width == 3 ? null : m.get(width * i + 3)))
        .toList();
  }

  /// `m / √v` has no bound where `v` is far below `m²`, which no run of steps leads to, and jumps
  /// where `v = 0` and the gradient changes sign: neither says anything about a kernel.
  private static KernelCase adam(Adam c, long n, String kind, Fill m, Fill v) {
    return KernelCase.of("optimizer/%s %s %d", c, kind, n)
        .inOut(n)
        .in(n, (i, random) -> Math.copySign(random.nextDouble(0.05, 1), random.nextDouble() - 0.5))
        .inOut(n, m)
        .tolerance(Tolerance.relative(8))
        .inOut(n, v)
        .calls((k, a) -> k.optimizer().adam(c, n, a.get(0), a.get(1), a.get(2), a.get(3)));
  }
}
