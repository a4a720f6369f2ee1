package org.kanface.kernels.cases;

import java.util.stream.Stream;
import org.kanface.kernels.Strided;
import org.kanface.kernels.Unary;

/// Elementwise functions of contiguous blocks: tails of vectors, special values, in place.
final class ElementwiseCases {
  private static final double NAN = Double.NaN;
  private static final double INFINITY = Double.POSITIVE_INFINITY;
  private static final long[] LENGTHS = {0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 1021};
  private static final long LONG = 70_001; // more than one chunk of work
  private static final long[][] MATRICES = {{0, 5}, {1, 1}, {3, 15}, {4, 16}, {5, 17}, {67, 100}};

  private ElementwiseCases() {}

  static Stream<KernelCase> all() {
    var cases = Stream.<KernelCase>builder();
    for (Unary f : Unary.values()) {
      for (long n : LENGTHS) {
        cases.add(unary(f, n, domain(f), ""));
      }
      cases.add(unary(f, LONG, domain(f), ""));
      cases.add(unary(f, 37, special(f), " of special values"));
      cases.add(unaryInPlace(f));
      cases.add(unaryBackward(f, 1021));
      cases.add(unaryBackward(f, 17));
      cases.add(unaryBackward(f, 0));
    }
    for (long n : LENGTHS) {
      simple(cases, n);
    }
    simple(cases, LONG);
    for (long[] s : MATRICES) {
      matrices(cases, s[0], s[1]);
    }
    return cases.build();
  }

  static Stream<KernelCase> random(Sizes sizes) {
    var cases = Stream.<KernelCase>builder();
    Unary f = sizes.one(Unary.values());
    long n = sizes.upTo(5000);
    cases.add(unary(f, n, domain(f), ""));
    cases.add(unaryBackward(f, n));
    simple(cases, n);
    matrices(cases, sizes.upTo(70), sizes.from1To(130));
    return cases.build();
  }

  private static Fill domain(Unary f) {
    return switch (f) {
      case SQRT, LOG -> Fill.between(1e-3, 20);
      case RECIPROCAL -> Fill.between(0.1, 20);
      case EXP -> Fill.between(-80, 80);
      case SIN, COS -> Fill.between(-30, 30);
      default -> Fill.between(-12, 12);
    };
  }

  private static Fill special(Unary f) {
    return switch (f) {
      case EXP -> Fill.of(NAN, INFINITY, -INFINITY, 0, -0.0, 200, -200, 88, -87, 1e-30);
      case SIN, COS -> Fill.of(NAN, INFINITY, -INFINITY, 0, -0.0, 100, -1000, 1e-30);
      case LOG, SQRT -> Fill.of(NAN, INFINITY, -1, 0, -0.0, 1, 1e-30, 1e30);
      case SILU, GELU -> Fill.of(NAN, INFINITY, 0, -0.0, 80, -80, 1000, -1000, 1e-30);
      case SQUARE, RECIPROCAL -> Fill.of(NAN, INFINITY, -INFINITY, 0, 1e18, -1e18, 3e-18);
      default -> Fill.of(NAN, INFINITY, -INFINITY, 0, -0.0, 100, -100, 1e30, -1e30, 1e-30);
    };
  }

  private static Tolerance tolerance(Unary f) {
    return switch (f) {
      case NEGATE, ABS, SQUARE, SQRT, RECIPROCAL, RELU -> Tolerance.relative(1);
      case EXP, SIGMOID -> Tolerance.relative(8);
      case SILU -> new Tolerance(8, 1e-6);
      case LOG, TANH -> new Tolerance(8, 0.1);
      case SIN, COS, GELU -> Tolerance.FEW_ROUNDINGS;
    };
  }

  private static KernelCase unary(Unary f, long n, Fill fill, String kind) {
    return KernelCase.of("elementwise/%s %d%s", f, n, kind)
        .tolerance(tolerance(f))
        .in(n, fill)
        .out(n)
        .calls((k, m) -> k.elementwise().unary(f, n, m.get(0), m.get(1)));
  }

  private static KernelCase unaryInPlace(Unary f) {
    return KernelCase.of("elementwise/%s 1021 in place", f)
        .tolerance(tolerance(f))
        .inOut(1021, domain(f))
        .calls((k, m) -> k.elementwise().unary(f, 1021, m.get(0), m.get(0)));
  }

  private static KernelCase unaryBackward(Unary f, long n) {
    Fill fill = f == Unary.EXP ? Fill.between(-5, 5) : domain(f);
    return KernelCase.of("elementwise/%sBackward %d and in place", f, n)
        .tolerance(new Tolerance(16, 1))
        .in(n, f == Unary.RELU || f == Unary.ABS ? fill.with(0.2, 0) : fill)
        .in(n)
        .out(n)
        .inOut(n)
        .calls(
            (k, m) -> {
              k.elementwise().unaryBackward(f, n, m.get(0), m.get(1), m.get(2));
              k.elementwise().unaryBackward(f, n, m.get(0), m.get(3), m.get(3));
            });
  }

  private static void simple(Stream.Builder<KernelCase> cases, long n) {
    cases.add(
        KernelCase.of("elementwise/fill %d", n)
            .tolerance(Tolerance.EXACT)
            .out(n)
            .calls((k, m) -> k.elementwise().fill(n, 0.1, m.get(0))));
    cases.add(
        KernelCase.of("elementwise/affine %d and in place", n)
            .in(n)
            .out(n)
            .inOut(n)
            .calls(
                (k, m) -> {
                  k.elementwise().affine(n, -1.7, 0.3, m.get(0), m.get(1));
                  k.elementwise().affine(n, 1 / 3.0, 0, m.get(2), m.get(2));
                }));
    cases.add(
        KernelCase.of("elementwise/axpy %d", n)
            .in(n)
            .inOut(n)
            .calls((k, m) -> k.elementwise().axpy(n, -0.7, m.get(0), m.get(1))));
    Fill edges = Fill.between(-2, 2).with(0.1, 0.3f).with(0.1, -0.3f).with(0.05, NAN);
    cases.add(
        KernelCase.of("elementwise/clamp %d", n)
            .tolerance(Tolerance.EXACT)
            .in(n, edges)
            .out(n)
            .calls((k, m) -> k.elementwise().clamp(n, -0.3f, 0.3f, m.get(0), m.get(1))));
    cases.add(
        KernelCase.of("elementwise/clampBackward %d", n)
            .tolerance(Tolerance.EXACT)
            .in(n, edges)
            .in(n)
            .out(n)
            .calls(
                (k, m) ->
                    k.elementwise().clampBackward(n, -0.3f, 0.3f, m.get(0), m.get(1), m.get(2))));
    var contiguous = Strided.of(new long[] {n}, new long[] {1}, new long[] {1});
    cases.add(
        KernelCase.of("elementwise/copy %d", n)
            .tolerance(Tolerance.EXACT)
            .in(n)
            .out(n)
            .calls((k, m) -> k.elementwise().copy(contiguous, m.get(0), m.get(1))));
  }

  private static void matrices(Stream.Builder<KernelCase> cases, long rows, long cols) {
    long n = rows * cols;
    cases.add(
        KernelCase.of("elementwise/scaleResidual %dx%d and in place", rows, cols)
            .in(n)
            .in(cols)
            .in(n)
            .out(n)
            .inOut(n)
            .inOut(n)
            .calls(
                (k, m) -> {
                  var e = k.elementwise();
                  e.scaleResidual(rows, cols, m.get(0), m.get(1), m.get(2), m.get(3));
                  e.scaleResidual(rows, cols, m.get(4), m.get(1), m.get(2), m.get(4));
                  e.scaleResidual(rows, cols, m.get(0), m.get(1), m.get(5), m.get(5));
                }));
    Fill kinked = Fill.UNIT.with(0.1, 0);
    cases.add(
        KernelCase.of("elementwise/prelu %dx%d", rows, cols)
            .in(n, kinked)
            .in(cols)
            .out(n)
            .calls((k, m) -> k.elementwise().prelu(rows, cols, m.get(0), m.get(1), m.get(2))));
    cases.add(
        KernelCase.of("elementwise/preluBackward %dx%d", rows, cols)
            .in(n, kinked)
            .in(cols)
            .in(n)
            .out(n)
            .tolerance(Tolerance.sum(rows))
            .out(cols)
            .calls(
                (k, m) ->
                    k.elementwise()
                        .preluBackward(
                            rows, cols, m.get(0), m.get(1), m.get(2), m.get(3), m.get(4))));
  }
}
