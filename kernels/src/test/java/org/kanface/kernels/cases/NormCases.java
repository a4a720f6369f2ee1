package org.kanface.kernels.cases;

import java.util.stream.Stream;
import org.kanface.kernels.BatchNorm;

/// Normalisations: tails of vectors in both directions, absent weights, large means, zero vectors.
final class NormCases {
  private static final double EPS = 1e-6;
  private static final long[][] MATRICES = { // rows, cols
    {0, 5}, {1, 1}, {1, 7}, {3, 16}, {5, 17}, {33, 32}, {7, 100}, {2, 1021}, {257, 15}, {1030, 48}
  };
  private static final long[][] AXES = { // outer, n, inner
    {0, 3, 2}, {1, 1, 1}, {7, 512, 1}, {5, 13, 1}, {2, 49, 25}, {3, 14, 16}, {1, 9, 33}, {2, 1, 5}
  };

  private NormCases() {}

  static Stream<KernelCase> all() {
    var cases = Stream.<KernelCase>builder();
    for (long[] s : MATRICES) {
      for (boolean affine : new boolean[] {true, false}) {
        cases.add(layerNorm(s[0], s[1], affine, 0));
        cases.add(layerNormBackward(s[0], s[1], affine));
        if (s[0] > 1) {
          cases.add(batchNorm(s[0], s[1], affine, 0));
          cases.add(batchNormBackward(true, s[0], s[1], affine));
        }
        cases.add(batchNormEval(s[0], s[1], affine));
        if (s[0] > 0) {
          cases.add(batchNormBackward(false, s[0], s[1], affine));
        }
      }
    }
    for (boolean train : new boolean[] {true, false}) {
      for (boolean slopes : new boolean[] {true, false}) {
        cases.add(rectified(train, 1030, 48, slopes));
        cases.add(rectified(train, 5, 17, slopes));
        cases.add(rectifiedBackward(train, 1030, 48, slopes));
        cases.add(rectifiedBackward(train, 33, 7, slopes));
      }
    }
    cases.add(layerNorm(9, 192, true, 100));
    cases.add(batchNorm(192, 9, true, 100));
    for (long[] s : AXES) {
      cases.add(l2(s, Fill.UNIT, ""));
      cases.add(l2(s, Fill.ZERO, " of zeros"));
      cases.add(l2Backward(s, Fill.POSITIVE, ""));
      cases.add(l2Backward(s, Fill.of(1e-13, 0, 2), " with norms under eps"));
    }
    return cases.build();
  }

  static Stream<KernelCase> random(Sizes sizes) {
    long rows = sizes.from1To(300);
    long cols = sizes.from1To(300);
    boolean affine = sizes.coin();
    long[] axes = {sizes.upTo(9), sizes.from1To(300), sizes.from1To(40)};
    return Stream.of(
        layerNorm(sizes.coin() ? rows : 0, cols, affine, 0),
        layerNormBackward(rows, cols, affine),
        batchNorm(rows + 1, cols, affine, 0),
        batchNormBackward(true, rows + 1, cols, affine),
        batchNormBackward(false, rows, cols, affine),
        batchNormEval(rows, cols, affine),
        l2(axes, Fill.UNIT, ""),
        l2Backward(axes, Fill.POSITIVE, ""));
  }

  private static String name(long rows, long cols, boolean affine) {
    return "%dx%d%s".formatted(rows, cols, affine ? "" : " without weights");
  }

  /// Inputs about `shift`, where one pass over squares would lose all digits.
  private static Fill about(double shift) {
    return Fill.between(shift - 1, shift + 1);
  }

  private static Tolerance normalized(long length, double shift) {
    return new Tolerance(16 + 4 * Math.sqrt(length), 1 + shift);
  }

  private static KernelCase layerNorm(long rows, long cols, boolean affine, double shift) {
    return KernelCase.of("norm/layer %s about %s", name(rows, cols, affine), shift)
        .tolerance(normalized(cols, shift))
        .in(rows * cols, about(shift))
        .in(cols)
        .in(cols)
        .out(rows * cols)
        .out(rows)
        .tolerance(cols > 1 ? normalized(cols, shift) : Tolerance.relative(64))
        .out(rows)
        .calls(
            (k, m) ->
                k.norm()
                    .layerNormForward(
                        rows,
                        cols,
                        EPS,
                        m.get(0),
                        affine ? m.get(1) : null,
                        affine ? m.get(2) : null,
                        m.get(3),
                        m.get(4),
                        m.get(5)));
  }

  private static KernelCase layerNormBackward(long rows, long cols, boolean affine) {
    return KernelCase.of("norm/layerBackward %s", name(rows, cols, affine))
        .in(rows * cols)
        .in(cols)
        .in(rows, Fill.between(-0.1, 0.1))
        .in(rows, Fill.POSITIVE)
        .in(rows * cols)
        .tolerance(new Tolerance(32 + 4 * Math.sqrt(cols), 4))
        .out(rows * cols)
        .tolerance(Tolerance.sum(rows).times(4))
        .out(cols)
        .out(cols)
        .calls(
            (k, m) ->
                k.norm()
                    .layerNormBackward(
                        rows,
                        cols,
                        m.get(0),
                        affine ? m.get(1) : null,
                        m.get(2),
                        m.get(3),
                        m.get(4),
                        m.get(5),
                        affine ? m.get(6) : null,
                        affine ? m.get(7) : null));
  }

  private static KernelCase batchNorm(long rows, long cols, boolean affine, double shift) {
    return KernelCase.of("norm/batch %s about %s", name(rows, cols, affine), shift)
        .tolerance(normalized(rows, shift).times(2))
        .in(rows * cols, about(shift))
        .in(cols)
        .in(cols)
        .inOut(cols)
        .inOut(cols, Fill.POSITIVE)
        .out(rows * cols)
        .out(cols)
        .out(cols)
        .calls(
            (k, m) ->
                k.norm()
                    .batchNormTrain(
                        norm(rows, cols, affine, m),
                        0.1,
                        m.get(0),
                        m.get(3),
                        m.get(4),
                        m.get(5),
                        m.get(6),
                        m.get(7)));
  }

  private static KernelCase batchNormEval(long rows, long cols, boolean affine) {
    return KernelCase.of("norm/batchEval %s", name(rows, cols, affine))
        .tolerance(new Tolerance(16, 4))
        .in(rows * cols)
        .in(cols)
        .in(cols)
        .in(cols)
        .in(cols, Fill.POSITIVE)
        .out(rows * cols)
        .calls(
            (k, m) ->
                k.norm()
                    .batchNormEval(
                        norm(rows, cols, affine, m), m.get(0), m.get(3), m.get(4), m.get(5)));
  }

  private static KernelCase batchNormBackward(boolean train, long rows, long cols, boolean affine) {
    return KernelCase.of(
            "norm/batchBackward %s %s", train ? "train" : "eval", name(rows, cols, affine))
        .in(rows * cols)
        .in(cols)
        .in(cols, Fill.between(-0.1, 0.1))
        .in(cols, Fill.POSITIVE)
        .in(rows * cols)
        .tolerance(new Tolerance(32 + 4 * Math.sqrt(rows), 4))
        .out(rows * cols)
        .tolerance(Tolerance.sum(rows).times(4))
        .out(cols)
        .out(cols)
        .calls(
            (k, m) ->
                k.norm()
                    .batchNormBackward(
                        train,
                        BatchNorm.of(rows, cols, EPS, affine ? m.get(1) : null, null),
                        m.get(0),
                        m.get(2),
                        m.get(3),
                        m.get(4),
                        m.get(5),
                        affine ? m.get(6) : null,
                        affine ? m.get(7) : null,
                        null));
  }

  private static BatchNorm norm(long rows, long cols, boolean affine, KernelCase.Arguments m) {
    return BatchNorm.of(rows, cols, EPS, affine ? m.get(1) : null, affine ? m.get(2) : null);
  }

  private static KernelCase rectified(boolean train, long rows, long cols, boolean slopes) {
    return KernelCase.of(
            "norm/batchRectify %s %dx%d%s",
            train ? "train" : "eval", rows, cols, slopes ? "" : " without slopes")
        .tolerance(normalized(rows, 0).times(2))
        .in(rows * cols)
        .in(cols)
        .in(cols)
        .in(cols)
        .inOut(cols)
        .inOut(cols, Fill.POSITIVE)
        .out(rows * cols)
        .out(train ? cols : 0)
        .out(train ? cols : 0)
        .calls(
            (k, m) -> {
              var norm = norm(rows, cols, true, m).rectified(slopes ? m.get(3) : null);
              if (train) {
                k.norm()
                    .batchNormTrain(
                        norm, 0.1, m.get(0), m.get(4), m.get(5), m.get(6), m.get(7), m.get(8));
              } else {
                k.norm().batchNormEval(norm, m.get(0), m.get(4), m.get(5), m.get(6));
              }
            });
  }

  private static KernelCase rectifiedBackward(boolean train, long rows, long cols, boolean slopes) {
    return KernelCase.of(
            "norm/batchRectifyBackward %s %dx%d%s",
            train ? "train" : "eval", rows, cols, slopes ? "" : " without slopes")
        .in(rows * cols)
        .in(cols)
        .in(cols)
        .in(cols)
        .in(cols, Fill.between(-0.1, 0.1))
        .in(cols, Fill.POSITIVE)
        .in(rows * cols)
        .tolerance(new Tolerance(32 + 4 * Math.sqrt(rows), 4))
        .out(rows * cols)
        .tolerance(Tolerance.sum(rows).times(4))
        .out(cols)
        .out(cols)
        .out(slopes ? cols : 0)
        .calls(
            (k, m) ->
                k.norm()
                    .batchNormBackward(
                        train,
                        norm(rows, cols, true, m).rectified(slopes ? m.get(3) : null),
                        m.get(0),
                        m.get(4),
                        m.get(5),
                        m.get(6),
                        m.get(7),
                        m.get(8),
                        m.get(9),
                        slopes ? m.get(10) : null));
  }

  private static KernelCase l2(long[] s, Fill fill, String kind) {
    return KernelCase.of("norm/l2 %dx%dx%d%s", s[0], s[1], s[2], kind)
        .tolerance(new Tolerance(16 + 2 * Math.sqrt(s[1]), 1e-6))
        .in(s[0] * s[1] * s[2], fill)
        .out(s[0] * s[1] * s[2])
        .out(s[0] * s[2])
        .calls(
            (k, m) ->
                k.norm().l2NormalizeForward(s[0], s[1], s[2], 1e-12, m.get(0), m.get(1), m.get(2)));
  }

  private static KernelCase l2Backward(long[] s, Fill norms, String kind) {
    return KernelCase.of("norm/l2Backward %dx%dx%d%s", s[0], s[1], s[2], kind)
        .in(s[0] * s[1] * s[2])
        .in(s[0] * s[2], norms)
        .in(s[0] * s[1] * s[2])
        .tolerance(Tolerance.sum(s[1]).times(8))
        .out(s[0] * s[1] * s[2])
        .calls(
            (k, m) ->
                k.norm()
                    .l2NormalizeBackward(
                        s[0], s[1], s[2], 1e-12, m.get(0), m.get(1), m.get(2), m.get(3)));
  }
}
