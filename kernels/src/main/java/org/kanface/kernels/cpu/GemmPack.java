package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.FLOAT;
import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.GemmTile.BYTES;
import static org.kanface.kernels.cpu.GemmTile.COLS;
import static org.kanface.kernels.cpu.GemmTile.LAST;
import static org.kanface.kernels.cpu.GemmTile.ROWS;
import static org.kanface.kernels.cpu.Simd.F;
import static org.kanface.kernels.cpu.Simd.LANES;
import static org.kanface.kernels.cpu.Simd.ORDER;

import jdk.incubator.vector.FloatVector;

/// Copies operands into panels in the order in which [GemmTile] reads them. Strides are bytes.
final class GemmPack {
  private static final long ROW = (long) COLS * Float.BYTES; // of a panel of b

  private GemmPack() {}

  /// One panel `[k, COLS]` of the columns `b[0 … k, 0 … cols]`; the columns from `cols` on are
  /// zero.
  static void columns(long k, int cols, long b, long bRow, long bCol, long target) {
    if (bCol != Float.BYTES) {
      transposed(k, cols, b, bRow, bCol, target);
    } else if (cols == COLS) {
      for (long p = 0, from = b, to = target; p < k; p++, from += bRow, to += ROW) {
        copy(from, to);
        copy(from + BYTES, to + BYTES);
      }
    } else {
      var first = LAST[Math.min(cols, LANES)];
      var second = LAST[Math.max(cols - LANES, 0)];
      for (long p = 0, from = b, to = target; p < k; p++, from += bRow, to += ROW) {
        FloatVector.fromMemorySegment(F, SPACE, from, ORDER, first)
            .intoMemorySegment(SPACE, to, ORDER);
        FloatVector.fromMemorySegment(F, SPACE, from + BYTES, ORDER, second)
            .intoMemorySegment(SPACE, to + BYTES, ORDER);
      }
    }
  }

  private static void copy(long from, long to) {
    FloatVector.fromMemorySegment(F, SPACE, from, ORDER).intoMemorySegment(SPACE, to, ORDER);
  }

  private static void transposed(long k, int cols, long b, long bRow, long bCol, long target) {
    for (int j = 0; j < COLS; j++) {
      long to = target + (long) j * Float.BYTES;
      if (j < cols) {
        long from = b + j * bCol;
        for (int p = 0; p < (int) k; p++) {
          SPACE.set(FLOAT, to + p * ROW, SPACE.get(FLOAT, from + p * bRow));
        }
      } else {
        for (int p = 0; p < (int) k; p++) {
          SPACE.set(FLOAT, to + p * ROW, 0);
        }
      }
    }
  }

  /// Panels `[k, ROWS]` of the rows `a[0 … rows, 0 … k]`, one after the other; rows past the last
  /// are zero.
  static void rows(int k, long rows, long a, long aRow, long aCol, long target) {
    long panel = (long) k * ROWS * Float.BYTES;
    for (long i = 0; i < rows; i += ROWS, target += panel) {
      int count = (int) Math.min(ROWS, rows - i);
      long from = a + i * aRow;
      if (aRow == Float.BYTES && ROWS <= LANES) {
        var mask = LAST[count];
        for (int p = 0; p < k; p++) {
          FloatVector.fromMemorySegment(F, SPACE, from + p * aCol, ORDER, mask)
              .intoMemorySegment(SPACE, target + p * (ROWS * 4L), ORDER);
        }
      } else {
        for (int r = 0; r < ROWS; r++) {
          long to = target + (long) r * Float.BYTES;
          for (int p = 0; p < k; p++) {
            float v = r < count ? SPACE.get(FLOAT, from + r * aRow + p * aCol) : 0;
            SPACE.set(FLOAT, to + p * (ROWS * 4L), v);
          }
        }
      }
    }
  }
}
