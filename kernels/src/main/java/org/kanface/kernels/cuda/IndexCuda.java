package org.kanface.kernels.cuda;

import org.kanface.kernels.IndexKernels;
import org.kanface.kernels.Memory;

/// `index.cu`.
final class IndexCuda implements IndexKernels {
  private static final int CHUNK = 1024; // numbers that are sorted together
  private static final int SORTERS = 512; // threads, two numbers each
  private static final int WARPS = 8; // of a block, a row each
  private static final int COLUMNS = 128; // of a warp

  private final CudaContext context;
  private final CudaModule module;

  IndexCuda(CudaContext context) {
    this.context = context;
    module = context.module("index");
  }

  @Override
  public void gatherRows(long count, long cols, Memory index, Memory x, Memory y) {
    module
        .launch("index_gather_f32")
        .grid(Launch.blocks(count, WARPS))
        .block(32, WARPS)
        .longs(index, count)
        .memory(x)
        .floats(y, count * cols)
        .i64(count)
        .i64(cols)
        .run();
  }

  @Override
  public void scatterAddRows(long count, long cols, Memory index, Memory x, Memory y) {
    if (count == 0 || cols == 0) {
      return;
    }
    boolean several = count > CHUNK;
    try (var scratch = context.scratch().lease()) {
      CudaMemory keys = scratch.take(2 * count);
      CudaMemory before = several ? scratch.take(2 * count) : null;
      CudaMemory after = several ? scratch.take(2 * count) : null;
      module
          .launch("index_sort_i64")
          .grid(Launch.blocks(count, CHUNK))
          .block((int) Math.min(SORTERS, Math.ceilDiv(count, 64) * 32))
          .longs(index, count)
          .memory(keys)
          .i64(count)
          .run();
      if (before != null && after != null) {
        long rows = y.byteSize() / (cols * Float.BYTES);
        CudaMemory last = scratch.take(2 * rows);
        context.fill(last, (byte) -1, rows * Long.BYTES);
        module
            .launch("index_link_i64")
            .block(CHUNK)
            .memory(keys)
            .memory(last)
            .memory(before)
            .memory(after)
            .i64(count)
            .run();
      }
      module
          .launch("index_scatter_add_f32")
          .grid(Launch.blocks(count, WARPS), Launch.rows(Math.ceilDiv(cols, COLUMNS)), 1)
          .block(32, WARPS)
          .memory(keys)
          .memory(before)
          .memory(after)
          .floats(x, count * cols)
          .memory(y)
          .i64(count)
          .i64(cols)
          .run();
    }
  }
}
