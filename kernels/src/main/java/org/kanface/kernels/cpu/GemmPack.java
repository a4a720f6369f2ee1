package org.kanface.kernels.cpu;

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
  /// undefined. One of the steps is an element.
  static void columns(int k, int cols, long b, long bRow, long bCol, long target) {
    if (bCol != Float.BYTES) {
      GemmTranspose.run(cols, k, b, bCol, target, ROW);
    } else if (cols == COLS) {
      for (int p = 0; p < k; p++) {
        copy(b + p * bRow, target + p * ROW);
        copy(b + p * bRow + BYTES, target + p * ROW + BYTES);
      }
    } else {
      var first = LAST[Math.min(cols, LANES)];
      var second = LAST[Math.max(cols - LANES, 0)];
      for (int p = 0; p < k; p++) {
        long from = b + p * bRow;
        long to = target + p * ROW;
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

  /// Panels `[k, ROWS]` of the rows `a[0 … rows, 0 … k]` of a transposed `a`, whose rows are one
  /// element apart, `panel` bytes from one to the next; rows past the last are undefined, and so is
  /// the vector after each panel. Goes along the columns as they lie in memory.
  static void rows(int k, long rows, long a, long aCol, long target, long panel) {
    for (int p = 0; p < k; p++) {
      long from = a + p * aCol;
      long to = target + p * (ROWS * 4L);
      for (long i = 0; i < rows; i += ROWS, to += panel) {
        for (int l = 0; l < ROWS; l += LANES) {
          long left = rows - i - l;
          long at = from + (i + l) * Float.BYTES;
          if (left >= LANES) {
            copy(at, to + l * 4L);
          } else if (left > 0) {
            FloatVector.fromMemorySegment(F, SPACE, at, ORDER, LAST[(int) left])
                .intoMemorySegment(SPACE, to + l * 4L, ORDER);
          }
        }
      }
    }
  }
}
