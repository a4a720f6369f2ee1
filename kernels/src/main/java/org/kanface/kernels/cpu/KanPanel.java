package org.kanface.kernels.cpu;

import java.lang.foreign.MemorySegment;
import org.kanface.kernels.KanLinear;

/// The weights that a tile of outputs meets at one input: rows of coefficients, a basis function
/// each, and a row of their scales and one of base scales.
///
/// Full tiles find them where they lie. Padded ones, and coefficients of an order whose functions
/// fill no group, are copied, with zeros in place of what there is not.
final class KanPanel {
  MemorySegment rows; // coefficients
  long rowsAt;
  long pitch; // bytes from a row to the next
  MemorySegment scales;
  long scalesAt;
  MemorySegment bases;
  long basesAt;

  private final KanTiles tiles;
  private final int basis;
  private final boolean whole; // the order's functions fill their groups
  private final MemorySegment coef; // [inputs, basis, outputs]
  private final MemorySegment scaleBase; // [inputs, outputs]
  private final MemorySegment scaleSpline; // [inputs, outputs]
  private final MemorySegment room;

  /// @param room [#bytes] of scratch
  KanPanel(
      KanLinear shape,
      KanTiles tiles,
      MemorySegment coef,
      MemorySegment scaleBase,
      MemorySegment scaleSpline,
      MemorySegment room) {
    this.tiles = tiles;
    basis = shape.spline().basis();
    whole = SplineColumns.rows(shape.spline()) == shape.spline().order() + 1;
    this.coef = coef;
    this.scaleBase = scaleBase;
    this.scaleSpline = scaleSpline;
    this.room = room;
    rows = coef;
    scales = scaleSpline;
    bases = scaleBase;
  }

  /// Bytes of the copies for one tile.
  static long bytes(KanTiles tiles) {
    return (tiles.rows() + 1) * tiles.bytes(0);
  }

  /// Turns to a tile and an input.
  void turn(long tile, long input) {
    long rowBytes = tiles.rowBytes();
    boolean full = tiles.isFull(tile);
    if (whole && full) {
      pitch = rowBytes;
      rows = coef;
      rowsAt = input * basis * rowBytes + tiles.column(tile);
    } else {
      pitch = tiles.bytes(tile);
      rows = room;
      rowsAt = 0;
      copy(tile, input, full);
    }
    if (full) {
      scales = scaleSpline;
      bases = scaleBase;
      scalesAt = input * rowBytes + tiles.column(tile);
      basesAt = scalesAt;
    } else {
      scales = room;
      scalesAt = tiles.siluRow() * pitch;
      bases = room;
      basesAt = scalesAt + pitch;
      tiles.gather(scaleSpline, input, 0, 1, tile, 1, scales, scalesAt);
      tiles.gather(scaleBase, input, 0, 1, tile, 1, bases, basesAt);
    }
  }

  private void copy(long tile, long input, boolean full) {
    long first = input * basis;
    if (full) {
      long from = coef.address() + first * tiles.rowBytes() + tiles.column(tile);
      long floats = pitch / Float.BYTES;
      ConvRuns.copy(from, tiles.rowBytes(), room.address(), pitch, basis, floats);
    } else {
      tiles.gather(coef, first, 1, basis, tile, 1, room, 0);
    }
    room.asSlice(basis * pitch, (tiles.siluRow() - basis) * pitch).fill((byte) 0);
  }
}
