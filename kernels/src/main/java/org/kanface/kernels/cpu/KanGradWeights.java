package org.kanface.kernels.cpu;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.KanLinear;
import org.kanface.kernels.Spline;

/// The KAN layer's gradients with respect to its weights: a chunk is one input, so that its slice
/// of the coefficients' gradient has one writer and the samples are added in a fixed order.
final class KanGradWeights {
  private final KanLinear shape;
  private final Spline spline;
  private final int inputs;
  private final KanTiles tiles;
  private final KanGradient g;
  private final MemorySegment x;
  private final MemorySegment knots;
  private final MemorySegment coef;
  private final MemorySegment scaleSpline;
  private final @Nullable MemorySegment dcoef;
  private final @Nullable MemorySegment dscaleBase;
  private final @Nullable MemorySegment dscaleSpline;

  KanGradWeights(
      KanLinear shape,
      MemorySegment x,
      MemorySegment knots,
      MemorySegment coef,
      MemorySegment scaleSpline,
      MemorySegment dy,
      @Nullable MemorySegment dcoef,
      @Nullable MemorySegment dscaleBase,
      @Nullable MemorySegment dscaleSpline) {
    this.shape = shape;
    spline = shape.spline();
    inputs = Math.toIntExact(spline.inputs());
    tiles = new KanTiles(shape);
    g = new KanGradient(shape, tiles, dy);
    this.x = x;
    this.knots = knots;
    this.coef = coef;
    this.scaleSpline = scaleSpline;
    this.dcoef = dcoef;
    this.dscaleBase = dscaleBase;
    this.dscaleSpline = dscaleSpline;
  }

  void run() {
    SplineWork.forEach(
        (shape.n() + 4) * inputs * (shape.outputs() + SplineWork.A_COLUMN), inputs, this::input);
  }

  private void input(long i) {
    var scratch = SplineScratch.chunk();
    var column = SplineColumns.in(scratch, spline, 1);
    var evaluator = new SplineEvaluator(spline);
    evaluator.load(knots, i);
    long sumBytes = tiles.rows() * tiles.first(tiles.count()) * Float.BYTES;
    MemorySegment bytes = scratch.bytes(sumBytes + g.tileBytes());
    MemorySegment sums = bytes.asSlice(0, sumBytes); // [tile][rows][vectors]
    MemorySegment room = bytes.asSlice(sumBytes, g.tileBytes());
    sums.fill((byte) 0);
    for (long from = 0; from < shape.n(); from += SplineColumns.BLOCK) {
      int n = (int) Math.min(SplineColumns.BLOCK, shape.n() - from);
      evaluator.fill(column, 0, x, from * inputs + i, inputs, n, false);
      for (long tile = 0; tile < tiles.count(); tile++) {
        MemorySegment rows = g.tile(tile, i, from, n, room);
        for (int group = 0; group < tiles.groups(); group++) {
          accumulate(sums, tile, column, group, rows, g.at(tile, from));
        }
      }
    }
    for (long tile = 0; tile < tiles.count(); tile++) {
      for (int v = 0; v < tiles.vectors(tile); v++) {
        finish(i, tile, v, sums);
      }
    }
  }

  private void accumulate(
      MemorySegment sums, long tile, SplineColumns column, int group, MemorySegment rows, long at) {
    long sumsAt = sumsAt(tile);
    long siluRow = tiles.siluRow();
    if (tiles.isWide(tile)) {
      KanTile4.gradWeights(sums, sumsAt, siluRow, column, 0, group, rows, at);
    } else {
      KanTile2.gradWeights(sums, sumsAt, siluRow, column, 0, group, rows, at);
    }
  }

  private long sumsAt(long tile) {
    return tiles.rows() * tiles.first(tile) * Float.BYTES;
  }

  /// From `Σ_b g B_j` and `Σ_b g silu` to the three gradients, for one vector of outputs.
  private void finish(long i, long tile, int v, MemorySegment sums) {
    long bytes = tiles.bytes(tile);
    long rowBytes = shape.outputs() * Float.BYTES;
    var mask = tiles.mask(tile, v);
    long column = (tiles.first(tile) + v * (long) Simd.LANES) * Float.BYTES;
    long from = sumsAt(tile) + v * (long) Simd.F.vectorByteSize();
    long scaleAt = i * rowBytes + column;
    var scale = KanTiles.load(scaleSpline, scaleAt, mask);
    if (dcoef != null) {
      long at = i * spline.basis() * rowBytes + column;
      for (int j = 0; j < spline.basis(); j++) {
        FloatVector.fromMemorySegment(Simd.F, sums, from + j * bytes, Simd.ORDER)
            .mul(scale)
            .intoMemorySegment(dcoef, at + j * rowBytes, Simd.ORDER, mask);
      }
    }
    if (dscaleSpline != null) {
      long at = i * spline.basis() * rowBytes + column;
      var sum = FloatVector.zero(Simd.F);
      for (int j = 0; j < spline.basis(); j++) {
        sum =
            KanTiles.load(coef, at + j * rowBytes, mask)
                .fma(
                    FloatVector.fromMemorySegment(Simd.F, sums, from + j * bytes, Simd.ORDER), sum);
      }
      sum.intoMemorySegment(dscaleSpline, scaleAt, Simd.ORDER, mask);
    }
    if (dscaleBase != null) {
      FloatVector.fromMemorySegment(Simd.F, sums, from + tiles.siluRow() * bytes, Simd.ORDER)
          .intoMemorySegment(dscaleBase, scaleAt, Simd.ORDER, mask);
    }
  }
}
