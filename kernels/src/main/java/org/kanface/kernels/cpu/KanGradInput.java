package org.kanface.kernels.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.kanface.kernels.KanLinear;
import org.kanface.kernels.Spline;

/// The KAN layer's gradient with respect to its input: a chunk is a few inputs for one block of
/// samples.
final class KanGradInput {
  private static final int INPUTS = 16; // what shares a cache line of dx

  private final KanLinear shape;
  private final Spline spline;
  private final int inputs;
  private final KanTiles tiles;
  private final KanGradient g;
  private final MemorySegment x;
  private final MemorySegment knots;
  private final MemorySegment coef;
  private final MemorySegment scaleBase;
  private final MemorySegment scaleSpline;
  private final MemorySegment dx;

  KanGradInput(
      KanLinear shape,
      MemorySegment x,
      MemorySegment knots,
      MemorySegment coef,
      MemorySegment scaleBase,
      MemorySegment scaleSpline,
      MemorySegment dy,
      MemorySegment dx) {
    this.shape = shape;
    spline = shape.spline();
    inputs = Math.toIntExact(spline.inputs());
    tiles = new KanTiles(shape);
    g = new KanGradient(shape, tiles, dy);
    this.x = x;
    this.knots = knots;
    this.coef = coef;
    this.scaleBase = scaleBase;
    this.scaleSpline = scaleSpline;
    this.dx = dx;
  }

  void run() {
    long blocks = (shape.n() + SplineColumns.BLOCK - 1) / SplineColumns.BLOCK;
    long groups = Math.ceilDiv((long) inputs, INPUTS);
    SplineWork.forEach(
        shape.n() * inputs * (shape.outputs() + SplineWork.A_COLUMN),
        blocks * groups,
        chunk -> inputs(chunk / groups * SplineColumns.BLOCK, (int) (chunk % groups) * INPUTS));
  }

  private void inputs(long from, int first) {
    int n = (int) Math.min(SplineColumns.BLOCK, shape.n() - from);
    var scratch = SplineScratch.chunk();
    var column = SplineColumns.in(scratch, spline, 1);
    var evaluator = SplineEvaluator.of(spline);
    long vector = Simd.F.vectorByteSize();
    long roomBytes = KanPanel.bytes(tiles);
    long gBytes = g.tileBytes();
    MemorySegment bytes = scratch.bytes(roomBytes + gBytes + SplineColumns.BLOCK * vector);
    MemorySegment room = bytes.asSlice(roomBytes, gBytes);
    MemorySegment total = bytes.asSlice(roomBytes + gBytes); // a vector a sample
    var panel =
        new KanPanel(shape, tiles, coef, scaleBase, scaleSpline, bytes.asSlice(0, roomBytes));
    for (int i = first; i < Math.min(first + INPUTS, inputs); i++) {
      evaluator.load(knots, i);
      evaluator.fill(column, 0, x, from * inputs + i, inputs, n, true);
      total.asSlice(0, n * vector).fill((byte) 0);
      for (long tile = 0; tile < tiles.count(); tile++) {
        panel.turn(tile, i);
        MemorySegment rows = g.tile(tile, i, from, n, room);
        long at = g.at(tile, from);
        for (int group = 0; group < tiles.groups(); group++) {
          if (tiles.isWide(tile)) {
            KanTile4.gradInput(panel, column, 0, group, rows, at, total);
          } else {
            KanTile2.gradInput(panel, column, 0, group, rows, at, total);
          }
        }
      }
      for (int p = 0; p < n; p++) {
        long sample = from + column.index[column.sampleAt(0) + p];
        dx.setAtIndex(ValueLayout.JAVA_FLOAT, sample * inputs + i, sum(total, p * vector));
      }
    }
  }

  /// One vector's lanes, added pairwise: always in the same order, which `reduceLanes` does not
  /// promise.
  private static float sum(MemorySegment total, long at) {
    float sum = 0;
    for (int l = 0; l < Simd.LANES; l += 4) {
      long lane = at + (long) l * Float.BYTES;
      float a = total.get(ValueLayout.JAVA_FLOAT, lane);
      float b = total.get(ValueLayout.JAVA_FLOAT, lane + Float.BYTES);
      float c = total.get(ValueLayout.JAVA_FLOAT, lane + 2 * Float.BYTES);
      float d = total.get(ValueLayout.JAVA_FLOAT, lane + 3 * Float.BYTES);
      sum += (a + b) + (c + d);
    }
    return sum;
  }
}
