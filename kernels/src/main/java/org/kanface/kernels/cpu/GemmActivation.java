package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.GemmTile.LAST;
import static org.kanface.kernels.cpu.Simd.F;
import static org.kanface.kernels.cpu.Simd.LANES;
import static org.kanface.kernels.cpu.Simd.ORDER;

import jdk.incubator.vector.FloatVector;

/// Activations in place over a tile of `c`.
final class GemmActivation {
  private GemmActivation() {}

  static void relu(long c, long cRow, long rows, long cols) {
    for (long i = 0; i < rows; i++, c += cRow) {
      for (long l = 0; l < cols; l += LANES) {
        var mask = LAST[(int) Math.min(LANES, cols - l)];
        long at = c + l * Float.BYTES;
        FloatVector.fromMemorySegment(F, SPACE, at, ORDER, mask)
            .max(0)
            .intoMemorySegment(SPACE, at, ORDER, mask);
      }
    }
  }

  static void silu(long c, long cRow, long rows, long cols) {
    for (long i = 0; i < rows; i++, c += cRow) {
      for (long l = 0; l < cols; l += LANES) {
        var mask = LAST[(int) Math.min(LANES, cols - l)];
        long at = c + l * Float.BYTES;
        var x = FloatVector.fromMemorySegment(F, SPACE, at, ORDER, mask);
        x.mul(VectorMath.sigmoid(x)).intoMemorySegment(SPACE, at, ORDER, mask);
      }
    }
  }

  static void gelu(long c, long cRow, long rows, long cols) {
    for (long i = 0; i < rows; i++, c += cRow) {
      for (long l = 0; l < cols; l += LANES) {
        var mask = LAST[(int) Math.min(LANES, cols - l)];
        long at = c + l * Float.BYTES;
        var x = FloatVector.fromMemorySegment(F, SPACE, at, ORDER, mask);
        VectorMath.gelu(x).intoMemorySegment(SPACE, at, ORDER, mask);
      }
    }
  }
}
