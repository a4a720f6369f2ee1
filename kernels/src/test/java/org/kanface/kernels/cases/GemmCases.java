package org.kanface.kernels.cases;

import java.util.stream.Stream;
import org.kanface.kernels.Epilogue;
import org.kanface.kernels.Epilogue.Activation;
import org.kanface.kernels.Gemm;

/// Matrix products: all transposes, edges of tiles and of panels, strided operands, batches of two
/// levels, every epilogue.
final class GemmCases {
  private static final boolean[] BOTH = {false, true};
  private static final long[][] SIZES = { // m, n, k
    {0, 3, 5},
    {3, 0, 5},
    {3, 5, 0},
    {1, 1, 1},
    {1, 17, 3},
    {17, 1, 9},
    {5, 7, 3},
    {12, 32, 16},
    {13, 33, 17},
    {11, 31, 15},
    {16, 16, 196},
    {19, 38, 64},
    {64, 100, 60},
    {76, 76, 49},
    {130, 67, 41},
    {3, 5, 1021},
    {61, 67, 521},
    {1, 512, 192},
    {37, 1, 512},
    {13, 259, 1024}, // rows in the same cache sets
    {52, 48, 389}, // a gradient of weights: both operands read in place
    {33, 221, 70} // few rows, many columns
  };

  private GemmCases() {}

  static Stream<KernelCase> all() {
    var cases = Stream.<KernelCase>builder();
    for (long[] s : SIZES) {
      for (boolean transA : BOTH) {
        for (boolean transB : BOTH) {
          var shape = Gemm.of(transA, transB, s[0], s[1], s[2]);
          cases.add(plain("", shape));
          cases.add(plain(" accumulating, scaled", shape.accumulating().scaled(-0.375)));
          cases.add(plain(" strided", strided(shape)));
        }
      }
    }
    batches(cases);
    epilogues(cases);
    return cases.build();
  }

  static Stream<KernelCase> random(Sizes sizes) {
    var s = Gemm.of(sizes.coin(), sizes.coin(), sizes.upTo(80), sizes.upTo(80), sizes.upTo(200));
    return Stream.of(plain(" random", sizes.coin() ? s.accumulating().scaled(0.5) : strided(s)));
  }

  private static Gemm strided(Gemm s) {
    return s.leading(s.lda() + 3, s.ldb() + 5, s.ldc() + 1);
  }

  private static long stored(boolean transposed, long rows, long cols, long leading) {
    return (transposed ? cols : rows) * leading;
  }

  private static KernelCase plain(String kind, Gemm s) {
    long a = stored(s.transA(), s.m(), s.k(), s.lda());
    long b = stored(s.transB(), s.k(), s.n(), s.ldb());
    return KernelCase.of("gemm/%s%s", name(s), kind)
        .tolerance(Tolerance.sum(s.k()))
        .in(a)
        .in(b)
        .inOut(s.m() * s.ldc())
        .calls((k, m) -> k.gemm().gemm(s, m.get(0), m.get(1), m.get(2)));
  }

  private static String name(Gemm s) {
    return (s.transA() ? "t" : "n")
        + (s.transB() ? "t " : "n ")
        + "%dx%dx%d".formatted(s.m(), s.n(), s.k());
  }

  /// Products of `[16, 9]·[9, 16]` packed one after the other; heads inside tokens (as XCA walks
  /// them); one right side shared by all.
  private static void batches(Stream.Builder<KernelCase> cases) {
    for (boolean transA : BOTH) {
      for (boolean transB : BOTH) {
        var shape = Gemm.of(transA, transB, 16, 17, 9);
        var packed = new Gemm.Batch(2, 3, 432, 144, 459, 153, 816, 272);
        cases.add(batched("packed", shape.batched(packed), 864, 918, 1632));
        var shared = new Gemm.Batch(2, 3, 432, 144, 0, 0, 816, 272);
        cases.add(batched("shared right side", shape.batched(shared), 864, 153, 1632));
        cases.add(
            batched(
                "accumulating", shape.batched(packed).accumulating().scaled(0.5), 864, 918, 1632));
      }
    }
    long tokens = 49;
    long heads = 4;
    long width = 25;
    long d = heads * width;
    // q and k as [batch, tokens, heads, width]: qᵀ·k for each head is [width, width]
    var qk =
        Gemm.of(true, false, width, width, tokens)
            .leading(d, d, width)
            .batched(
                new Gemm.Batch(
                    2,
                    heads,
                    tokens * d,
                    width,
                    tokens * d,
                    width,
                    heads * width * width,
                    width * width));
    cases.add(batched("heads, qᵀk", qk, 2 * tokens * d, 2 * tokens * d, 2 * heads * width * width));
    // v [batch, tokens, heads, width] · Aᵀ → the same layout
    var av =
        Gemm.of(false, true, tokens, width, width)
            .leading(d, width, d)
            .batched(
                new Gemm.Batch(
                    2,
                    heads,
                    tokens * d,
                    width,
                    heads * width * width,
                    width * width,
                    tokens * d,
                    width));
    cases.add(batched("heads, vAᵀ", av, 2 * tokens * d, 2 * heads * width * width, 2 * tokens * d));
    cases.add(
        batched(
            "none",
            Gemm.of(false, false, 3, 3, 3).batched(new Gemm.Batch(0, 4, 9, 9, 9, 9, 9, 9)),
            9,
            9,
            9));
  }

  private static KernelCase batched(String kind, Gemm s, long a, long b, long c) {
    return KernelCase.of("gemm/%s batched, %s", name(s), kind)
        .tolerance(Tolerance.sum(s.k()))
        .in(a)
        .in(b)
        .inOut(c)
        .calls((k, m) -> k.gemm().gemm(s, m.get(0), m.get(1), m.get(2)));
  }

  private static void epilogues(Stream.Builder<KernelCase> cases) {
    long[][] sizes = {{5, 7, 0}, {13, 33, 17}, {64, 100, 19}, {1, 512, 32}, {0, 4, 4}};
    for (long[] s : sizes) {
      for (Activation activation : Activation.values()) {
        var shape = Gemm.of(false, true, s[0], s[1], s[2]);
        cases.add(biased(shape, activation));
        cases.add(complete(shape, activation));
        cases.add(complete(strided(shape).accumulating(), activation));
      }
    }
    var turned = Gemm.of(false, true, 33, 221, 70);
    cases.add(biased(turned, Activation.GELU));
    cases.add(complete(turned.scaled(0.5), Activation.SILU));
  }

  private static KernelCase biased(Gemm s, Activation activation) {
    return KernelCase.of("gemm/%s bias, %s", name(s), activation)
        .tolerance(Tolerance.sum(s.k()))
        .in(s.m() * s.lda())
        .in(s.n() * s.ldb())
        .out(s.m() * s.ldc())
        .in(s.n())
        .calls(
            (k, m) ->
                k.gemm()
                    .gemm(
                        s,
                        m.get(0),
                        m.get(1),
                        m.get(2),
                        new Epilogue(m.get(3), activation, null, null, null)));
  }

  private static KernelCase complete(Gemm s, Activation activation) {
    return KernelCase.of(
            "gemm/%s%s bias, preactivation, %s, scale, residual",
            name(s), s.accumulate() ? " strided, accumulating" : "", activation)
        .tolerance(Tolerance.sum(s.k()))
        .in(s.m() * s.lda())
        .in(s.n() * s.ldb())
        .inOut(s.m() * s.ldc())
        .in(s.n())
        .out(s.m() * s.ldc())
        .in(s.n())
        .in(s.m() * s.ldc())
        .calls(
            (k, m) ->
                k.gemm()
                    .gemm(
                        s,
                        m.get(0),
                        m.get(1),
                        m.get(2),
                        new Epilogue(m.get(3), activation, m.get(4), m.get(5), m.get(6))));
  }
}
