package org.kanface.kernels.cpu;

import org.kanface.kernels.Spline;

/// Local B-spline values, one column an input and block of samples, sorted by interval within it.
///
/// A sample in bucket `f` has non-zero functions `f … f + order` alone; the bucket after the last,
/// `buckets`, holds the samples outside the knots. A bucket keeps its samples in their order. Of
/// the sample at sorted position `p`, `index[sampleAt(c) + p]` is its number in the block and
/// `weight[weightAt(c) + r * PITCH + p]` its functions (or slopes) for `r <= order`, 0 up to
/// `rows`, then at `r = rows` its `silu(x)` or `silu'(x)`.
final class SplineColumns {
  /// Samples a block.
  static final int BLOCK = 256;

  static final int PITCH = BLOCK + 16; // whole vectors may run over a bucket's end

  /// Basis functions that the KAN kernels take at once.
  static final int GROUP = 4;

  final int buckets;
  final int rows; // order + 1, rounded up to a multiple of GROUP
  final int[] index; // [columns, buckets + 2 + PITCH]: where each bucket starts, then the samples
  final float[] weight; // [columns, rows + 1, PITCH]

  private SplineColumns(Spline spline, int columns, SplineScratch scratch) {
    buckets = spline.gridSize();
    rows = rows(spline);
    index = scratch.ints(Math.multiplyExact(columns, buckets + 2 + PITCH));
    weight = scratch.floats(Math.multiplyExact(columns, (rows + 1) * PITCH));
  }

  /// Room for `columns` columns in the memory of `scratch`.
  static SplineColumns in(SplineScratch scratch, Spline spline, int columns) {
    return new SplineColumns(spline, columns, scratch);
  }

  static int rows(Spline spline) {
    return (spline.order() + GROUP) / GROUP * GROUP;
  }

  /// First of column `c`'s `buckets + 2` bucket starts; the last is the number of samples.
  int startAt(int c) {
    return c * (buckets + 2 + PITCH);
  }

  int sampleAt(int c) {
    return startAt(c) + buckets + 2;
  }

  int weightAt(int c) {
    return c * (rows + 1) * PITCH;
  }

  /// Where group `g` finds silu: group 1 finds the row of zeros that orders above 3 leave before
  /// it.
  int siluAt(int c, int group) {
    return weightAt(c) + (group == 0 ? rows : rows - 1) * PITCH;
  }
}
