package org.kanface.kernels.cpu;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.kanface.kernels.KanLinear;
import org.kanface.kernels.Spline;
import org.kanface.kernels.Workers;

/// How the outputs of a KAN layer are cut into tiles, and the copies between tiles and rows.
///
/// A tile is 4 vectors wide where there are 32 vector registers and so many outputs left, else 2;
/// the last one is padded by zeros. Memory "by tile" has all rows of one tile, then all rows of the
/// next.
final class KanTiles {
  private static final int WIDE = Simd.BITS == 512 ? KanTile4.VECTORS : KanTile2.VECTORS;
  private static final long MOST = 8; // with their sums, what the L2 holds
  private static final long VECTOR = Simd.F.vectorByteSize();

  private final long outputs;
  private final int groups;
  private final long rows;
  private final long wide; // tiles of WIDE vectors; they come first
  private final long full; // tiles without padding; they come first
  private final long count;

  KanTiles(KanLinear shape) {
    outputs = shape.outputs();
    Spline spline = shape.spline();
    groups = SplineColumns.rows(spline) / SplineColumns.GROUP;
    rows = (long) spline.gridSize() + SplineColumns.rows(spline);
    wide = outputs / (WIDE * (long) Simd.LANES);
    long narrow = KanTile2.VECTORS * (long) Simd.LANES;
    long rest = outputs - wide * WIDE * Simd.LANES;
    full = wide + rest / narrow;
    count = wide + Math.ceilDiv(rest, narrow);
  }

  long count() {
    return count;
  }

  /// Rows that a tile's samples meet: the basis functions (and zeros where an order needs fewer
  /// than a group), then silu.
  long rows() {
    return rows;
  }

  long siluRow() {
    return rows - 1;
  }

  /// Passes over a column: how many groups of basis functions an order needs.
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

  /// Bytes of all outputs.
  long rowBytes() {
    return outputs * Float.BYTES;
  }

  /// Bytes a row of a tile.
  long bytes(long tile) {
    return vectors(tile) * VECTOR;
  }

  /// Bytes of `n` rows of the tiles `from … to - 1`, and so where tile `to` starts among them.
  long bytes(long n, long from, long to) {
    return n * (first(to) - first(from)) * Float.BYTES;
  }

  /// Where tile `tile` starts in a row of `outputs`, in bytes.
  long column(long tile) {
    return first(tile) * Float.BYTES;
  }

  /// Tiles that one thread takes at a time: many, so that it reads long pieces of a row of
  /// coefficients, but few enough for all threads to have work. How outputs are cut cannot change a
  /// result: each is computed on its own, in the same order.
  long perChunk(long blocks) {
    return Math.clamp(blocks * count / Workers.threads(), 1, MOST);
  }

  boolean isFull(long tile) {
    return tile < full;
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
      long at = first * outputs * Float.BYTES + column(tile) + v * VECTOR;
      long target = toAt + v * VECTOR;
      for (long b = 0; b < n; b++) {
        load(from, at, mask).mul(factor).intoMemorySegment(to, target, Simd.ORDER);
        at += stride * outputs * Float.BYTES;
        target += bytes(tile);
      }
    }
  }

  /// The reverse of [#gather]: `to[first + row * stride] = factor * from[row]`, rows from `at` on.
  void scatter(
      MemorySegment from,
      long at,
      long n,
      long tile,
      float factor,
      MemorySegment to,
      long first,
      long stride) {
    for (int v = 0; v < vectors(tile); v++) {
      VectorMask<Float> mask = mask(tile, v);
      long target = first * outputs * Float.BYTES + column(tile) + v * VECTOR;
      long source = at + v * VECTOR;
      for (long b = 0; b < n; b++) {
        FloatVector.fromMemorySegment(Simd.F, from, source, Simd.ORDER)
            .mul(factor)
            .intoMemorySegment(to, target, Simd.ORDER, mask);
        target += stride * outputs * Float.BYTES;
        source += bytes(tile);
      }
    }
  }

  /// Lanes of a tile's vector `v` that are outputs.
  VectorMask<Float> mask(long tile, int v) {
    return Simd.F.indexInRange(
        v * (long) Simd.LANES, Math.min(outputs - first(tile), bytes(tile) / Float.BYTES));
  }

  static FloatVector load(MemorySegment from, long at, VectorMask<Float> mask) {
    return FloatVector.fromMemorySegment(Simd.F, from, at, Simd.ORDER, mask);
  }
}
