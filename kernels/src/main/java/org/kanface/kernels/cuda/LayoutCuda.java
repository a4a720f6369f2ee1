package org.kanface.kernels.cuda;

/// `layout.cu`.
final class LayoutCuda {
  private static final int ROWS = 8; // of a block of 32 columns
  private static final int WIDE = 8; // threads side by side, each with 4 columns
  private static final int DEEP = 16; // at most so many below each other, each with 4 rows
  private static final int QUAD = 4;
  private static final int ALIGNMENT = QUAD * Float.BYTES;

  private final CudaModule module;

  LayoutCuda(CudaContext context) {
    module = context.module("layout");
  }

  /// `y[b, j, i] = x[b, i, j]`: `x [batch, rows, cols]` → `y [batch, cols, rows]`, not in place.
  void transpose(long batch, long rows, long cols, CudaMemory x, CudaMemory y) {
    boolean quads =
        rows % QUAD == 0 && cols % QUAD == 0 && isAligned(x, ALIGNMENT) && isAligned(y, ALIGNMENT);
    int deep = Math.clamp(rows / QUAD, 1, DEEP);
    long across = Math.ceilDiv(cols, 32);
    Launch launch =
        quads
            ? module
                .launch("layout_transpose4_f32")
                .grid(
                    grid(across), Launch.rows(Math.ceilDiv(rows, QUAD * deep)), Launch.rows(batch))
                .block(WIDE, deep)
            : module
                .launch("layout_transpose_f32")
                .grid(grid(across), Launch.rows(Math.ceilDiv(rows, 32)), Launch.rows(batch))
                .block(32, ROWS);
    launch
        .floats(x, batch * rows * cols)
        .floats(y, batch * rows * cols)
        .i64(batch)
        .i64(rows)
        .i64(cols)
        .run();
  }

  private static int grid(long across) {
    return Launch.blocks(across, 1);
  }

  /// Whether a block begins at a multiple of so many bytes.
  static boolean isAligned(CudaMemory block, int bytes) {
    return block.pointer().address() % bytes == 0;
  }
}
