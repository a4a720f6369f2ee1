package org.kanface.kernels.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.KanLinear;
import org.kanface.kernels.Spline;

/// The KAN layer's gradients with respect to its weights: a chunk is one input, so that its slice
/// of the coefficients' gradient has one writer and the samples are added in a fixed order.
final class KanGradWeights {
  /// Outputs up to which the gradient of the base scales is summed in double: they leave most of a
  /// tile's lanes idle, and a sum of few large terms that cancel keeps its digits.
  private static final int FEW = 4;

  private final KanLinear shape;
  private final Spline spline;
  private final int inputs;
  private final KanTiles tiles;
  private final KanGradient g;
  private final MemorySegment x;
  private final MemorySegment knots;
  private final MemorySegment coef;
  private final MemorySegment scaleSpline;
  private final MemorySegment dy;
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
    this.dy = dy;
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
    var evaluator = SplineEvaluator.of(spline);
    evaluator.load(knots, i);
    long sumBytes = tiles.bytes(tiles.rows(), 0, tiles.count());
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
    finish(i, sums);
  }

  private void accumulate(
      MemorySegment sums, long tile, SplineColumns column, int group, MemorySegment rows, long at) {
    long sumsAt = tiles.bytes(tiles.rows(), 0, tile);
    long siluRow = tiles.siluRow();
    if (tiles.isWide(tile)) {
      KanTile4.gradWeights(sums, sumsAt, siluRow, column, 0, group, rows, at);
    } else {
      KanTile2.gradWeights(sums, sumsAt, siluRow, column, 0, group, rows, at);
    }
  }

  /// From `Σ_b g B_j` and `Σ_b g silu` to the three gradients, a whole row of outputs at a time.
  private void finish(long i, MemorySegment sums) {
    long rowBytes = tiles.rowBytes();
    long scaleAt = i * rowBytes;
    if (dscaleSpline != null) {
      dscaleSpline.asSlice(scaleAt, rowBytes).fill((byte) 0);
    }
    for (int j = 0; j < spline.basis(); j++) {
      long at = (i * spline.basis() + j) * rowBytes;
      for (long tile = 0; tile < tiles.count(); tile++) {
        long column = tiles.column(tile);
        long sumsAt = tiles.bytes(tiles.rows(), 0, tile) + j * tiles.bytes(tile);
        finish(tile, sums, sumsAt, at + column, scaleAt + column);
      }
    }
    if (dscaleBase != null && shape.outputs() <= FEW) {
      baseInDouble(i, dscaleBase);
    } else if (dscaleBase != null) {
      for (long tile = 0; tile < tiles.count(); tile++) {
        long sumsAt = tiles.bytes(tiles.rows(), 0, tile) + tiles.siluRow() * tiles.bytes(tile);
        tiles.scatter(sums, sumsAt, 1, tile, 1, dscaleBase, i, 1);
      }
    }
  }

  /// One row of one tile: `Σ_b g B_j` lies at `sumsAt`, coefficients at `at`, their scales at
  /// `scaleAt`.
  private void finish(long tile, MemorySegment sums, long sumsAt, long at, long scaleAt) {
    if (dcoef != null && dscaleSpline != null && tiles.isFull(tile)) {
      both(
          sums.address() + sumsAt,
          scaleSpline.address() + scaleAt,
          dcoef.address() + at,
          coef.address() + at,
          dscaleSpline.address() + scaleAt,
          tiles.bytes(tile));
      return;
    }
    if (dcoef != null) {
      product(sums, sumsAt, tile, scaleSpline, scaleAt, dcoef, at);
    }
    if (dscaleSpline != null) {
      addProduct(sums, sumsAt, tile, coef, at, dscaleSpline, scaleAt);
    }
  }

  /// `Σ_b g silu(x)` of one input and a few outputs.
  private void baseInDouble(long i, MemorySegment to) {
    int outputs = Math.toIntExact(shape.outputs());
    var sums = new double[outputs];
    boolean shared = shape.reduction() != KanLinear.Reduction.NONE;
    for (long b = 0; b < shape.n(); b++) {
      double v = x.get(ValueLayout.JAVA_FLOAT_UNALIGNED, (b * inputs + i) * Float.BYTES);
      double silu = v / (1 + Math.exp(-v));
      long row = (shared ? b : b * inputs + i) * outputs;
      for (int o = 0; o < outputs; o++) {
        sums[o] += silu * dy.get(ValueLayout.JAVA_FLOAT_UNALIGNED, (row + o) * Float.BYTES);
      }
    }
    double factor = shape.reduction() == KanLinear.Reduction.MEAN ? 1.0 / inputs : 1;
    for (int o = 0; o < outputs; o++) {
      float sum = (float) (factor * sums[o]);
      to.set(ValueLayout.JAVA_FLOAT_UNALIGNED, (i * outputs + o) * Float.BYTES, sum);
    }
  }

  /// `product = a * b` and `sum += a * c` over one row of a full tile, which is a multiple of two
  /// vectors. At addresses: rows are short, and checking ranges would take longer than the loop.
  private static void both(long a, long b, long product, long c, long sum, long bytes) {
    for (long v = 0; v < bytes; v += 2L * Lanes.BYTES) {
      long w = v + Lanes.BYTES;
      FloatVector first = Lanes.load(a + v);
      FloatVector second = Lanes.load(a + w);
      Lanes.store(first.mul(Lanes.load(b + v)), product + v);
      Lanes.store(second.mul(Lanes.load(b + w)), product + w);
      Lanes.store(first.fma(Lanes.load(c + v), Lanes.load(sum + v)), sum + v);
      Lanes.store(second.fma(Lanes.load(c + w), Lanes.load(sum + w)), sum + w);
    }
  }

  /// `to = a * b` over one row of a tile.
  private void product(
      MemorySegment a, long aAt, long tile, MemorySegment b, long bAt, MemorySegment to, long at) {
    long vector = Simd.F.vectorByteSize();
    for (int k = 0; k < tiles.vectors(tile); k++) {
      var mask = tiles.mask(tile, k);
      long v = k * vector;
      KanTiles.load(b, bAt + v, mask)
          .mul(FloatVector.fromMemorySegment(Simd.F, a, aAt + v, Simd.ORDER))
          .intoMemorySegment(to, at + v, Simd.ORDER, mask);
    }
  }

  /// `to += a * b` over one row of a tile.
  private void addProduct(
      MemorySegment a, long aAt, long tile, MemorySegment b, long bAt, MemorySegment to, long at) {
    long vector = Simd.F.vectorByteSize();
    for (int k = 0; k < tiles.vectors(tile); k++) {
      var mask = tiles.mask(tile, k);
      long v = k * vector;
      KanTiles.load(b, bAt + v, mask)
          .fma(
              FloatVector.fromMemorySegment(Simd.F, a, aAt + v, Simd.ORDER),
              KanTiles.load(to, at + v, mask))
          .intoMemorySegment(to, at + v, Simd.ORDER, mask);
    }
  }
}
