package org.kanface.kernels.cpu;

import java.lang.foreign.MemorySegment;
import org.kanface.kernels.KanLinear;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.kernels.Spline;

/// The KAN layer's forward pass over blocks of samples.
///
/// The local values of all inputs are computed once into columns. Then a chunk, a tile of outputs
/// for one block, walks over the inputs: it packs the tile's coefficients of one input, already
/// scaled, into a panel of a few KiB, and adds to the block's outputs, which stay in the cache too.
final class KanForward {
  private static final int BLOCKS = 4; // at a time: bounds the columns' memory
  private static final int INPUTS = 16; // a chunk of columns: what shares a cache line of x

  private final KanLinear shape;
  private final Spline spline;
  private final int inputs;
  private final KanTiles tiles;
  private final MemorySegment x;
  private final MemorySegment knots;
  private final MemorySegment coef;
  private final MemorySegment scaleBase;
  private final MemorySegment scaleSpline;
  private final MemorySegment y;

  KanForward(
      KanLinear shape,
      MemorySegment x,
      MemorySegment knots,
      MemorySegment coef,
      MemorySegment scaleBase,
      MemorySegment scaleSpline,
      MemorySegment y) {
    this.shape = shape;
    spline = shape.spline();
    inputs = Math.toIntExact(spline.inputs());
    tiles = new KanTiles(shape);
    this.x = x;
    this.knots = knots;
    this.coef = coef;
    this.scaleBase = scaleBase;
    this.scaleSpline = scaleSpline;
    this.y = y;
  }

  void run() {
    long group = (long) BLOCKS * SplineColumns.BLOCK;
    for (long from = 0; from < shape.n(); from += group) {
      run(from, Math.min(group, shape.n() - from));
    }
  }

  private void run(long from, long samples) {
    int blocks = (int) ((samples + SplineColumns.BLOCK - 1) / SplineColumns.BLOCK);
    int groups = (inputs + INPUTS - 1) / INPUTS;
    var columns = SplineColumns.in(SplineScratch.call(), spline, blocks * inputs);
    long work = samples * inputs * (shape.outputs() + SplineWork.A_COLUMN);
    SplineWork.forEach(
        work,
        (long) blocks * groups,
        chunk -> {
          int block = (int) (chunk / groups);
          int first = (int) (chunk % groups) * INPUTS;
          var evaluator = new SplineEvaluator(spline);
          for (int i = first; i < Math.min(first + INPUTS, inputs); i++) {
            evaluator.load(knots, i);
            long at = (from + (long) block * SplineColumns.BLOCK) * inputs + i;
            evaluator.fill(columns, block * inputs + i, x, at, inputs, size(block, samples), false);
          }
        });
    SplineWork.forEach(
        work,
        blocks * tiles.count(),
        chunk -> {
          int block = (int) (chunk / tiles.count());
          long first = from + (long) block * SplineColumns.BLOCK;
          tile(columns, block, first, size(block, samples), chunk % tiles.count());
        });
  }

  private static int size(int block, long samples) {
    return (int) Math.min(SplineColumns.BLOCK, samples - (long) block * SplineColumns.BLOCK);
  }

  private void tile(SplineColumns columns, int block, long first, int n, long tile) {
    long panelBytes = tiles.rows() * tiles.bytes(tile);
    long sumBytes = n * tiles.bytes(tile);
    MemorySegment scratch = SplineScratch.chunk().bytes(panelBytes + sumBytes);
    MemorySegment panel = scratch.asSlice(0, panelBytes);
    MemorySegment sums = scratch.asSlice(panelBytes, sumBytes);
    boolean each = shape.reduction() == Reduction.NONE;
    sums.fill((byte) 0);
    for (int i = 0; i < inputs; i++) {
      tiles.panel(coef, scaleBase, scaleSpline, i, spline.basis(), tile, panel);
      for (int group = 0; group < tiles.groups(); group++) {
        int c = block * inputs + i;
        if (tiles.isWide(tile)) {
          KanTile4.forward(panel, tiles.siluRow(), columns, c, group, sums);
        } else {
          KanTile2.forward(panel, tiles.siluRow(), columns, c, group, sums);
        }
      }
      if (each) {
        tiles.scatter(sums, n, tile, 1, y, first * inputs + i, inputs);
        sums.fill((byte) 0);
      }
    }
    if (!each) {
      float factor = shape.reduction() == Reduction.MEAN ? 1f / inputs : 1f;
      tiles.scatter(sums, n, tile, factor, y, first, 1);
    }
  }
}
