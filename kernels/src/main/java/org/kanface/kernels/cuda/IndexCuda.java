package org.kanface.kernels.cuda;

import org.kanface.kernels.IndexKernels;
import org.kanface.kernels.Memory;

/// `index.cu`, and `sample.cu` for samples.
final class IndexCuda implements IndexKernels {
  private static final int CHUNK = 1024; // numbers that are sorted together
  private static final int BLOCK = 256;
  private static final int SORTERS = 512; // threads, two numbers each
  private static final int WARPS = 8; // of a block, a row each
  private static final int COLUMNS = 128; // of a warp
  private static final long BINS = 2048;
  private static final int[][] DIGITS = {{20, 11}, {10, 10}, {0, 10}}; // from which bit, bits
  private static final int SCANNERS = 1024; // threads of the one block that adds up
  private static final int BINNED = 4096; // rows of a block

  private final CudaContext context;
  private final CudaModule module;
  private final CudaModule sample;

  IndexCuda(CudaContext context) {
    this.context = context;
    module = context.module("index");
    sample = context.module("sample");
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

  @Override
  public void sampleRows(
      long rows, long n, long count, Memory draws, Memory positives, Memory taken, Memory places) {
    if (count > 0) {
      take(rows, n, count, draws, positives, taken);
    }
    sample
        .launch("sample_places_i64")
        .grid(Launch.blocks(n, BLOCK))
        .block(BLOCK)
        .longs(positives, n)
        .longs(taken, count)
        .longs(places, n)
        .i64(n)
        .i64(count)
        .run();
  }

  private void take(long rows, long n, long count, Memory draws, Memory positives, Memory taken) {
    long chunks = Math.ceilDiv(rows, CHUNK);
    try (var scratch = context.scratch().lease()) {
      CudaMemory keys = scratch.take(rows);
      CudaMemory sums = scratch.take(4 * chunks);
      CudaMemory counts = scratch.take(2 * (DIGITS.length * BINS + 2));
      Memory state = counts.slice(DIGITS.length * BINS * Long.BYTES, 2L * Long.BYTES);
      context.copy(draws, keys, rows * Float.BYTES);
      context.fill(counts, (byte) 0, (DIGITS.length * BINS + 2) * Long.BYTES);
      sample
          .launch("sample_mark_f32")
          .grid(Launch.blocks(n, BLOCK))
          .block(BLOCK)
          .longs(positives, n)
          .memory(keys)
          .i64(n)
          .run();
      for (int pass = 0; pass < DIGITS.length; pass++) {
        int shift = DIGITS[pass][0];
        Memory bins = counts.slice(pass * BINS * Long.BYTES, BINS * Long.BYTES);
        sample
            .launch("sample_bins_f32")
            .grid(Launch.blocks(rows, BINNED))
            .block(BLOCK)
            .floats(keys, rows)
            .memory(state)
            .memory(bins)
            .i64(rows)
            .i32(shift)
            .i32(DIGITS[pass][1])
            .run();
        sample
            .launch("sample_digit_i64")
            .block(SCANNERS)
            .memory(bins)
            .memory(state)
            .i64(count)
            .i32(shift)
            .run();
      }
      sample
          .launch("sample_count_f32")
          .grid(Launch.blocks(chunks, WARPS))
          .block(32, WARPS)
          .floats(keys, rows)
          .memory(state)
          .memory(sums)
          .i64(rows)
          .run();
      sample.launch("sample_scan_i64").block(SCANNERS).memory(sums).i64(chunks).run();
      sample
          .launch("sample_take_f32")
          .grid(Launch.blocks(chunks, WARPS))
          .block(32, WARPS)
          .floats(keys, rows)
          .memory(state)
          .memory(sums)
          .longs(taken, count)
          .i64(rows)
          .i64(count)
          .run();
    }
  }
}
