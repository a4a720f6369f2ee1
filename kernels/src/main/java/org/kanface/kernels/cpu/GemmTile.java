package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.Simd.F;
import static org.kanface.kernels.cpu.Simd.LANES;
import static org.kanface.kernels.cpu.Simd.ORDER;

import java.lang.foreign.Arena;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// One register tile of a matrix product: at most [#ROWS] by [#COLS] elements of `c`.
///
/// 512-bit vectors have 32 registers: 24 for the sums of a 12 × 2 tile, 2 for `b`, the rest for
/// `a`. Narrower ones count on 16: 6 × 2 sums. Every element is summed in the same order by every
/// tile size, one fused multiply-add after the other from 0, so how `c` is cut into tiles never
/// shows. What was there before is added last, so that sums over long `k` are sums of short ones.
///
/// The tiles' methods have no masks: those are what makes the first-stage compiler give up on so
/// long a method, which then crawls until the second stage is done.
final class GemmTile {
  /// Rows of a full tile.
  static final int ROWS = LANES == 16 ? 12 : 6;

  /// Columns of a full tile: two vectors.
  static final int COLS = 2 * LANES;

  static final int BYTES = LANES * Float.BYTES;
  private static final long ROW = (long) COLS * Float.BYTES;
  private static final long ZEROS = Arena.global().allocate(ROW, Scratch.ALIGNMENT).address();
  static final VectorMask<Float>[] LAST = masks(); // by lanes of the last vector, 0 to all

  private GemmTile() {}

  /// Whether the sums of `cols` columns can begin with the job's bias instead of 0.
  static boolean startsWith(GemmJob g, int cols) {
    return g.epilogue().bias() != 0 && !g.add() && g.alpha() == 1 && cols % LANES == 0;
  }

  /// `c[i, j] = alpha * Σ_p a[i, p] * b[p, j]` (`+ c[i, j]` if `add`, else `+ bias[j]` unless that
  /// address is 0), `i < rows`, `j < cols`.
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
      long bias,
      int rows,
      int cols) {
    boolean wide = cols > LANES;
    if (alpha == 1 && cols % LANES == 0) {
      long start = add ? c : bias != 0 ? bias : ZEROS;
      multiply(k, a, aRow, aCol, b, bRow, start, add ? cRow : 0, c, cRow, rows, wide);
    } else {
      long tile = Scratch.TILE.address((long) ROWS * ROW);
      multiply(k, a, aRow, aCol, b, bRow, ZEROS, 0, tile, ROW, rows, wide);
      store(tile, c, cRow, alpha, add, rows, cols);
    }
  }

  private static void multiply(
      int k,
      long a,
      long aRow,
      long aCol,
      long b,
      long bRow,
      long start,
      long startRow,
      long c,
      long cRow,
      int rows,
      boolean wide) {
    if (wide) {
      if (rows <= 4) {
        GemmTile4.by2(k, a, aRow, aCol, b, bRow, start, startRow, c, cRow, rows);
      } else if (ROWS == 6) {
        GemmTile6.by2(k, a, aRow, aCol, b, bRow, start, startRow, c, cRow, rows);
      } else if (rows <= 8) {
        GemmTile8.by2(k, a, aRow, aCol, b, bRow, start, startRow, c, cRow, rows);
      } else {
        GemmTile12.by2(k, a, aRow, aCol, b, bRow, start, startRow, c, cRow, rows);
      }
    } else if (rows <= 4) {
      GemmTile4.by1(k, a, aRow, aCol, b, bRow, start, startRow, c, cRow, rows);
    } else if (ROWS == 6) {
      GemmTile6.by1(k, a, aRow, aCol, b, bRow, start, startRow, c, cRow, rows);
    } else if (rows <= 8) {
      GemmTile8.by1(k, a, aRow, aCol, b, bRow, start, startRow, c, cRow, rows);
    } else {
      GemmTile12.by1(k, a, aRow, aCol, b, bRow, start, startRow, c, cRow, rows);
    }
  }

  /// `c = alpha * tile` (`+ c` if `add`) for a tile that is not stored whole or as it is.
  private static void store(
      long tile, long c, long cRow, float alpha, boolean add, int rows, int cols) {
    for (int l = 0; l < cols; l += LANES) {
      var mask = LAST[Math.min(LANES, cols - l)];
      long from = tile + l * (long) Float.BYTES;
      long to = c + l * (long) Float.BYTES;
      for (int i = 0; i < rows; i++, from += ROW, to += cRow) {
        var sum = FloatVector.fromMemorySegment(F, SPACE, from, ORDER).mul(alpha);
        if (add) {
          sum = sum.add(FloatVector.fromMemorySegment(F, SPACE, to, ORDER, mask));
        }
        sum.intoMemorySegment(SPACE, to, ORDER, mask);
      }
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
