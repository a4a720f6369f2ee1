package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.GemmTile.BYTES;
import static org.kanface.kernels.cpu.GemmTile.LAST;
import static org.kanface.kernels.cpu.Simd.F;
import static org.kanface.kernels.cpu.Simd.LANES;
import static org.kanface.kernels.cpu.Simd.ORDER;

import java.lang.foreign.Arena;
import jdk.incubator.vector.FloatVector;
import org.kanface.kernels.Epilogue.Activation;

/// [org.kanface.kernels.Epilogue] over native addresses, applied to a tile of `c` right after it
/// was stored, while it is in the first-level cache.
///
/// `bias` and `scale` are addresses of rows of `n`, 0 where absent. `preactivation` and `residual`
/// are laid out as `c` and given as their distance from it in bytes, 0 where absent.
record GemmEpilogue(
    long bias, Activation activation, long preactivation, long scale, long residual) {

  private static final long ONES = ones();

  static final GemmEpilogue NONE = new GemmEpilogue(0, Activation.NONE, 0, 0, 0);

  private static long ones() {
    var ones = Arena.global().allocate(BYTES, Scratch.ALIGNMENT);
    FloatVector.broadcast(F, 1).intoMemorySegment(ones, 0, ORDER);
    return ones.address();
  }

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

  /// Finishes `rows` by `cols` elements from address `c` on, whose first column is column `j`;
  /// `biased` where the bias is in them already.
  void apply(long c, long cRow, long j, int rows, int cols, boolean biased) {
    long column = j * Float.BYTES;
    if (bias != 0 && !biased) {
      addBias(c, cRow, column, rows, cols);
    }
    if (preactivation != 0) {
      copy(c, cRow, rows, cols);
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

  private void addBias(long c, long cRow, long column, int rows, int cols) {
    for (int l = 0; l < cols; l += LANES) {
      var mask = LAST[Math.min(LANES, cols - l)];
      long at = l * (long) Float.BYTES;
      var b = FloatVector.fromMemorySegment(F, SPACE, bias + column + at, ORDER, mask);
      for (int i = 0; i < rows; i++) {
        long to = c + at + i * cRow;
        FloatVector.fromMemorySegment(F, SPACE, to, ORDER, mask)
            .add(b)
            .intoMemorySegment(SPACE, to, ORDER, mask);
      }
    }
  }

  private void copy(long c, long cRow, int rows, int cols) {
    for (int i = 0; i < rows; i++) {
      ConvPatches.copy(c + i * cRow, c + i * cRow + preactivation, cols);
    }
  }

  private void addResidual(long c, long cRow, long column, int rows, int cols) {
    long scales = scale == 0 ? ONES : scale + column;
    int whole = cols - cols % LANES;
    for (int l = 0; l < whole; l += LANES) {
      long at = l * (long) Float.BYTES;
      scaleVector(c + at, cRow, scales + (scale == 0 ? 0 : at), rows);
    }
    if (whole < cols) {
      long at = whole * (long) Float.BYTES;
      scaleLast(c + at, cRow, scales + (scale == 0 ? 0 : at), rows, cols - whole);
    }
  }

  private void scaleVector(long c, long cRow, long scales, int rows) {
    var s = FloatVector.fromMemorySegment(F, SPACE, scales, ORDER);
    for (int i = 0; i < rows; i++) {
      long to = c + i * cRow;
      var u = FloatVector.fromMemorySegment(F, SPACE, to, ORDER).mul(s);
      if (residual != 0) {
        u = u.add(FloatVector.fromMemorySegment(F, SPACE, to + residual, ORDER));
      }
      u.intoMemorySegment(SPACE, to, ORDER);
    }
  }

  private void scaleLast(long c, long cRow, long scales, int rows, int lanes) {
    var mask = LAST[lanes];
    var s = FloatVector.fromMemorySegment(F, SPACE, scales, ORDER, mask);
    for (int i = 0; i < rows; i++) {
      long to = c + i * cRow;
      var u = FloatVector.fromMemorySegment(F, SPACE, to, ORDER, mask).mul(s);
      if (residual != 0) {
        u = u.add(FloatVector.fromMemorySegment(F, SPACE, to + residual, ORDER, mask));
      }
      u.intoMemorySegment(SPACE, to, ORDER, mask);
    }
  }
}
