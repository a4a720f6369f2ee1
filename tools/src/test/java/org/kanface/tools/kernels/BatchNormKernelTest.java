package org.kanface.tools.kernels;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kanface.kernels.BatchNorm;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.NormKernels;
import org.kanface.tools.ptx.Dim3;

/// `batchnorm.cu` and its part of `columns.cu` against the plain loops: tails in both
/// directions, absent weights, large means, with a rectifier and without.
final class BatchNormKernelTest {
  private static final NormKernels REFERENCE = Workbench.REFERENCE.norm();
  private static final Dim3 FLAT = Dim3.of(64);
  private static final Dim3 GRID = Dim3.of(2);
  private static final Dim3 NARROW = Dim3.of(5, 12); // lanes and lines that are no power of two
  private static final double EPS = 1e-6;

  private static Object orNull(boolean present, Twin block) {
    return present ? block : (Object) 0L;
  }

  private static HostMemory hostOrNull(boolean present, Twin block) {
    return present ? block.host() : null;
  }

  private static Dim3 tile(long cols) {
    return cols % 4 == 0 ? NARROW : Dim3.of(32, 8);
  }

  /// The blocks of one case.
  private record Case(Workbench b, long rows, long cols, double shift, boolean affine) {
    Twin out(String name) {
      return b.out(name, rows * cols);
    }

    Twin column(String name) {
      return b.in(name, cols);
    }

    BatchNorm norm(Twin weight, Twin bias) {
      return BatchNorm.of(rows, cols, EPS, hostOrNull(affine, weight), hostOrNull(affine, bias));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2, 5, 8, 0",
    "3, 33, 1, 0",
    "65, 32, 16, 0",
    "70, 15, 33, 0",
    "192, 9, 64, 100",
    "700, 8, 350, 100",
    "131, 60, 44, 0",
    "9, 600, 9, 0"
  })
  void batch(long rows, long cols, long span, double shift) {
    for (boolean affine : new boolean[] {true, false}) {
      try (var b = new Workbench(List.of("batchnorm", "columns"), cols)) {
        var c = new Case(b, rows, cols, shift, affine);
        Twin x = b.in("x", rows * cols, shift - 1, shift + 1);
        Twin w = c.column("weight");
        Twin bias = c.column("bias");
        Twin slope = c.column("slope");
        Twin runningMean = c.column("runningMean");
        Twin runningVar = b.in("runningVar", cols, 0.25, 2);
        eval(c, x, w, bias, slope, runningMean, runningVar);
        train(c, span, x, w, bias, slope, runningMean, runningVar);
        backward(c, w, bias, slope);
      }
    }
  }

  private static void eval(
      Case c, Twin x, Twin w, Twin bias, Twin slope, Twin runningMean, Twin runningVar) {
    for (int rectify = 0; rectify < 2; rectify++) {
      Twin y = c.out("y");
      c.b.launch(
          "columns_batchnorm_eval_f32",
          GRID,
          FLAT,
          0,
          x,
          runningMean,
          runningVar,
          orNull(c.affine, w),
          orNull(c.affine, bias),
          orNull(c.affine, slope),
          y,
          c.rows,
          c.cols,
          (float) EPS,
          rectify);
      var norm = c.norm(w, bias);
      var a = hostOrNull(c.affine, slope);
      if (rectify == 1) {
        REFERENCE.batchNormEval(
            norm.rectified(a), x.host(), runningMean.host(), runningVar.host(), y.host());
      } else {
        REFERENCE.batchNormEval(norm, x.host(), runningMean.host(), runningVar.host(), y.host());
      }
      c.b.requireEqual(y, 16, 4 + 3 * c.shift);
    }
  }

  private static void train(
      Case c, long span, Twin x, Twin w, Twin bias, Twin slope, Twin runningMean, Twin runningVar) {
    int chunks = (int) ((c.rows + span - 1) / span);
    Twin y = c.out("y");
    Twin rectified = c.out("rectified");
    Twin mean = c.b.out("mean", c.cols);
    Twin rstd = c.b.out("rstd", c.cols);
    Twin means = c.b.out("means", chunks * c.cols);
    Twin rests = c.b.out("rests", chunks * c.cols);
    Twin squares = c.b.out("squares", chunks * c.cols);
    Twin rest = c.b.out("rest", c.cols);
    c.b.launch(
        "batchnorm_statistics_f32",
        Dim3.of(1, chunks),
        tile(c.cols),
        0,
        x,
        means,
        rests,
        squares,
        c.rows,
        c.cols,
        span);
    c.b.launch(
        "batchnorm_finish_f32",
        Dim3.of(1),
        Dim3.of(8, 3),
        0,
        means,
        rests,
        squares,
        runningMean,
        runningVar,
        mean,
        rest,
        rstd,
        c.rows,
        c.cols,
        span,
        (float) EPS,
        0.1f);
    for (int rectify = 0; rectify < 2; rectify++) {
      c.b.launch(
          "columns_batchnorm_forward_f32",
          GRID,
          FLAT,
          0,
          x,
          mean,
          rest,
          rstd,
          orNull(c.affine, w),
          orNull(c.affine, bias),
          orNull(c.affine, slope),
          rectify == 1 ? rectified : y,
          c.rows,
          c.cols,
          rectify);
    }
    var norm = c.norm(w, bias);
    try (var movedMean = HostMemory.allocate(4 * c.cols);
        var movedVar = HostMemory.allocate(4 * c.cols)) {
      movedMean.segment().copyFrom(runningMean.host().segment().asSlice(0, 4 * c.cols));
      movedVar.segment().copyFrom(runningVar.host().segment().asSlice(0, 4 * c.cols));
      REFERENCE.batchNormTrain(
          norm.rectified(hostOrNull(c.affine, slope)),
          0.1,
          x.host(),
          movedMean,
          movedVar,
          rectified.host(),
          mean.host(),
          rstd.host());
    }
    REFERENCE.batchNormTrain(
        norm,
        0.1,
        x.host(),
        runningMean.host(),
        runningVar.host(),
        y.host(),
        mean.host(),
        rstd.host());
    double ulps = 2 * (16 + 4 * Math.sqrt(c.rows));
    for (Twin out : new Twin[] {y, rectified, mean, rstd, runningMean, runningVar}) {
      c.b.requireEqual(out, ulps, 1 + c.shift);
    }
  }

  private static void backward(Case c, Twin w, Twin bias, Twin slope) {
    Twin x = c.b.in("x", c.rows * c.cols);
    Twin mean = c.b.in("mean", c.cols, -0.1, 0.1);
    Twin rstd = c.b.in("rstd", c.cols, 0.25, 2);
    Twin dy = c.b.in("dy", c.rows * c.cols);
    Twin dx = c.out("dx");
    Twin dw = c.b.out("dweight", c.cols);
    Twin db = c.b.out("dbias", c.cols);
    Twin da = c.b.out("dslope", c.cols);
    for (int rectify = 0; rectify < 2; rectify++) {
      c.b.launch(
          "columns_batchnorm_backward_weights_f32",
          Dim3.of(1, 1),
          tile(c.cols),
          0,
          x,
          orNull(c.affine, w),
          orNull(c.affine, bias),
          orNull(c.affine, slope),
          mean,
          rstd,
          dy,
          dw,
          db,
          rectify == 1 ? da : 0L,
          c.rows,
          c.cols,
          c.rows,
          rectify);
      for (int train = 0; train < 2; train++) {
        c.b.launch(
            "columns_batchnorm_backward_input_f32",
            GRID,
            FLAT,
            0,
            x,
            orNull(c.affine, w),
            orNull(c.affine, bias),
            orNull(c.affine, slope),
            mean,
            rstd,
            dy,
            orNull(train == 1, db),
            orNull(train == 1, dw),
            dx,
            c.rows,
            c.cols,
            train,
            rectify);
        if (rectify == 1) {
          REFERENCE.batchNormBackward(
              train == 1,
              c.norm(w, bias).rectified(hostOrNull(c.affine, slope)),
              x.host(),
              mean.host(),
              rstd.host(),
              dy.host(),
              dx.host(),
              dw.host(),
              db.host(),
              da.host());
          c.b.requireSum(da, c.rows, 4);
        } else {
          REFERENCE.batchNormBackward(
              train == 1,
              c.norm(w, bias),
              x.host(),
              mean.host(),
              rstd.host(),
              dy.host(),
              dx.host(),
              dw.host(),
              db.host(),
              null);
        }
        c.b.requireEqual(dx, 32 + 4 * Math.sqrt(c.rows), 4);
        c.b.requireSum(dw, c.rows, 4);
        c.b.requireSum(db, c.rows, 4);
      }
    }
  }
}
