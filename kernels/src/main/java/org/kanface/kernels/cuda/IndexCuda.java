package org.kanface.kernels.cuda;

import org.kanface.kernels.IndexKernels;
import org.kanface.kernels.Memory;

/// `index.cu`.
final class IndexCuda implements IndexKernels {
  private static final int CHUNK = 1024; // numbers that are sorted together
  private static final int BLOCK = 256;
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
    long rows = y.byteSize() / (cols * Float.BYTES);
    boolean several = count > CHUNK;
    try (var scratch = context.scratch().lease()) {
      CudaMemory keys = scratch.take(2 * count);
      CudaMemory head = several ? scratch.take(2 * rows) : null;
      CudaMemory next = several ? scratch.take(2 * count) : null;
      module
          .launch("index_sort_i64")
          .grid(Launch.blocks(count, CHUNK))
          .block((int) Math.min(SORTERS, Math.ceilDiv(count, 64) * 32))
          .longs(index, count)
          .memory(keys)
          .i64(count)
          .run();
      if (head != null && next != null) {
        context.fill(head, (byte) -1, rows * Long.BYTES);
        module
            .launch("index_link_i64")
            .grid(Launch.blocks(count, BLOCK))
            .block(BLOCK)
            .memory(keys)
            .memory(head)
            .memory(next)
            .i64(count)
            .run();
      }
      module
          .launch("index_scatter_add_f32")
          .grid(Launch.blocks(count, WARPS), Launch.rows(Math.ceilDiv(cols, COLUMNS)), 1)
          .block(32, WARPS)
          .memory(keys)
          .memory(head)
          .memory(next)
          .floats(x, count * cols)
          .memory(y)
          .i64(count)
          .i64(cols)
          .run();
    }
  }
}
