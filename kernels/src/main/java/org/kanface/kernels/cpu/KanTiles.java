package org.kanface.kernels.cpu;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.kanface.kernels.KanLinear;
import org.kanface.kernels.Spline;

/// How the outputs of a KAN layer are cut into tiles, and the copies between tiles and rows.
///
/// A tile is 4 vectors wide where there are 32 vector registers and so many outputs left, else 2;
/// the last one is padded by zeros. Memory "by tile" has all rows of tile 0, then all rows of tile
/// 1, …
final class KanTiles {
  private static final int WIDE = Simd.BITS == 512 ? KanTile4.VECTORS : KanTile2.VECTORS;

  private final long outputs;
  private final int groups;
  private final long rows;
  private final long wide; // tiles of WIDE vectors; they come first
  private final long count;

  KanTiles(KanLinear shape) {
    outputs = shape.outputs();
    Spline spline = shape.spline();
    groups = SplineColumns.rows(spline) / SplineColumns.GROUP;
    rows = (long) spline.gridSize() + SplineColumns.rows(spline);
    wide = outputs / (WIDE * (long) Simd.LANES);
    long narrow = KanTile2.VECTORS * (long) Simd.LANES;
    count = wide + (outputs - wide * WIDE * Simd.LANES + narrow - 1) / narrow;
  }

  long count() {
    return count;
  }

  /// Rows of a panel: the basis functions (and zeros where an order needs fewer than a group), then
  /// silu.
  long rows() {
    return rows;
  }

  long siluRow() {
    return rows - 1;
  }

  int groups() {
    return groups;
  }

  boolean isWide(long tile) {
    return tile < wide && WIDE == KanTile4.VECTORS;
  }

  int vectors(long tile) {
    return isWide(tile) ? KanTile4.VECTORS : KanTile2.VECTORS;
  }

  /// First output of a tile; of the tile after the last, the padded number of outputs.
  long first(long tile) {
    return (Math.min(tile, wide) * WIDE + Math.max(tile - wide, 0) * KanTile2.VECTORS) * Simd.LANES;
  }

  /// Bytes a row of a tile.
  long bytes(long tile) {
    return vectors(tile) * (long) Simd.F.vectorByteSize();
  }

  /// Outputs of a tile, without the padding.
  private long width(long tile) {
    return Math.min(outputs - first(tile), vectors(tile) * (long) Simd.LANES);
  }

  /// One input's coefficients as a panel: rows `scaleSpline coef_j`, zeros, `scaleBase`.
  void panel(
      MemorySegment coef,
      MemorySegment scaleBase,
      MemorySegment scaleSpline,
      long input,
      int basis,
      long tile,
      MemorySegment panel) {
    long bytes = bytes(tile);
    long vector = Simd.F.vectorByteSize();
    long rowBytes = outputs * Float.BYTES;
    for (int v = 0; v < vectors(tile); v++) {
      VectorMask<Float> mask = mask(tile, v);
      long column = (first(tile) + v * (long) Simd.LANES) * Float.BYTES;
      var scale = load(scaleSpline, input * rowBytes + column, mask);
      long from = input * basis * rowBytes + column;
      long to = v * vector;
      if (mask.allTrue()) {
        for (int j = 0; j < basis; j++) {
          FloatVector.fromMemorySegment(Simd.F, coef, from, Simd.ORDER)
              .mul(scale)
              .intoMemorySegment(panel, to, Simd.ORDER);
          from += rowBytes;
          to += bytes;
        }
      } else {
        for (int j = 0; j < basis; j++) {
          load(coef, from, mask).mul(scale).intoMemorySegment(panel, to, Simd.ORDER);
          from += rowBytes;
          to += bytes;
        }
      }
      var zero = FloatVector.zero(Simd.F);
      for (long j = basis; j < rows - 1; j++) {
        zero.intoMemorySegment(panel, to, Simd.ORDER);
        to += bytes;
      }
      load(scaleBase, input * rowBytes + column, mask).intoMemorySegment(panel, to, Simd.ORDER);
    }
  }

  /// `to[row] = factor * from[first + row * stride]` for a tile's outputs; `first` and `stride`
  /// count rows of `outputs`, `to` has the tile's rows from `toAt` on.
  void gather(
      MemorySegment from,
      long first,
      long stride,
      long n,
      long tile,
      float factor,
      MemorySegment to,
      long toAt) {
    for (int v = 0; v < vectors(tile); v++) {
      VectorMask<Float> mask = mask(tile, v);
      long column = first(tile) + v * (long) Simd.LANES;
      long at = (first * outputs + column) * Float.BYTES;
      long target = toAt + v * (long) Simd.F.vectorByteSize();
      for (long b = 0; b < n; b++) {
        load(from, at, mask).mul(factor).intoMemorySegment(to, target, Simd.ORDER);
        at += stride * outputs * Float.BYTES;
        target += bytes(tile);
      }
    }
  }

  /// The reverse of [#gather]: `to[first + row * stride] = factor * from[row]`.
  void scatter(
      MemorySegment from,
      long n,
      long tile,
      float factor,
      MemorySegment to,
      long first,
      long stride) {
    for (int v = 0; v < vectors(tile); v++) {
      VectorMask<Float> mask = mask(tile, v);
      long at = (first * outputs + first(tile) + v * (long) Simd.LANES) * Float.BYTES;
      long source = v * (long) Simd.F.vectorByteSize();
      for (long b = 0; b < n; b++) {
        var y = FloatVector.fromMemorySegment(Simd.F, from, source, Simd.ORDER).mul(factor);
        y.intoMemorySegment(to, at, Simd.ORDER, mask);
        at += stride * outputs * Float.BYTES;
        source += bytes(tile);
      }
    }
  }

  /// Lanes of a tile's vector `v` that are outputs.
  VectorMask<Float> mask(long tile, int v) {
    return Simd.F.indexInRange(v * (long) Simd.LANES, width(tile));
  }

  static FloatVector load(MemorySegment from, long at, VectorMask<Float> mask) {
    return FloatVector.fromMemorySegment(Simd.F, from, at, Simd.ORDER, mask);
  }
}
