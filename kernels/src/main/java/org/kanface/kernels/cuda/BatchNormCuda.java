package org.kanface.kernels.cuda;

import org.jspecify.annotations.Nullable;
import org.kanface.kernels.Memory;

/// `batchnorm.cu`: batch norm alone, or with a rectifier in the same pass.
final class BatchNormCuda {
  private static final int FINISH = 4; // columns of a block that merges parts
  private static final int LINES = 64;
  private static final int PARTS = 264; // at most, of the statistics: few are merged sooner

  private final CudaContext context;
  private final CudaModule module;
  private final CudaModule norm;

  BatchNormCuda(CudaContext context, CudaModule norm) {
    this.context = context;
    this.norm = norm;
    module = context.module("batchnorm");
  }

  /// Of `[rows, cols]`, and what belongs to the columns.
  record Shape(
      long rows,
      long cols,
      @Nullable Memory weight,
      @Nullable Memory bias,
      @Nullable Memory slope,
      boolean rectify) {
    long numel() {
      return rows * cols;
    }

    int flag() {
      return rectify ? 1 : 0;
    }
  }

  void train(
      Shape s,
      double eps,
      double momentum,
      Memory x,
      Memory runningMean,
      Memory runningVar,
      Memory y,
      Memory mean,
      Memory rstd) {
    var tiles = Tiles.of(s.rows, s.cols, 1, PARTS);
    long partials = tiles.parts() * s.cols;
    try (var scratch = context.scratch().lease()) {
      CudaMemory means = scratch.take(partials);
      CudaMemory rests = scratch.take(partials);
      CudaMemory squares = scratch.take(partials);
      CudaMemory rest = scratch.take(s.cols);
      tiles
          .on(module.launch("batchnorm_statistics_f32"), tiles.parts())
          .floats(x, s.numel())
          .memory(means)
          .memory(rests)
          .memory(squares)
          .i64(s.rows)
          .i64(s.cols)
          .i64(tiles.cut().span())
          .run();
      module
          .launch("batchnorm_finish_f32")
          .grid(Launch.blocks(s.cols, FINISH))
          .block(FINISH, LINES)
          .memory(means)
          .memory(rests)
          .memory(squares)
          .floats(runningMean, s.cols)
          .floats(runningVar, s.cols)
          .floats(mean, s.cols)
          .memory(rest)
          .floats(rstd, s.cols)
          .i64(s.rows)
          .i64(s.cols)
          .i64(tiles.cut().span())
          .f32(eps)
          .f32(momentum)
          .run();
      Tiles.flat(module.launch("batchnorm_forward_f32"), s.numel())
          .floats(x, s.numel())
          .floats(mean, s.cols)
          .memory(rest)
          .floats(rstd, s.cols)
          .floats(s.weight, s.cols)
          .floats(s.bias, s.cols)
          .floats(s.slope, s.cols)
          .floats(y, s.numel())
          .i64(s.rows)
          .i64(s.cols)
          .i32(s.flag())
          .run();
    }
  }

  void eval(Shape s, double eps, Memory x, Memory runningMean, Memory runningVar, Memory y) {
    Tiles.flat(module.launch("batchnorm_eval_f32"), s.numel())
        .floats(x, s.numel())
        .floats(runningMean, s.cols)
        .floats(runningVar, s.cols)
        .floats(s.weight, s.cols)
        .floats(s.bias, s.cols)
        .floats(s.slope, s.cols)
        .floats(y, s.numel())
        .i64(s.rows)
        .i64(s.cols)
        .f32(eps)
        .i32(s.flag())
        .run();
  }

  void backward(
      Shape s,
      boolean train,
      Memory x,
      Memory mean,
      Memory rstd,
      Memory dy,
      Memory dx,
      @Nullable Memory dweight,
      @Nullable Memory dbias,
      @Nullable Memory dslope) {
    try (var scratch = context.scratch().lease()) {
      Memory sumGXh = dweight == null && train ? scratch.take(s.cols) : dweight;
      Memory sumG = dbias == null && train ? scratch.take(s.cols) : dbias;
      if (sumGXh != null || sumG != null || dslope != null) {
        weights(s, x, mean, rstd, dy, sumGXh, sumG, dslope);
      }
      Tiles.flat(module.launch("batchnorm_backward_input_f32"), s.numel())
          .floats(x, s.numel())
          .floats(s.weight, s.cols)
          .floats(s.bias, s.cols)
          .floats(s.slope, s.cols)
          .floats(mean, s.cols)
          .floats(rstd, s.cols)
          .floats(dy, s.numel())
          .floats(sumG, s.cols)
          .floats(sumGXh, s.cols)
          .floats(dx, s.numel())
          .i64(s.rows)
          .i64(s.cols)
          .i32(train ? 1 : 0)
          .i32(s.flag())
          .run();
    }
  }

  private void weights(
      Shape s,
      Memory x,
      Memory mean,
      Memory rstd,
      Memory dy,
      @Nullable Memory dweight,
      @Nullable Memory dbias,
      @Nullable Memory dslope) {
    var tiles = Tiles.of(s.rows, s.cols);
    int parts = tiles.parts();
    try (var scratch = context.scratch().lease()) {
      Memory weights = dweight == null ? null : scratch.take(parts * s.cols);
      Memory biases = dbias == null ? null : scratch.take(parts * s.cols);
      Memory slopes = dslope == null ? null : scratch.take(parts * s.cols);
      tiles
          .on(module.launch("batchnorm_backward_weights_f32"), parts)
          .floats(x, s.numel())
          .floats(s.weight, s.cols)
          .floats(s.bias, s.cols)
          .floats(s.slope, s.cols)
          .floats(mean, s.cols)
          .floats(rstd, s.cols)
          .floats(dy, s.numel())
          .memory(weights)
          .memory(biases)
          .memory(slopes)
          .i64(s.rows)
          .i64(s.cols)
          .i64(tiles.cut().span())
          .i32(s.flag())
          .run();
      Tiles.finishing(parts, s.cols)
          .on(norm.launch("norm_finish_weights_f32"), dslope == null ? 2 : 3)
          .memory(weights)
          .memory(biases)
          .memory(slopes)
          .floats(dweight, s.cols)
          .floats(dbias, s.cols)
          .floats(dslope, s.cols)
          .i64(s.cols)
          .i64(parts)
          .run();
    }
  }
}
