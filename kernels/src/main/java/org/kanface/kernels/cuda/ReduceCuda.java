package org.kanface.kernels.cuda;

import java.lang.foreign.ValueLayout;
import java.util.List;
import org.kanface.kernels.Block;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.Memory;
import org.kanface.kernels.ReduceKernels;

/// `reduce.cu`.
final class ReduceCuda implements ReduceKernels {
  private static final int BLOCK = 256;
  private static final int LEAST_SQUARES = 1 << 13; // of a block
  private static final int MOST_SQUARES = 512; // blocks

  private final CudaContext context;
  private final CudaModule module;
  private final Sums sums;
  private final Many many;

  ReduceCuda(CudaContext context, Many many) {
    this.context = context;
    this.many = many;
    module = context.module("reduce");
    sums = new Sums(context);
  }

  @Override
  public void sum(long outer, long n, long inner, double scale, Memory x, Memory y) {
    sums.sum(outer, n, inner, scale, x, y);
  }

  @Override
  public void sumProduct(long rows, long cols, Memory a, Memory b, Memory y) {
    var tiles = Tiles.of(rows, cols);
    try (var scratch = context.scratch().lease()) {
      CudaMemory partial = scratch.take(tiles.parts() * cols);
      tiles
          .on(module.launch("reduce_product_columns_f32"), tiles.parts())
          .floats(a, rows * cols)
          .floats(b, rows * cols)
          .memory(partial)
          .i64(rows)
          .i64(cols)
          .i64(tiles.parts())
          .i64(tiles.cut().span())
          .run();
      sums.finish(tiles.parts(), cols, partial, y);
    }
  }

  @Override
  public void max(long outer, long n, long inner, Memory x, Memory y, Memory index) {
    boolean rows = inner == 1;
    var launch = module.launch(rows ? "reduce_max_rows_f32" : "reduce_max_columns_f32");
    if (rows) {
      launch.grid(Launch.blocks(outer, 1)).block(Sums.threads(n));
    } else {
      launch.grid(Launch.blocks(outer * inner, BLOCK)).block(BLOCK);
    }
    launch
        .floats(x, outer * n * inner)
        .floats(y, outer * inner)
        .longs(index, outer * inner)
        .i64(outer)
        .i64(n);
    if (!rows) {
      launch.i64(inner);
    }
    launch.run();
  }

  @Override
  public double sumOfSquares(long n, Memory x) {
    int blocks = Math.clamp(Math.ceilDiv(n, LEAST_SQUARES), 1, MOST_SQUARES);
    try (var scratch = context.scratch().lease();
        var result = HostMemory.allocate(Double.BYTES)) {
      CudaMemory partial = scratch.take(2L * blocks);
      CudaMemory sum = scratch.take(2);
      module
          .launch("reduce_squares_f32")
          .grid(blocks)
          .block(BLOCK)
          .floats(x, n)
          .memory(partial)
          .i64(n)
          .run();
      module
          .launch("reduce_squares_finish_f64")
          .block(BLOCK)
          .memory(partial)
          .memory(sum)
          .i32(blocks)
          .run();
      context.copy(sum, result, Double.BYTES);
      return result.segment().get(ValueLayout.JAVA_DOUBLE, 0);
    }
  }

  @Override
  public boolean allFinite(long n, Memory x) {
    try (var scratch = context.scratch().lease();
        var result = HostMemory.allocate(Integer.BYTES)) {
      CudaMemory flag = scratch.take(1);
      context.fill(flag, (byte) 0, Integer.BYTES);
      module
          .launch("reduce_finite_f32")
          .grid(Launch.blocks(n, BLOCK))
          .block(BLOCK)
          .floats(x, n)
          .memory(flag)
          .i64(n)
          .run();
      context.copy(flag, result, Integer.BYTES);
      return result.segment().get(ValueLayout.JAVA_INT, 0) == 0;
    }
  }

  @Override
  public double sumOfSquares(List<Block> blocks) {
    return many.sumOfSquares(blocks);
  }

  @Override
  public boolean allFinite(List<Block> blocks) {
    return many.allFinite(blocks);
  }

  private Launch rows(String kernel, long rows, long cols) {
    return module.launch(kernel).grid(Launch.blocks(rows, 1)).block(Sums.threads(cols));
  }

  private void forward(String kernel, long rows, long cols, Memory x, Memory y) {
    rows(kernel, rows, cols)
        .floats(x, rows * cols)
        .floats(y, rows * cols)
        .i64(rows)
        .i64(cols)
        .run();
  }

  private void backward(String kernel, long rows, long cols, Memory y, Memory dy, Memory dx) {
    rows(kernel, rows, cols)
        .floats(y, rows * cols)
        .floats(dy, rows * cols)
        .floats(dx, rows * cols)
        .i64(rows)
        .i64(cols)
        .run();
  }

  @Override
  public void softmax(long rows, long cols, Memory x, Memory y) {
    forward("reduce_softmax_forward_f32", rows, cols, x, y);
  }

  @Override
  public void softmaxBackward(long rows, long cols, Memory y, Memory dy, Memory dx) {
    backward("reduce_softmax_backward_f32", rows, cols, y, dy, dx);
  }

  @Override
  public void logSoftmax(long rows, long cols, Memory x, Memory y) {
    forward("reduce_logsoftmax_forward_f32", rows, cols, x, y);
  }

  @Override
  public void logSoftmaxBackward(long rows, long cols, Memory y, Memory dy, Memory dx) {
    backward("reduce_logsoftmax_backward_f32", rows, cols, y, dy, dx);
  }
}
