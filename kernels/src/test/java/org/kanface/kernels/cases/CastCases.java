package org.kanface.kernels.cases;

import java.util.List;
import java.util.stream.Stream;
import org.kanface.kernels.DType;
import org.kanface.kernels.Images;
import org.kanface.kernels.Images.Channels;

/// Changes of element type: every kind of number, ties in both directions, both ends of the range.
final class CastCases {
  private static final long[] LENGTHS = {0, 1, 7, 31, 32, 33, 1021, 70_001};
  private static final Channels HALF = new Channels(0.5f, 0.5f, 0.5f);
  private static final Channels MEAN = new Channels(0.485f, 0.456f, 0.406f);
  private static final Channels STD = new Channels(0.229f, 0.224f, 0.225f);

  /// Whole, halfway between two numbers of 11 and of 8 bits, beyond the largest, subnormal, none.
  private static final Fill EDGES =
      Fill.of(
          0,
          -0.0,
          1,
          1 + 0x1p-11,
          1 + 0x3p-11,
          1 + 0x1p-11 + 0x1p-23,
          -1 - 0x1p-8,
          1 + 0x3p-8,
          65_504,
          65_519,
          65_520,
          -1e9,
          0x1p-14,
          0x1p-24,
          0x1p-25,
          0x3p-25,
          -0x1p-26,
          1e-40,
          Float.MAX_VALUE,
          Double.POSITIVE_INFINITY,
          Double.NEGATIVE_INFINITY,
          Double.NaN);

  private CastCases() {}

  static Stream<KernelCase> all() {
    var cases = Stream.<KernelCase>builder();
    for (DType half : List.of(DType.F16, DType.BF16)) {
      for (long n : LENGTHS) {
        narrow(cases, half, "numbers", n, Fill.between(-70_000, 70_000));
        narrow(cases, half, "edges", n, EDGES);
        cases.add(
            KernelCase.of("cast/widen %s, %d", half, n)
                .of(half, n, EDGES)
                .tolerance(Tolerance.EXACT)
                .out(n)
                .calls((k, m) -> k.cast().widen(half, n, m.get(0), m.get(1))));
      }
    }
    for (long[] s : new long[][] {{0, 3, 3}, {1, 1, 1}, {2, 0, 5}, {3, 5, 11}, {2, 33, 43}}) {
      for (boolean standard : new boolean[] {true, false}) {
        var images = new Images(s[0], s[1], s[2], standard ? HALF : MEAN, standard ? HALF : STD);
        for (DType to : List.of(DType.F32, DType.F16, DType.BF16)) {
          images(cases, images, to, false);
          images(cases, images, to, true);
        }
      }
    }
    return cases.build();
  }

  private static void narrow(
      Stream.Builder<KernelCase> cases, DType half, String kind, long n, Fill fill) {
    cases.add(
        KernelCase.of("cast/narrow %s to %s, %d", kind, half, n)
            .in(n, fill)
            .out(half, n)
            .calls((k, m) -> k.cast().narrow(half, n, m.get(0), m.get(1))));
  }

  private static void images(Stream.Builder<KernelCase> cases, Images s, DType to, boolean turns) {
    var builder =
        KernelCase.of("cast/%s to %s%s", s, to, turns ? ", some mirrored" : "")
            .of(DType.U8, s.numel(), Fill.integers(0, 256))
            .of(DType.U8, s.n(), Fill.of(0, 1, 2))
            .tolerance(Tolerance.EXACT);
    cases.add(
        (to == DType.F32 ? builder.out(s.numel()) : builder.out(to, s.numel()))
            .calls(
                (k, m) ->
                    k.cast()
                        .images(
                            s,
                            m.get(0),
                            turns ? m.get(1) : null,
                            to == DType.F32 ? k.type() : to,
                            m.get(2))));
  }
}
