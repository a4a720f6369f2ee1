package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.GemmTile.BYTES;
import static org.kanface.kernels.cpu.GemmTile.LAST;
import static org.kanface.kernels.cpu.Simd.F;
import static org.kanface.kernels.cpu.Simd.ORDER;

import jdk.incubator.vector.FloatVector;

/// A working copy of one vector of channels of one image: rows of `width` pixels, each a whole
/// vector, so that loads are aligned and columns outside the image are zeros.
///
/// Source pixel `(r, q)` goes to row `r`, column `q * spread + left`; columns beyond the copy are
/// left out (`left` may be negative).
///
/// @param rowStep bytes between rows of the source
/// @param pixelStep bytes between pixels of the source
record DepthwisePlane(
    long rows, long cols, long rowStep, long pixelStep, long width, long left, long spread) {

  long bytes() {
    return rows * width * BYTES;
  }

  long rowBytes() {
    return width * BYTES;
  }

  /// Zeros everything, once before [#copy] fills the same columns again and again.
  void clear(long target) {
    SPACE.asSlice(target, bytes()).fill((byte) 0);
  }

  /// Copies `lanes` channels from address `source` on; the lanes after them become zero.
  void copy(long source, int lanes, long target) {
    var mask = LAST[lanes];
    long first = left >= 0 ? 0 : (-left + spread - 1) / spread;
    long end = Math.min(cols, (width - left + spread - 1) / spread);
    for (long r = 0; r < rows; r++) {
      long from = source + r * rowStep + first * pixelStep;
      long to = target + r * rowBytes() + (first * spread + left) * BYTES;
      for (long q = first; q < end; q++, from += pixelStep, to += spread * BYTES) {
        FloatVector.fromMemorySegment(F, SPACE, from, ORDER, mask)
            .intoMemorySegment(SPACE, to, ORDER);
      }
    }
  }
}
