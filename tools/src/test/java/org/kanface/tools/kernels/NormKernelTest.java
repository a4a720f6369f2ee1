package org.kanface.tools.kernels;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.NormKernels;
import org.kanface.tools.ptx.Dim3;

/// `norm.cu` and `norm_l2.cu` against the plain loops: tails in both directions, absent
/// weights, large means, zero vectors.
final class NormKernelTest {
  private static final NormKernels REFERENCE = Workbench.REFERENCE.norm();
  private static final Dim3 TILE = Dim3.of(32, 8);
  private static final Dim3 NARROW = Dim3.of(5, 12); // lanes and lines that are no power of two
  private static final double EPS = 1e-6;

  private static Object orNull(boolean present, Twin block) {
    return present ? block : (Object) 0L;
  }

  private static HostMemory hostOrNull(boolean present, Twin block) {
    return present ? block.host() : null;
  }

  @ParameterizedTest
  @CsvSource({
    "0, 5, 0",
    "1, 1, 0",
    "1, 7, 0",
    "3, 16, 0",
    "5, 33, 0",
    "33, 32, 0",
    "7, 100, 0",
    "2, 700, 0",
    "70, 15, 0",
    "9, 192, 100",
    "67, 12, 0",
    "21, 28, 0",
    "17, 60, 100",
    "11, 100, 0",
    "3, 400, 0"
  })
  void layer(long rows, long cols, double shift) {
    for (boolean affine : new boolean[] {true, false}) {
      try (var b = new Workbench("norm", cols)) {
        Twin x = b.in("x", rows * cols, shift - 1, shift + 1);
        Twin w = b.in("weight", cols);
        Twin bias = b.in("bias", cols);
        Twin y = b.out("y", rows * cols);
        Twin mean = b.out("mean", rows);
        Twin rstd = b.out("rstd", rows);
        b.launch(
            "norm_layer_forward_f32",
            Dim3.of(2),
            TILE,
            0,
            x,
            orNull(affine, w),
            orNull(affine, bias),
            y,
            mean,
            rstd,
            rows,
            cols,
            (float) EPS);
        REFERENCE.layerNormForward(
            rows,
            cols,
            EPS,
            x.host(),
            hostOrNull(affine, w),
            hostOrNull(affine, bias),
            y.host(),
            mean.host(),
            rstd.host());
        double ulps = 16 + 4 * Math.sqrt(cols);
        b.requireEqual(y, ulps, 1 + shift);
        b.requireEqual(mean, ulps, 1 + shift);
        b.requireEqual(rstd, 64 + ulps, 1 + shift);
        layerBackward(b, rows, cols, affine, w);
      }
    }
  }

  private static void layerBackward(Workbench b, long rows, long cols, boolean affine, Twin w) {
    Twin x = b.in("x", rows * cols);
    Twin mean = b.in("mean", rows, -0.1, 0.1);
    Twin rstd = b.in("rstd", rows, 0.25, 2);
    Twin dy = b.in("dy", rows * cols);
    Twin dx = b.out("dx", rows * cols);
    Twin dw = b.out("dweight", cols);
    Twin db = b.out("dbias", cols);
    long span = Math.max(1, (rows + 1) / 2);
    int chunks = rows > 1 ? 2 : 1;
    Twin weights = b.out("dweight in chunks", chunks * cols);
    Twin biases = b.out("dbias in chunks", chunks * cols);
    b.launch(
        "norm_layer_backward_input_f32",
        Dim3.of(2),
        TILE,
        0,
        x,
        orNull(affine, w),
        mean,
        rstd,
        dy,
        dx,
        rows,
        cols);
    b.launch(
        "norm_layer_backward_weights_f32",
        Dim3.of(2, chunks),
        NARROW,
        0,
        x,
        mean,
        rstd,
        dy,
        weights,
        orNull(affine, biases),
        rows,
        cols,
        span);
    Twin sumsOfWeights = b.out("sums of dweight", cols);
    Twin sumsOfBiases = b.out("sums of dbias", cols);
    b.launch(
        "norm_finish_weights_f32",
        Dim3.of(1, 3),
        NARROW,
        0,
        weights,
        orNull(affine, biases),
        0L,
        sumsOfWeights,
        orNull(affine, sumsOfBiases),
        0L,
        cols,
        (long) chunks);
    REFERENCE.layerNormBackward(
        rows,
        cols,
        x.host(),
        hostOrNull(affine, w),
        mean.host(),
        rstd.host(),
        dy.host(),
        dx.host(),
        dw.host(),
        hostOrNull(affine, db));
    b.requireEqual(dx, 32 + 4 * Math.sqrt(cols), 4);
    if (cols % 4 == 0 && cols <= 256) {
      Twin atOnce = b.out("dx at once", rows * cols);
      Twin twoWeights = b.out("dweight of two blocks", 2 * cols);
      Twin twoBiases = b.out("dbias of two blocks", 2 * cols);
      b.launch(
          "norm_layer_backward_f32",
          Dim3.of(2),
          TILE,
          0,
          x,
          orNull(affine, w),
          mean,
          rstd,
          dy,
          atOnce,
          twoWeights,
          orNull(affine, twoBiases),
          rows,
          (int) cols);
      atOnce.host().segment().copyFrom(dx.host().segment().asSlice(0, 4 * rows * cols));
      b.requireEqual(atOnce, 32 + 4 * Math.sqrt(cols), 4);
      b.requireChunks(twoWeights, dw, rows, 4);
      if (affine) {
        b.requireChunks(twoBiases, db, rows, 4);
      }
    }
    b.requireChunks(weights, dw, rows, 4);
    b.requireChunks(sumsOfWeights, dw, rows, 4);
    if (affine) {
      b.requireChunks(biases, db, rows, 4);
      b.requireChunks(sumsOfBiases, db, rows, 4);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 3, 2",
    "1, 1, 1",
    "7, 512, 1",
    "5, 13, 1",
    "33, 31, 1",
    "2, 49, 25",
    "3, 14, 33",
    "2, 1, 5"
  })
  void l2(long outer, long n, long inner) {
    try (var b = new Workbench("norm_l2", n)) {
      for (boolean zeros : new boolean[] {false, true}) {
        double scale = zeros ? 0 : 1;
        Twin x = b.in("x", outer * n * inner, -scale, scale + 1e-30);
        Twin y = b.out("y", outer * n * inner);
        Twin norm = b.out("norm", outer * inner);
        l2(b, "forward", outer, n, inner, x, y, norm);
        REFERENCE.l2NormalizeForward(outer, n, inner, 1e-12, x.host(), y.host(), norm.host());
        b.requireEqual(y, 16 + 2 * Math.sqrt(n), 1e-6);
        b.requireEqual(norm, 16 + 2 * Math.sqrt(n), 1e-6);
        Twin lengths =
            b.values("lengths", outer * inner, i -> zeros ? i % 2 == 0 ? 1e-13 : 0 : 0.25 + i % 3);
        Twin unit = b.in("unit", outer * n * inner);
        Twin dy = b.in("dy", outer * n * inner);
        Twin dx = b.out("dx", outer * n * inner);
        l2(b, "backward", outer, n, inner, unit, lengths, dy, dx);
        REFERENCE.l2NormalizeBackward(
            outer, n, inner, 1e-12, unit.host(), lengths.host(), dy.host(), dx.host());
        b.requireSum(dx, n, 8);
      }
    }
  }

  private static void l2(
      Workbench b, String direction, long outer, long n, long inner, Object... blocks) {
    boolean rows = inner == 1;
    var arguments = new Object[blocks.length + (rows ? 3 : 4)];
    System.arraycopy(blocks, 0, arguments, 0, blocks.length);
    arguments[blocks.length] = outer;
    arguments[blocks.length + 1] = n;
    if (!rows) {
      arguments[blocks.length + 2] = inner;
    }
    arguments[arguments.length - 1] = 1e-12f;
    b.launch(
        "norm_l2_" + direction + (rows ? "_rows_f32" : "_columns_f32"),
        Dim3.of(2),
        rows ? TILE : Dim3.of(64),
        0,
        arguments);
  }
}
