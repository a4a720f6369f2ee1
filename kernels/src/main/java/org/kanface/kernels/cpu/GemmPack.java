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
  /// element apart, one panel after the other; rows past the last are undefined.
  static void rows(int k, long rows, long a, long aCol, long target) {
    long panel = (long) k * ROWS * Float.BYTES;
    for (long i = 0; i < rows; i += ROWS, target += panel) {
      int count = (int) Math.min(ROWS, rows - i);
      long from = a + i * Float.BYTES;
      if (ROWS <= LANES) {
        var mask = LAST[count];
        for (int p = 0; p < k; p++) {
          FloatVector.fromMemorySegment(F, SPACE, from + p * aCol, ORDER, mask)
              .intoMemorySegment(SPACE, target + p * (ROWS * 4L), ORDER);
        }
      } else {
        for (int r = 0; r < count; r++) {
          long to = target + r * 4L;
          for (int p = 0; p < k; p++) {
            SPACE.set(FLOAT, to + p * (ROWS * 4L), SPACE.get(FLOAT, from + r * 4L + p * aCol));
          }
        }
      }
    }
  }
}
