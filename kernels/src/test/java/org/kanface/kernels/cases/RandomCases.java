package org.kanface.kernels.cases;

import java.util.stream.Stream;

/// Random numbers: partial blocks, large seeds and streams, whole rows dropped.
final class RandomCases {
  private static final long[] LENGTHS = {0, 1, 2, 3, 4, 5, 7, 63, 64, 65, 1021, 70_001};
  private static final long[][] MATRICES = {
    {0, 4}, {1, 1}, {1021, 1}, {70_001, 1}, {9, 33}, {64, 16}, {5, 0}
  };
  private static final long SEED = 0x9E3779B97F4A7C15L;
  private static final long STREAM = 0xF0000000_00000003L;

  private RandomCases() {}

  static Stream<KernelCase> all() {
    var cases = Stream.<KernelCase>builder();
    for (long n : LENGTHS) {
      cases.add(uniform(n, 0, 0, 0, 1));
      cases.add(uniform(n, SEED, STREAM, -0.3, 0.7));
      cases.add(normal(n));
    }
    for (long[] s : MATRICES) {
      for (double p : new double[] {0, 0.1, 0.5, 1}) {
        cases.add(dropout(s[0], s[1], p));
      }
    }
    return cases.build();
  }

  private static KernelCase uniform(long n, long seed, long stream, double low, double high) {
    return KernelCase.of("random/uniform %d in [%s, %s)", n, low, high)
        .tolerance(Tolerance.EXACT)
        .out(n)
        .calls((k, m) -> k.random().uniform(n, seed, stream, low, high, m.get(0)));
  }

  private static KernelCase normal(long n) {
    return KernelCase.of("random/normal %d", n)
        .tolerance(new Tolerance(64, 1)) // float keeps 2πu to about 4e-7
        .out(n)
        .calls((k, m) -> k.random().normal(n, SEED, STREAM, 0.5, 1.5, m.get(0)));
  }

  private static KernelCase dropout(long rows, long cols, double p) {
    return KernelCase.of("random/dropout %s of %dx%d and in place", p, rows, cols)
        .tolerance(Tolerance.relative(4))
        .in(rows * cols)
        .out(rows * cols)
        .inOut(rows * cols)
        .calls(
            (k, m) -> {
              k.random().dropout(rows, cols, p, SEED, 7, m.get(0), m.get(1));
              k.random().dropout(rows, cols, p, SEED, 8, m.get(2), m.get(2));
            });
  }
}
