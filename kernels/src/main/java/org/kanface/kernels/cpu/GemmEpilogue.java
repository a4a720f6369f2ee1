package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.GemmTile.LAST;
import static org.kanface.kernels.cpu.Simd.F;
import static org.kanface.kernels.cpu.Simd.LANES;
import static org.kanface.kernels.cpu.Simd.ORDER;

import jdk.incubator.vector.FloatVector;
import org.kanface.kernels.Epilogue.Activation;

/// [org.kanface.kernels.Epilogue] over native addresses, applied to a tile of `c` right after it
/// was stored, while it is in the first-level cache.
///
/// `bias` and `scale` are addresses of rows of `n`, 0 where absent. `preactivation` and `residual`
/// are laid out as `c` and given as their distance from it in bytes, 0 where absent.
record GemmEpilogue(
    long bias, Activation activation, long preactivation, long scale, long residual) {

  static final GemmEpilogue NONE = new GemmEpilogue(0, Activation.NONE, 0, 0, 0);

  /// The same of a part of `c` that begins with column `j`.
  GemmEpilogue from(long j) {
    return j == 0
        ? this
        : new GemmEpilogue(
            bias == 0 ? 0 : bias + j * Float.BYTES,
            activation,
            preactivation,
            scale == 0 ? 0 : scale + j * Float.BYTES,
            residual);
  }

  /// Finishes `rows` by `cols` elements from address `c` on, whose first column is column `j`.
  void apply(long c, long cRow, long j, long rows, long cols) {
    long column = j * Float.BYTES;
    if (bias != 0 || preactivation != 0) {
      addBias(c, cRow, column, rows, cols);
    }
    switch (activation) {
      case NONE -> {}
      case RELU -> GemmActivation.relu(c, cRow, rows, cols);
      case SILU -> GemmActivation.silu(c, cRow, rows, cols);
      case GELU -> GemmActivation.gelu(c, cRow, rows, cols);
    }
    if (scale != 0 || residual != 0) {
      addResidual(c, cRow, column, rows, cols);
    }
  }

  private void addBias(long c, long cRow, long column, long rows, long cols) {
    for (long l = 0; l < cols; l += LANES) {
      var mask = LAST[(int) Math.min(LANES, cols - l)];
      long at = l * Float.BYTES;
      var b =
          bias == 0
              ? FloatVector.zero(F)
              : FloatVector.fromMemorySegment(F, SPACE, bias + column + at, ORDER, mask);
      for (long i = 0, to = c + at; i < rows; i++, to += cRow) {
        var t = FloatVector.fromMemorySegment(F, SPACE, to, ORDER, mask).add(b);
        t.intoMemorySegment(SPACE, to, ORDER, mask);
        if (preactivation != 0) {
          t.intoMemorySegment(SPACE, to + preactivation, ORDER, mask);
        }
      }
    }
  }

  private void addResidual(long c, long cRow, long column, long rows, long cols) {
    for (long l = 0; l < cols; l += LANES) {
      var mask = LAST[(int) Math.min(LANES, cols - l)];
      long at = l * Float.BYTES;
      var s =
          scale == 0
              ? FloatVector.broadcast(F, 1)
              : FloatVector.fromMemorySegment(F, SPACE, scale + column + at, ORDER, mask);
      for (long i = 0, to = c + at; i < rows; i++, to += cRow) {
        var u = FloatVector.fromMemorySegment(F, SPACE, to, ORDER, mask).mul(s);
        if (residual != 0) {
          u = u.add(FloatVector.fromMemorySegment(F, SPACE, to + residual, ORDER, mask));
        }
        u.intoMemorySegment(SPACE, to, ORDER, mask);
      }
    }
  }
}
