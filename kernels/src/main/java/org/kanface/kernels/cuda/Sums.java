package org.kanface.kernels.cuda;

import org.kanface.kernels.Memory;

/// Sums over the middle axis of `[outer, n, inner]`: the kernels of `reduce.cu` that others finish
/// their own with.
final class Sums {
  private static final int LEAST_TERMS = 64; // of a part
  private static final int LEAST_ROW = 1024; // of a part of a row

  private final CudaContext context;
  private final CudaModule reduce;

  Sums(CudaContext context) {
    this.context = context;
    reduce = context.module("reduce");
  }

  /// `y[o, i] = scale * Σ_j x[o, j, i]`.
  void sum(long outer, long n, long inner, double scale, Memory x, Memory y) {
    var cut =
        inner == 1
            ? Cut.of(n, LEAST_ROW, outer)
            : Cut.of(n, LEAST_TERMS, outer * Math.ceilDiv(inner, 32));
    if (cut.parts() == 1) {
      part(outer, n, inner, cut, scale, x, y);
      return;
    }
    try (var scratch = context.scratch().lease()) {
      CudaMemory partial = scratch.take(outer * cut.parts() * inner);
      part(outer, n, inner, cut, 1, x, partial);
      part(outer, cut.parts(), inner, new Cut(1, cut.parts()), scale, partial, y);
    }
  }

  /// `y[j] = Σ_c partial[c, j]`.
  void finish(int parts, long cols, Memory partial, Memory y) {
    part(1, parts, cols, new Cut(1, parts), 1, partial, y);
  }

  private void part(long outer, long n, long inner, Cut cut, double scale, Memory x, Memory y) {
    boolean rows = inner == 1;
    long sums = outer * cut.parts();
    var launch = reduce.launch(rows ? "reduce_sum_rows_f32" : "reduce_sum_columns_f32");
    if (rows) {
      launch.grid(Launch.blocks(sums, 1)).block(threads(cut.span()));
    } else {
      launch.grid(Launch.blocks(inner, 32), Launch.rows(sums), 1).block(32, 8);
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
