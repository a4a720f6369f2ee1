package org.kanface.kernels.cpu;

import java.lang.foreign.MemorySegment;
import org.kanface.kernels.KanLinear;
import org.kanface.kernels.KanLinear.Reduction;

/// The gradient `g` at the edges' values, by tile: `dy`, divided by the number of inputs for MEAN.
///
/// All inputs share it when they are reduced: it is packed once, into the calling thread's scratch.
/// Without reduction every input has its own, packed by the chunk that needs it.
final class KanGradient {
  private final KanLinear shape;
  private final KanTiles tiles;
  private final boolean shared;
  private final MemorySegment dy;
  private final MemorySegment packed; // [tile][n][vectors]

  KanGradient(KanLinear shape, KanTiles tiles, MemorySegment dy) {
    this.shape = shape;
    this.tiles = tiles;
    this.dy = dy;
    shared = shape.reduction() != Reduction.NONE;
    if (!shared) {
      packed = MemorySegment.NULL;
      return;
    }
    packed =
        SplineScratch.call()
            .bytes(
                shape.n() * tiles.first(tiles.count()) * Float.BYTES
                    + SplineColumns.BLOCK * tiles.bytes(0));
    float factor = shape.reduction() == Reduction.MEAN ? 1f / shape.inputs() : 1f;
    SplineWork.forEach(
        shape.n() * shape.outputs() / 8,
        tiles.count(),
        tile -> tiles.gather(dy, 0, 1, shape.n(), tile, factor, packed, at(tile, 0)));
  }

  /// Bytes that [#tile] needs to pack one block's tile.
  long tileBytes() {
    return shared ? 0 : SplineColumns.BLOCK * tiles.bytes(0);
  }

  /// Where `g` of a tile and the samples from `from` on lies; its rows start [#at] there.
  MemorySegment tile(long tile, long input, long from, int n, MemorySegment room) {
    if (shared) {
      return packed;
    }
    tiles.gather(dy, from * shape.inputs() + input, shape.inputs(), n, tile, 1, room, 0);
    return room;
  }

  long at(long tile, long from) {
    return shared ? shape.n() * tiles.first(tile) * Float.BYTES + from * tiles.bytes(tile) : 0;
  }
}
