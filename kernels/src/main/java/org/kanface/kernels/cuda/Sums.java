package org.kanface.kernels.cuda;

import org.kanface.kernels.Memory;

/// Sums over the middle axis of `[outer, n, inner]`: the kernels of `reduce.cu` that others finish
/// their own with.
final class Sums {
  private static final int LEAST_ROW = 1024; // of a part of a row

  private final CudaContext context;
  private final CudaModule reduce;

  Sums(CudaContext context) {
    this.context = context;
    reduce = context.module("reduce");
  }

  /// `y[o, i] = scale * Σ_j x[o, j, i]`.
  void sum(long outer, long n, long inner, double scale, Memory x, Memory y) {
    boolean rows = inner == 1;
    var tiles = Tiles.of(n, inner, outer);
    var cut = rows ? Cut.of(n, LEAST_ROW, outer) : tiles.cut();
    if (cut.parts() == 1) {
      part(outer, n, inner, tiles, cut, scale, x, y);
      return;
    }
    try (var scratch = context.scratch().lease()) {
      CudaMemory partial = scratch.take(outer * cut.parts() * inner);
      part(outer, n, inner, tiles, cut, 1, x, partial);
      finish(outer, cut.parts(), inner, scale, partial, y);
    }
  }

  /// `y[j] = Σ_c partial[c, j]`.
  void finish(int parts, long cols, Memory partial, Memory y) {
    finish(1, parts, cols, 1, partial, y);
  }

  private void finish(long outer, int parts, long cols, double scale, Memory partial, Memory y) {
    var tiles = Tiles.finishing(parts, cols);
    part(outer, parts, cols, tiles, tiles.cut(), scale, partial, y);
  }

  private void part(
      long outer, long n, long inner, Tiles tiles, Cut cut, double scale, Memory x, Memory y) {
    boolean rows = inner == 1;
    long sums = outer * cut.parts();
    var launch = reduce.launch(rows ? "reduce_sum_rows_f32" : "reduce_sum_columns_f32");
    if (rows) {
      launch.grid(Launch.blocks(sums, 1)).block(threads(cut.span()));
    } else {
      tiles.on(launch, Launch.rows(sums));
    }
    launch.floats(x, outer * n * inner).floats(y, sums * inner).i64(outer).i64(n);
    if (!rows) {
      launch.i64(inner);
    }
    launch.i64(cut.parts()).i64(cut.span()).f32(scale).run();
  }

  /// Threads of a block that works on a row.
  static int threads(long cols) {
    return cols <= 128 ? 32 : cols <= 1024 ? 128 : 256;
  }
}
