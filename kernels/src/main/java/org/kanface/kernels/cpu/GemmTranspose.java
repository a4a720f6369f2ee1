package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.FLOAT;
import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.GemmTile.BYTES;
import static org.kanface.kernels.cpu.Simd.F;
import static org.kanface.kernels.cpu.Simd.LANES;
import static org.kanface.kernels.cpu.Simd.ORDER;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/// Transposes blocks of `LANES × LANES` elements in registers: in `log₂ LANES` steps, rows `d`
/// apart exchange the halves of every group of `2d` lanes, two steps (four rows) at a time.
final class GemmTranspose {
  private static final boolean IN_REGISTERS = LANES == 16;

  static final VectorShuffle<Float> SWAP8 = swap(8);
  static final VectorShuffle<Float> SWAP4 = swap(4);
  static final VectorShuffle<Float> SWAP2 = swap(2);
  static final VectorShuffle<Float> SWAP1 = swap(1);
  static final VectorMask<Float> UPPER8 = upper(8);
  static final VectorMask<Float> UPPER4 = upper(4);
  static final VectorMask<Float> UPPER2 = upper(2);
  static final VectorMask<Float> UPPER1 = upper(1);

  private GemmTranspose() {}

  private static VectorShuffle<Float> swap(int distance) {
    return VectorShuffle.fromOp(F, lane -> (lane ^ distance) % LANES);
  }

  private static VectorMask<Float> upper(int distance) {
    long bits = 0;
    for (int lane = 0; lane < LANES; lane++) {
      bits |= (lane & distance) != 0 ? 1L << lane : 0;
    }
    return VectorMask.fromLong(F, bits);
  }

  /// `target[p, j] = source[j, p]` for `j < rows`, `p < cols`; steps of rows in bytes.
  static void run(int rows, int cols, long source, long step, long target, long targetStep) {
    int wholeRows = IN_REGISTERS ? rows / LANES * LANES : 0;
    int wholeCols = IN_REGISTERS ? cols / LANES * LANES : 0;
    if (wholeRows > 0 && wholeCols > 0) {
      long block = Scratch.TILE.address((long) LANES * BYTES);
      for (int j = 0; j < wholeRows; j += LANES) {
        for (int p = 0; p < wholeCols; p += LANES) {
          far(source + j * step + p * 4L, step, block);
          near(block, target + p * targetStep + j * 4L, targetStep);
        }
      }
    }
    single(0, wholeRows, wholeCols, cols, source, step, target, targetStep);
    single(wholeRows, rows, 0, cols, source, step, target, targetStep);
  }

  private static void single(
      int j0, int j1, int p0, int p1, long source, long step, long target, long targetStep) {
    for (int j = j0; j < j1; j++) {
      long from = source + j * step;
      long to = target + j * 4L;
      for (int p = p0; p < p1; p++) {
        SPACE.set(FLOAT, to + p * targetStep, SPACE.get(FLOAT, from + p * 4L));
      }
    }
  }

  /// The exchanges of 8 and 4 lanes.
  private static void far(long source, long step, long target) {
    for (int i = 0; i < 4; i++) {
      long from = source + i * step;
      var a = FloatVector.fromMemorySegment(F, SPACE, from, ORDER);
      var b = FloatVector.fromMemorySegment(F, SPACE, from + 4 * step, ORDER);
      var c = FloatVector.fromMemorySegment(F, SPACE, from + 8 * step, ORDER);
      var d = FloatVector.fromMemorySegment(F, SPACE, from + 12 * step, ORDER);
      var a8 = a.blend(c.rearrange(SWAP8), UPPER8);
      var c8 = a.rearrange(SWAP8).blend(c, UPPER8);
      var b8 = b.blend(d.rearrange(SWAP8), UPPER8);
      var d8 = b.rearrange(SWAP8).blend(d, UPPER8);
      long to = target + i * (long) BYTES;
      a8.blend(b8.rearrange(SWAP4), UPPER4).intoMemorySegment(SPACE, to, ORDER);
      a8.rearrange(SWAP4).blend(b8, UPPER4).intoMemorySegment(SPACE, to + 4L * BYTES, ORDER);
      c8.blend(d8.rearrange(SWAP4), UPPER4).intoMemorySegment(SPACE, to + 8L * BYTES, ORDER);
      c8.rearrange(SWAP4).blend(d8, UPPER4).intoMemorySegment(SPACE, to + 12L * BYTES, ORDER);
    }
  }

  /// The exchanges of 2 lanes and 1.
  private static void near(long source, long target, long step) {
    for (int i = 0; i < LANES; i += 4) {
      long from = source + i * (long) BYTES;
      var a = FloatVector.fromMemorySegment(F, SPACE, from, ORDER);
      var b = FloatVector.fromMemorySegment(F, SPACE, from + BYTES, ORDER);
      var c = FloatVector.fromMemorySegment(F, SPACE, from + 2L * BYTES, ORDER);
      var d = FloatVector.fromMemorySegment(F, SPACE, from + 3L * BYTES, ORDER);
      var a2 = a.blend(c.rearrange(SWAP2), UPPER2);
      var c2 = a.rearrange(SWAP2).blend(c, UPPER2);
      var b2 = b.blend(d.rearrange(SWAP2), UPPER2);
      var d2 = b.rearrange(SWAP2).blend(d, UPPER2);
      long to = target + i * step;
      a2.blend(b2.rearrange(SWAP1), UPPER1).intoMemorySegment(SPACE, to, ORDER);
      a2.rearrange(SWAP1).blend(b2, UPPER1).intoMemorySegment(SPACE, to + step, ORDER);
      c2.blend(d2.rearrange(SWAP1), UPPER1).intoMemorySegment(SPACE, to + 2 * step, ORDER);
      c2.rearrange(SWAP1).blend(d2, UPPER1).intoMemorySegment(SPACE, to + 3 * step, ORDER);
    }
  }
}
