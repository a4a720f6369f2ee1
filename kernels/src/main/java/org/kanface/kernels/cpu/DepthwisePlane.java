package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.GemmTile.BYTES;
import static org.kanface.kernels.cpu.GemmTile.LAST;
import static org.kanface.kernels.cpu.Simd.F;
import static org.kanface.kernels.cpu.Simd.LANES;
import static org.kanface.kernels.cpu.Simd.ORDER;

import jdk.incubator.vector.FloatVector;

/// A working copy of some channels of one image, padded so that loops need no borders: every pixel
/// begins at a whole vector, and columns outside the image are zeros.
///
/// Source pixel `(r, q)` goes to row `r`, column `q * spread + left`; columns beyond the copy are
/// left out (`left` may be negative).
///
/// @param channels of the source, a pixel
/// @param blocks vectors of channels a pixel of the copy holds at most
record DepthwisePlane(
    int rows, int cols, int channels, int width, int left, int spread, int blocks) {

  private static final int LIMIT = 256 << 10; // bytes: the copy stays in the second-level cache

  /// A plane of as many vectors of channels as stay in the cache.
  static DepthwisePlane of(long rows, long cols, long channels, long width, long left, int spread) {
    long fitting = Math.max(1, LIMIT / Math.max(1, rows * width * BYTES));
    long all = (channels + LANES - 1) / LANES;
    long parts = (all + fitting - 1) / fitting;
    return new DepthwisePlane(
        Math.toIntExact(rows),
        Math.toIntExact(cols),
        Math.toIntExact(channels),
        Math.toIntExact(width),
        Math.toIntExact(left),
        spread,
        (int) ((all + parts - 1) / parts));
  }

  /// Bytes from pixel to pixel: an odd number of vectors, so that one channel's pixels lie in all
  /// sets of the caches.
  long pixelBytes() {
    return (long) (blocks | 1) * BYTES;
  }

  long rowBytes() {
    return width * pixelBytes();
  }

  long bytes() {
    return rows * rowBytes() + DepthwiseTile.SLACK * pixelBytes();
  }

  /// Parts that the channels are cut into.
  long parts() {
    return ((channels + LANES - 1L) / LANES + blocks - 1) / blocks;
  }

  /// Bytes of the source image.
  long imageBytes() {
    return (long) rows * cols * channels * Float.BYTES;
  }

  /// Zeros what [#copy] leaves alone, once before the same block of memory is filled again and
  /// again.
  void clear(long target) {
    if (spread != 1 || left < 0) {
      zero(target, bytes());
      return;
    }
    long right = left + (long) cols;
    for (int r = 0; r < rows; r++) {
      long row = target + r * rowBytes();
      zero(row, left * pixelBytes());
      zero(row + right * pixelBytes(), (width - right) * pixelBytes());
    }
  }

  private static void zero(long target, long bytes) {
    if (bytes > 0) {
      SPACE.asSlice(target, bytes).fill((byte) 0);
    }
  }

  /// Copies the channels of `part` of the image at address `image`; lanes past the last channel
  /// become zero.
  void copy(long image, long part, long target) {
    long from = image + part * blocks * BYTES;
    int count = (int) Math.min((long) blocks * LANES, channels - part * blocks * LANES);
    int whole = count / LANES;
    var mask = LAST[count % LANES];
    boolean tail = count % LANES != 0;
    int first = left >= 0 ? 0 : (-left + spread - 1) / spread;
    int end = Math.min(cols, Math.max(0, (width - left + spread - 1) / spread));
    long pixel = channels * (long) Float.BYTES;
    long step = spread * pixelBytes();
    for (int r = 0; r < rows; r++) {
      long source = from + ((long) r * cols + first) * pixel;
      long to = target + r * rowBytes() + (first * spread + left) * pixelBytes();
      for (int q = first; q < end; q++, source += pixel, to += step) {
        for (int b = 0; b < whole; b++) {
          FloatVector.fromMemorySegment(F, SPACE, source + b * (long) BYTES, ORDER)
              .intoMemorySegment(SPACE, to + b * (long) BYTES, ORDER);
        }
        if (tail) {
          FloatVector.fromMemorySegment(F, SPACE, source + whole * (long) BYTES, ORDER, mask)
              .intoMemorySegment(SPACE, to + whole * (long) BYTES, ORDER);
        }
      }
    }
  }
}
