package org.kanface.kernels.cuda;

import org.jspecify.annotations.Nullable;
import org.kanface.kernels.BatchNorm;
import org.kanface.kernels.Memory;
import org.kanface.kernels.NormKernels;

/// `norm.cu` and `norm_l2.cu`; batch norm is [BatchNormCuda].
final class NormCuda implements NormKernels {
  private static final int LINES = 128; // threads of a block, a line each
  private static final int WARPS = 8; // of a block
  private static final int MOST = 1056; // blocks of warps that keep a row's weights
  private static final int AT_ONCE = 256; // columns whose sums fit beside that
  private static final int PARTS = 528; // at most, of those sums

  private final CudaContext context;
  private final CudaModule module;
  private final CudaModule l2;
  private final BatchNormCuda batch;

  NormCuda(CudaContext context) {
    this.context = context;
    module = context.module("norm");
    l2 = context.module("norm_l2");
    batch = new BatchNormCuda(context, module);
  }

  /// A warp a row.
  private Launch rows(String kernel, long rows) {
    return l2.launch(kernel).grid(Launch.blocks(rows, WARPS)).block(32, WARPS);
  }

  /// A warp several rows.
  private Launch layer(String kernel, long rows) {
    int blocks = Math.min(Launch.blocks(rows, WARPS), MOST);
    return module.launch(kernel).grid(blocks).block(32, WARPS);
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
    layer("norm_layer_forward_f32", rows)
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
    boolean sums = dweight != null || dbias != null;
    if (sums && cols % 4 == 0 && cols > 0 && cols <= AT_ONCE) {
      layerBackwardAtOnce(rows, cols, x, weight, mean, rstd, dy, dx, dweight, dbias);
      return;
    }
    layer("norm_layer_backward_input_f32", rows)
        .floats(x, rows * cols)
        .floats(weight, cols)
        .floats(mean, rows)
        .floats(rstd, rows)
        .floats(dy, rows * cols)
        .floats(dx, rows * cols)
        .i64(rows)
        .i64(cols)
        .run();
    if (sums) {
      layerWeights(rows, cols, x, mean, rstd, dy, dweight, dbias);
    }
  }

  /// All three gradients in one pass; each block sums the columns of its rows.
  private void layerBackwardAtOnce(
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
    int lanes = cols > 64 ? 32 : cols > 32 ? 16 : cols > 16 ? 8 : 4; // of a row
    long rounds = Math.ceilDiv(rows, (long) WARPS * (32 / lanes)); // of a block
    int parts = Launch.blocks(rounds, Math.clamp(Math.ceilDiv(rounds, PARTS), 1, 1 << 30));
    try (var scratch = context.scratch().lease()) {
      Memory weights = dweight == null ? null : scratch.take(parts * cols);
      Memory biases = dbias == null ? null : scratch.take(parts * cols);
      module
          .launch("norm_layer_backward_f32")
          .grid(parts)
          .block(32, WARPS)
          .floats(x, rows * cols)
          .floats(weight, cols)
          .floats(mean, rows)
          .floats(rstd, rows)
          .floats(dy, rows * cols)
          .floats(dx, rows * cols)
          .memory(weights)
          .memory(biases)
          .i64(rows)
          .i32((int) cols)
          .run();
      finish(parts, cols, weights, biases, dweight, dbias);
    }
  }

  private void layerWeights(
      long rows,
      long cols,
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
          .on(module.launch("norm_layer_backward_weights_f32"), parts)
          .floats(x, rows * cols)
          .floats(mean, rows)
          .floats(rstd, rows)
          .floats(dy, rows * cols)
          .memory(weights)
          .memory(biases)
          .i64(rows)
          .i64(cols)
          .i64(tiles.cut().span())
          .run();
      finish(parts, cols, weights, biases, dweight, dbias);
    }
  }

  private void finish(
      int parts,
      long cols,
      @Nullable Memory weights,
      @Nullable Memory biases,
      @Nullable Memory dweight,
      @Nullable Memory dbias) {
    Tiles.finishing(parts, cols)
        .on(module.launch("norm_finish_weights_f32"), 2)
        .memory(weights)
        .memory(biases)
        .memory(null)
        .floats(dweight, cols)
        .floats(dbias, cols)
        .memory(null)
        .i64(cols)
        .i64(parts)
        .run();
  }

  @Override
  public void batchNormTrain(
      BatchNorm norm,
      double momentum,
      Memory x,
      Memory runningMean,
      Memory runningVar,
      Memory y,
      Memory mean,
      Memory rstd) {
    batch.train(norm, momentum, x, runningMean, runningVar, y, mean, rstd);
  }

  @Override
  public void batchNormEval(BatchNorm norm, Memory x, Memory mean, Memory variance, Memory y) {
    batch.eval(norm, x, mean, variance, y);
  }

  @Override
  public void batchNormBackward(
      boolean train,
      BatchNorm norm,
      Memory x,
      Memory mean,
      Memory rstd,
      Memory dy,
      Memory dx,
      @Nullable Memory dweight,
      @Nullable Memory dbias,
      @Nullable Memory dslope) {
    batch.backward(norm, train, x, mean, rstd, dy, dx, dweight, dbias, dslope);
  }

  private Launch l2(String direction, long outer, long inner) {
    return inner == 1
        ? rows("norm_l2_" + direction + "_rows_f32", outer)
        : l2.launch("norm_l2_" + direction + "_columns_f32")
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
