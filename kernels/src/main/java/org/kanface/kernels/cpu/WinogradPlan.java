package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.Lanes.LONG;

import org.kanface.kernels.Conv2d;

/// Images cut into tiles of `size × size` outputs, numbered row by row, image after image; the last
/// ones of a row or column may stand out.
///
/// @param across tiles in a row
/// @param down rows of tiles
record WinogradPlan(int size, long n, long h, long w, long across, long down) {
  static WinogradPlan of(Conv2d s, int size) {
    return new WinogradPlan(
        size, s.n(), s.h(), s.w(), Math.ceilDiv(s.w(), size), Math.ceilDiv(s.h(), size));
  }

  long tiles() {
    return n * down * across;
  }

  /// Outputs of all tiles, those outside the image too.
  long outputs() {
    return tiles() * size * size;
  }

  /// Where the pixels lie that a tile's outputs read, one more on each side; `outside` for those
  /// beyond the image.
  void image(long tile, long image, long pixelBytes, long outside, long table) {
    pixels(tile, -1, size + 2, image, pixelBytes, outside, table);
  }

  /// Where the tile's outputs lie.
  void outputs(long tile, long image, long pixelBytes, long outside, long table) {
    pixels(tile, 0, size, image, pixelBytes, outside, table);
  }

  /// Normalises the tile's outputs.
  void normalize(long tile, long image, int pixel, NormRectify.Columns columns) {
    long top = tile / across % down * size;
    long left = tile % across * size;
    long pixels = Math.min(size, w - left);
    long row = tile / across / down * h + top;
    for (long y = row; y < row + Math.min(size, h - top); y++) {
      long at = image + (y * w + left) * pixel;
      NormRectify.apply(pixels, pixel, pixel / Float.BYTES, at, columns, 0);
    }
  }

  /// Brings the rows of pixels that tiles `begin … end` touch into the cache, in order.
  void read(long begin, long end, long image, long pixelBytes) {
    long top = Math.max(0, row(begin) - 1);
    long bottom = Math.min(n * h, row(end - 1) + size + 1);
    CacheLines.read(image + top * w * pixelBytes, 1, 0, (bottom - top) * w * pixelBytes);
  }

  /// The row of pixels, over all images, in which a tile begins.
  private long row(long tile) {
    return tile / across / down * h + tile / across % down * size;
  }

  private void pixels(
      long tile, int before, int side, long image, long pixelBytes, long outside, long table) {
    long top = tile / across % down * size + before;
    long left = tile % across * size + before;
    long plane = image + tile / across / down * h * w * pixelBytes;
    for (int i = 0; i < side; i++) {
      long y = top + i;
      boolean row = y >= 0 && y < h;
      for (int j = 0; j < side; j++) {
        long x = left + j;
        boolean inside = row && x >= 0 && x < w;
        long at = inside ? plane + (y * w + x) * pixelBytes : outside;
        SPACE.set(LONG, table + (i * side + j) * (long) Long.BYTES, at);
      }
    }
  }
}
