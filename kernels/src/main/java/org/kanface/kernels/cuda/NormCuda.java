package org.kanface.kernels.cuda;

import org.jspecify.annotations.Nullable;
import org.kanface.kernels.Memory;
import org.kanface.kernels.NormKernels;
import org.kanface.kernels.Unary;

/// `norm.cu`.
final class NormCuda implements NormKernels {
  private static final int BLOCK = 256;
  private static final int LINES = 128; // threads of a block, a line each
  private static final int WARPS = 8; // of a block
  private static final int FINISH = 32; // lines of a block of 8 columns that merges parts

  private final CudaContext context;
  private final CudaModule module;
  private final ElementwiseCuda elements;

  NormCuda(CudaContext context, ElementwiseCuda elements) {
    this.context = context;
    this.elements = elements;
    module = context.module("norm");
  }

  /// Threads keep their columns.
  private Launch columns(String kernel, long n) {
    return Tiles.flat(module.launch(kernel), n);
  }

  /// A warp a row, or several short ones.
  private Launch rows(String kernel, long rows) {
    return module.launch(kernel).grid(Launch.blocks(rows, WARPS)).block(32, WARPS);
  }

  @Override
  public void layerNormForward(
      long rows,
      long cols,
      double eps,
      Memory x,
      @Nullable Memory weight,
      @Nullable Memory bias,
      Memory y,
      Memory mean,
      Memory rstd) {
    rows("norm_layer_forward_f32", rows)
        .floats(x, rows * cols)
        .floats(weight, cols)
        .floats(bias, cols)
        .floats(y, rows * cols)
        .floats(mean, rows)
        .floats(rstd, rows)
        .i64(rows)
        .i64(cols)
        .f32(eps)
        .run();
  }

  @Override
  public void layerNormBackward(
      long rows,
      long cols,
      Memory x,
      @Nullable Memory weight,
      Memory mean,
      Memory rstd,
      Memory dy,
      Memory dx,
      @Nullable Memory dweight,
      @Nullable Memory dbias) {
    rows("norm_layer_backward_input_f32", rows)
        .floats(x, rows * cols)
        .floats(weight, cols)
        .floats(mean, rows)
        .floats(rstd, rows)
        .floats(dy, rows * cols)
        .floats(dx, rows * cols)
        .i64(rows)
        .i64(cols)
        .run();
    if (dweight != null || dbias != null) {
      weights(
          "norm_layer_backward_weights_f32", rows, cols, rows, x, mean, rstd, dy, dweight, dbias);
    }
  }

  /// @param lines how many means there are: one a row, or one a column
  private void weights(
      String kernel,
      long rows,
      long cols,
      long lines,
      Memory x,
      Memory mean,
      Memory rstd,
      Memory dy,
      @Nullable Memory dweight,
      @Nullable Memory dbias) {
    var tiles = Tiles.of(rows, cols);
    int parts = tiles.parts();
    try (var scratch = context.scratch().lease()) {
      Memory weights = dweight == null ? null : scratch.take(parts * cols);
      Memory biases = dbias == null ? null : scratch.take(parts * cols);
      tiles
          .on(module.launch(kernel), parts)
          .floats(x, rows * cols)
          .floats(mean, lines)
          .floats(rstd, lines)
          .floats(dy, rows * cols)
          .memory(weights)
          .memory(biases)
          .i64(rows)
          .i64(cols)
          .i64(tiles.cut().span())
          .run();
      Tiles.finishing(parts, cols)
          .on(module.launch("norm_finish_weights_f32"), 2)
          .memory(weights)
          .memory(biases)
          .floats(dweight, cols)
          .floats(dbias, cols)
          .i64(cols)
          .i64(parts)
          .run();
    }
  }

  @Override
  public void batchNormTrain(
      long rows,
      long cols,
      double eps,
      double momentum,
      Memory x,
      @Nullable Memory weight,
      @Nullable Memory bias,
      Memory runningMean,
      Memory runningVar,
      Memory y,
      Memory mean,
      Memory rstd) {
    var tiles = Tiles.of(rows, cols);
    try (var scratch = context.scratch().lease()) {
      CudaMemory means = scratch.take(tiles.parts() * cols);
      CudaMemory rests = scratch.take(tiles.parts() * cols);
      CudaMemory squares = scratch.take(tiles.parts() * cols);
      CudaMemory rest = scratch.take(cols);
      tiles
          .on(module.launch("norm_batch_statistics_f32"), tiles.parts())
          .floats(x, rows * cols)
          .memory(means)
          .memory(rests)
          .memory(squares)
          .i64(rows)
          .i64(cols)
          .i64(tiles.cut().span())
          .run();
      module
          .launch("norm_batch_finish_f32")
          .grid(Launch.blocks(cols, BLOCK / FINISH))
          .block(BLOCK / FINISH, FINISH)
          .memory(means)
          .memory(rests)
          .memory(squares)
          .floats(runningMean, cols)
          .floats(runningVar, cols)
          .floats(mean, cols)
          .memory(rest)
          .floats(rstd, cols)
          .i64(rows)
          .i64(cols)
          .i64(tiles.cut().span())
          .f32(eps)
          .f32(momentum)
          .run();
      normalize(rows, cols, x, mean, rest, rstd, weight, bias, y);
    }
  }

  /// `y = (x - mean - rest) * rstd * weight + bias`; `rest` is what rounding the mean took off.
  private void normalize(
      long rows,
      long cols,
      Memory x,
      Memory mean,
      CudaMemory rest,
      Memory rstd,
      @Nullable Memory weight,
      @Nullable Memory bias,
      Memory y) {
    columns("norm_batch_forward_f32", rows * cols)
        .floats(x, rows * cols)
        .floats(mean, cols)
        .memory(rest)
        .floats(rstd, cols)
        .floats(weight, cols)
        .floats(bias, cols)
        .floats(y, rows * cols)
        .i64(rows)
        .i64(cols)
        .run();
  }

  @Override
  public void batchNormEval(
      long rows,
      long cols,
      double eps,
      Memory x,
      @Nullable Memory weight,
      @Nullable Memory bias,
      Memory runningMean,
      Memory runningVar,
      Memory y) {
    columns("norm_batch_eval_f32", rows * cols)
        .floats(x, rows * cols)
        .floats(runningMean, cols)
        .floats(runningVar, cols)
        .floats(weight, cols)
        .floats(bias, cols)
        .floats(y, rows * cols)
        .i64(rows)
        .i64(cols)
        .f32(eps)
        .run();
  }

  @Override
  public void batchNormBackward(
      boolean train,
      long rows,
      long cols,
      Memory x,
      @Nullable Memory weight,
      Memory mean,
      Memory rstd,
      Memory dy,
      Memory dx,
      @Nullable Memory dweight,
      @Nullable Memory dbias) {
    try (var scratch = context.scratch().lease()) {
      Memory sumDyXh = dweight == null && train ? scratch.take(cols) : dweight;
      Memory sumDy = dbias == null && train ? scratch.take(cols) : dbias;
      if (sumDyXh != null || sumDy != null) {
        weights(
            "norm_batch_backward_weights_f32", rows, cols, cols, x, mean, rstd, dy, sumDyXh, sumDy);
      }
      columns("norm_batch_backward_input_f32", rows * cols)
          .floats(x, rows * cols)
          .floats(weight, cols)
          .floats(mean, cols)
          .floats(rstd, cols)
          .floats(dy, rows * cols)
          .floats(sumDy, cols)
          .floats(sumDyXh, cols)
          .floats(dx, rows * cols)
          .i64(rows)
          .i64(cols)
          .i32(train ? 1 : 0)
          .run();
    }
  }

  @Override
  public void batchNormRectifyTrain(
      long rows,
      long cols,
      double eps,
      double momentum,
      Memory x,
      @Nullable Memory weight,
      @Nullable Memory bias,
      @Nullable Memory slope,
      Memory runningMean,
      Memory runningVar,
      Memory y,
      Memory mean,
      Memory rstd) {
    batchNormTrain(
        rows, cols, eps, momentum, x, weight, bias, runningMean, runningVar, y, mean, rstd);
    rectify(rows, cols, slope, y);
  }

  @Override
  public void batchNormRectifyEval(
      long rows,
      long cols,
      double eps,
      Memory x,
      @Nullable Memory weight,
      @Nullable Memory bias,
      @Nullable Memory slope,
      Memory runningMean,
      Memory runningVar,
      Memory y) {
    batchNormEval(rows, cols, eps, x, weight, bias, runningMean, runningVar, y);
    rectify(rows, cols, slope, y);
  }

  private void rectify(long rows, long cols, @Nullable Memory slope, Memory y) {
    if (slope == null) {
      elements.unary(Unary.RELU, rows * cols, y, y);
    } else {
      elements.prelu(rows, cols, y, slope, y);
    }
  }

  @Override
  public void batchNormRectifyBackward(
      boolean train,
      long rows,
      long cols,
      Memory x,
      @Nullable Memory weight,
      @Nullable Memory bias,
      @Nullable Memory slope,
      Memory mean,
      Memory rstd,
      Memory dy,
      Memory dx,
      @Nullable Memory dweight,
      @Nullable Memory dbias,
      @Nullable Memory dslope) {
    long n = rows * cols;
    try (var scratch = context.scratch().lease()) {
      CudaMemory z = scratch.take(n);
      CudaMemory dz = scratch.take(n);
      CudaMemory rest = scratch.take(cols);
      elements.fill(cols, 0, rest);
      normalize(rows, cols, x, mean, rest, rstd, weight, bias, z);
      if (slope == null) {
        elements.unaryBackward(Unary.RELU, n, z, dy, dz);
      } else {
        elements.preluBackward(
            rows, cols, z, slope, dy, dz, dslope == null ? scratch.take(cols) : dslope);
      }
      batchNormBackward(train, rows, cols, x, weight, mean, rstd, dz, dx, dweight, dbias);
    }
  }

  private Launch l2(String direction, long outer, long inner) {
    return inner == 1
        ? rows("norm_l2_" + direction + "_rows_f32", outer)
        : module
            .launch("norm_l2_" + direction + "_columns_f32")
            .grid(Launch.blocks(outer * inner, LINES))
            .block(LINES);
  }

  private static void sizes(Launch launch, long outer, long n, long inner, double eps) {
    launch.i64(outer).i64(n);
    if (inner != 1) {
      launch.i64(inner);
    }
    launch.f32(eps).run();
  }

  @Override
  public void l2NormalizeForward(
      long outer, long n, long inner, double eps, Memory x, Memory y, Memory norm) {
    var launch =
        l2("forward", outer, inner)
            .floats(x, outer * n * inner)
            .floats(y, outer * n * inner)
            .floats(norm, outer * inner);
    sizes(launch, outer, n, inner, eps);
  }

  @Override
  public void l2NormalizeBackward(
      long outer, long n, long inner, double eps, Memory y, Memory norm, Memory dy, Memory dx) {
    var launch =
        l2("backward", outer, inner)
            .floats(y, outer * n * inner)
            .floats(norm, outer * inner)
            .floats(dy, outer * n * inner)
            .floats(dx, outer * n * inner);
    sizes(launch, outer, n, inner, eps);
  }
}
