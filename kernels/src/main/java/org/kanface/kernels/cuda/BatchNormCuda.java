package org.kanface.kernels.cuda;

import org.jspecify.annotations.Nullable;
import org.kanface.kernels.BatchNorm;
import org.kanface.kernels.Memory;

/// `batchnorm.cu` and `columns.cu`: batch norm alone, or with a rectifier in the same pass.
final class BatchNormCuda {
  private static final int FINISH = 4; // columns of a block that merges parts
  private static final int LINES = 64;
  private static final int PARTS = 264; // at most, of the statistics: few are merged sooner

  private final CudaContext context;
  private final CudaModule statistics;
  private final CudaModule columns;
  private final CudaModule norm;

  BatchNormCuda(CudaContext context, CudaModule norm) {
    this.context = context;
    this.norm = norm;
    statistics = context.module("batchnorm");
    columns = context.module("columns");
  }

  void train(
      BatchNorm s,
      double momentum,
      Memory x,
      Memory runningMean,
      Memory runningVar,
      Memory y,
      Memory mean,
      Memory rstd) {
    var tiles = Tiles.of(s.rows(), s.cols(), 1, PARTS);
    long partials = tiles.parts() * s.cols();
    try (var scratch = context.scratch().lease()) {
      CudaMemory means = scratch.take(partials);
      CudaMemory rests = scratch.take(partials);
      CudaMemory squares = scratch.take(partials);
      CudaMemory rest = scratch.take(s.cols());
      tiles
          .on(statistics.launch("batchnorm_statistics_f32"), tiles.parts())
          .floats(x, numel(s))
          .memory(means)
          .memory(rests)
          .memory(squares)
          .i64(s.rows())
          .i64(s.cols())
          .i64(tiles.cut().span())
          .run();
      statistics
          .launch("batchnorm_finish_f32")
          .grid(Launch.blocks(s.cols(), FINISH))
          .block(FINISH, LINES)
          .memory(means)
          .memory(rests)
          .memory(squares)
          .floats(runningMean, s.cols())
          .floats(runningVar, s.cols())
          .floats(mean, s.cols())
          .memory(rest)
          .floats(rstd, s.cols())
          .i64(s.rows())
          .i64(s.cols())
          .i64(tiles.cut().span())
          .f32(s.eps())
          .f32(momentum)
          .run();
      Tiles.flat(columns.launch("columns_batchnorm_forward_f32"), numel(s))
          .floats(x, numel(s))
          .floats(mean, s.cols())
          .memory(rest)
          .floats(rstd, s.cols())
          .floats(s.weight(), s.cols())
          .floats(s.bias(), s.cols())
          .floats(s.slope(), s.cols())
          .floats(y, numel(s))
          .i64(s.rows())
          .i64(s.cols())
          .i32(s.rectifies() ? 1 : 0)
          .run();
    }
  }

  void eval(BatchNorm s, Memory x, Memory mean, Memory variance, Memory y) {
    Tiles.flat(columns.launch("columns_batchnorm_eval_f32"), numel(s))
        .floats(x, numel(s))
        .floats(mean, s.cols())
        .floats(variance, s.cols())
        .floats(s.weight(), s.cols())
        .floats(s.bias(), s.cols())
        .floats(s.slope(), s.cols())
        .floats(y, numel(s))
        .i64(s.rows())
        .i64(s.cols())
        .f32(s.eps())
        .i32(s.rectifies() ? 1 : 0)
        .run();
  }

  void backward(
      BatchNorm s,
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
      Memory sumGXh = dweight == null && train ? scratch.take(s.cols()) : dweight;
      Memory sumG = dbias == null && train ? scratch.take(s.cols()) : dbias;
      if (sumGXh != null || sumG != null || dslope != null) {
        weights(s, x, mean, rstd, dy, sumGXh, sumG, dslope);
      }
      Tiles.flat(columns.launch("columns_batchnorm_backward_input_f32"), numel(s))
          .floats(x, numel(s))
          .floats(s.weight(), s.cols())
          .floats(s.bias(), s.cols())
          .floats(s.slope(), s.cols())
          .floats(mean, s.cols())
          .floats(rstd, s.cols())
          .floats(dy, numel(s))
          .floats(sumG, s.cols())
          .floats(sumGXh, s.cols())
          .floats(dx, numel(s))
          .i64(s.rows())
          .i64(s.cols())
          .i32(train ? 1 : 0)
          .i32(s.rectifies() ? 1 : 0)
          .run();
    }
  }

  private void weights(
      BatchNorm s,
      Memory x,
      Memory mean,
      Memory rstd,
      Memory dy,
      @Nullable Memory dweight,
      @Nullable Memory dbias,
      @Nullable Memory dslope) {
    var tiles = Tiles.of(s.rows(), s.cols());
    int parts = tiles.parts();
    try (var scratch = context.scratch().lease()) {
      Memory weights = dweight == null ? null : scratch.take(parts * s.cols());
      Memory biases = dbias == null ? null : scratch.take(parts * s.cols());
      Memory slopes = dslope == null ? null : scratch.take(parts * s.cols());
      tiles
          .on(columns.launch("columns_batchnorm_backward_weights_f32"), parts)
          .floats(x, numel(s))
          .floats(s.weight(), s.cols())
          .floats(s.bias(), s.cols())
          .floats(s.slope(), s.cols())
          .floats(mean, s.cols())
          .floats(rstd, s.cols())
          .floats(dy, numel(s))
          .memory(weights)
          .memory(biases)
          .memory(slopes)
          .i64(s.rows())
          .i64(s.cols())
          .i64(tiles.cut().span())
          .i32(s.rectifies() ? 1 : 0)
          .run();
      Tiles.finishing(parts, s.cols())
          .on(norm.launch("norm_finish_weights_f32"), dslope == null ? 2 : 3)
          .memory(weights)
          .memory(biases)
          .memory(slopes)
          .floats(dweight, s.cols())
          .floats(dbias, s.cols())
          .floats(dslope, s.cols())
          .i64(s.cols())
          .i64(parts)
          .run();
    }
  }

  private static long numel(BatchNorm s) {
    return s.rows() * s.cols();
  }
}
