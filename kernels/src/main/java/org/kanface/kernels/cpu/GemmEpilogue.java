package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.GemmTile.LAST;
import static org.kanface.kernels.cpu.Simd.F;
import static org.kanface.kernels.cpu.Simd.LANES;
import static org.kanface.kernels.cpu.Simd.ORDER;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.Epilogue.Activation;

/// [org.kanface.kernels.Epilogue] over native addresses: up to the activation applied to a tile of
/// `c` right after it was stored, while it is in the first-level cache, the rest to a block.
///
/// `bias` and `scale` are addresses of rows of `n`, 0 where absent. `preactivation` and `residual`
/// are laid out as `c` and given as their distance from it in bytes, 0 where absent. A `norm` comes
/// last.
record GemmEpilogue(
    long bias,
    NormRectify.@Nullable Columns norm,
    Activation activation,
    long preactivation,
    long scale,
    long residual) {

  static final GemmEpilogue NONE = new GemmEpilogue(0, null, Activation.NONE, 0, 0, 0);

  /// A bias, where its address is not 0, and a norm, where there is one.
  static GemmEpilogue of(long bias, NormRectify.@Nullable Columns norm) {
    return new GemmEpilogue(bias, norm, Activation.NONE, 0, 0, 0);
  }

  /// The same of a part of `c` that begins with column `j`.
  GemmEpilogue from(long j) {
    return j == 0
        ? this
        : new GemmEpilogue(
            bias == 0 ? 0 : bias + j * Float.BYTES,
            norm == null ? null : norm.from(Math.toIntExact(j * Float.BYTES)),
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
  }

  /// What comes after the activation, for `rows` by `cols` elements from column `j` on: more at a
  /// time than a tile, along the rows, since a residual comes from far.
  void finish(long c, long cRow, long j, long rows, long cols) {
    int first = Math.toIntExact(j * Float.BYTES);
    int width = Math.toIntExact(cols);
    if (norm != null) {
      NormRectify.apply(rows, Math.toIntExact(cRow), width, c, norm, first);
    }
    if (scale != 0 || residual != 0) {
      for (long i = 0; i < rows; i++) {
        addResidual(c + i * cRow, scale + first, width);
      }
    }
  }

  private void addResidual(long c, long scales, int cols) {
    int l = 0;
    for (; l <= cols - LANES; l += LANES) {
      long at = l * (long) Float.BYTES;
      addResidual(c + at, scales + at, LAST[LANES]);
    }
    if (l < cols) {
      long at = l * (long) Float.BYTES;
      addResidual(c + at, scales + at, LAST[cols - l]);
    }
  }

  private void addResidual(long c, long scales, VectorMask<Float> mask) {
    var u = FloatVector.fromMemorySegment(F, SPACE, c, ORDER, mask);
    if (scale != 0) {
      u = u.mul(FloatVector.fromMemorySegment(F, SPACE, scales, ORDER, mask));
    }
    if (residual != 0) {
      u = u.add(FloatVector.fromMemorySegment(F, SPACE, c + residual, ORDER, mask));
    }
    u.intoMemorySegment(SPACE, c, ORDER, mask);
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
}
