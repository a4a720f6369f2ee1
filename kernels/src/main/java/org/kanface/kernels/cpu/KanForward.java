package org.kanface.kernels.cpu;

import java.lang.foreign.MemorySegment;
import org.kanface.kernels.KanLinear;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.kernels.Spline;

/// The KAN layer's forward pass over blocks of samples.
///
/// The local values of all inputs are computed once into columns. Then a chunk, a tile of outputs
/// for one block, walks over the inputs and adds to the block's outputs, which stay in the cache.
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
    if (shape.n() < KanDirect.FEW) {
      new KanDirect(shape, x, knots, coef, scaleBase, scaleSpline, y).run();
      return;
    }
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
          var evaluator = SplineEvaluator.of(spline);
          for (int i = first; i < Math.min(first + INPUTS, inputs); i++) {
            evaluator.load(knots, i);
            long at = (from + (long) block * SplineColumns.BLOCK) * inputs + i;
            evaluator.fill(columns, block * inputs + i, x, at, inputs, size(block, samples), false);
          }
        });
    long perChunk = tiles.perChunk(blocks);
    long chunks = Math.ceilDiv(tiles.count(), perChunk);
    SplineWork.forEach(
        work,
        blocks * chunks,
        chunk -> {
          int block = (int) (chunk / chunks);
          long first = from + (long) block * SplineColumns.BLOCK;
          long tile = chunk % chunks * perChunk;
          tiles(
              columns,
              block,
              first,
              size(block, samples),
              tile,
              Math.min(tile + perChunk, tiles.count()));
        });
  }

  private static int size(int block, long samples) {
    return (int) Math.min(SplineColumns.BLOCK, samples - (long) block * SplineColumns.BLOCK);
  }

  /// Outputs of the tiles `from … to - 1` for one block of samples.
  private void tiles(SplineColumns columns, int block, long first, int n, long from, long to) {
    long roomBytes = KanPanel.bytes(tiles);
    long sumBytes = tiles.bytes(SplineColumns.BLOCK, from, to);
    MemorySegment scratch = SplineScratch.chunk().bytes(roomBytes + sumBytes);
    MemorySegment sums = scratch.asSlice(roomBytes, sumBytes); // [tile][BLOCK][vectors]
    var panel =
        new KanPanel(shape, tiles, coef, scaleBase, scaleSpline, scratch.asSlice(0, roomBytes));
    boolean each = shape.reduction() == Reduction.NONE;
    sums.fill((byte) 0);
    for (int i = 0; i < inputs; i++) {
      for (long tile = from; tile < to; tile++) {
        panel.turn(tile, i);
        long sumsAt = tiles.bytes(SplineColumns.BLOCK, from, tile);
        add(panel, columns, block * inputs + i, tile, sums, sumsAt);
      }
      if (each) {
        store(sums, n, from, to, 1, first * inputs + i, inputs);
        sums.fill((byte) 0);
      }
    }
    if (!each) {
      store(sums, n, from, to, shape.reduction() == Reduction.MEAN ? 1f / inputs : 1f, first, 1);
    }
  }

  private void add(
      KanPanel panel, SplineColumns columns, int c, long tile, MemorySegment sums, long sumsAt) {
    for (int group = 0; group < tiles.groups(); group++) {
      if (tiles.isWide(tile)) {
        KanTile4.forward(panel, columns, c, group, sums, sumsAt);
      } else {
        KanTile2.forward(panel, columns, c, group, sums, sumsAt);
      }
    }
  }

  private void store(
      MemorySegment sums, int n, long from, long to, float factor, long first, long stride) {
    for (long tile = from; tile < to; tile++) {
      long at = tiles.bytes(SplineColumns.BLOCK, from, tile);
      tiles.scatter(sums, at, n, tile, factor, y, first, stride);
    }
  }
}
