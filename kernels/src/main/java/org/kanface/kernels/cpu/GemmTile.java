package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Simd.F;
import static org.kanface.kernels.cpu.Simd.LANES;

import jdk.incubator.vector.VectorMask;

/// One register tile of a matrix product: at most [#ROWS] by [#COLS] elements of `c`.
///
/// 512-bit vectors have 32 registers: 24 for the sums of a 12 × 2 tile, 2 for `b`, the rest for
/// `a`. Narrower ones count on 16: 6 × 2 sums. Every element is summed in the same order by every
/// tile size, one fused multiply-add after the other, so how `c` is cut into tiles never shows.
final class GemmTile {
  /// Rows of a full tile.
  static final int ROWS = LANES == 16 ? 12 : 6;

  /// Columns of a full tile: two vectors.
  static final int COLS = 2 * LANES;

  static final int BYTES = LANES * Float.BYTES;
  static final VectorMask<Float>[] LAST = masks(); // by lanes of the last vector, 0 to all

  private GemmTile() {}

  /// `c[i, j] = alpha * Σ_p a[i, p] * b[p, j]` (`+ c[i, j]` if `add`), `i < rows`, `j < cols`.
  ///
  /// Strides are bytes. `a` may have any two strides; each row `p` of `b` is contiguous and may be
  /// read up to the next whole vector; only `cols` columns of `c` are read and written.
  static void run(
      int k,
      long a,
      long aRow,
      long aCol,
      long b,
      long bRow,
      long c,
      long cRow,
      float alpha,
      boolean add,
      int rows,
      int cols) {
    if (cols > LANES) {
      int last = cols - LANES;
      if (rows <= 4) {
        GemmTile4.by2(k, a, aRow, aCol, b, bRow, c, cRow, alpha, add, rows, last);
      } else if (ROWS == 6) {
        GemmTile6.by2(k, a, aRow, aCol, b, bRow, c, cRow, alpha, add, rows, last);
      } else if (rows <= 8) {
        GemmTile8.by2(k, a, aRow, aCol, b, bRow, c, cRow, alpha, add, rows, last);
      } else {
        GemmTile12.by2(k, a, aRow, aCol, b, bRow, c, cRow, alpha, add, rows, last);
      }
    } else if (rows <= 4) {
      GemmTile4.by1(k, a, aRow, aCol, b, bRow, c, cRow, alpha, add, rows, cols);
    } else if (ROWS == 6) {
      GemmTile6.by1(k, a, aRow, aCol, b, bRow, c, cRow, alpha, add, rows, cols);
    } else if (rows <= 8) {
      GemmTile8.by1(k, a, aRow, aCol, b, bRow, c, cRow, alpha, add, rows, cols);
    } else {
      GemmTile12.by1(k, a, aRow, aCol, b, bRow, c, cRow, alpha, add, rows, cols);
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static VectorMask<Float>[] masks() {
    VectorMask<Float>[] masks = new VectorMask[LANES + 1];
    for (int i = 0; i <= LANES; i++) {
      masks[i] = F.indexInRange(0, i);
    }
    return masks;
  }
}
