package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.Lanes.LONG;

/// A thread's working memory for a [WinogradTransform]: a table of pixels, a buffer between its two
/// directions, a pixel of zeros and one that nobody reads.
record WinogradScratch(long table, long buffer, long zeros, long unread) {
  /// Bytes of channels that the buffer takes at a time.
  static final int PART = 256;

  private static final long TABLE = 5L * 64; // 36 addresses, up to whole cache lines
  private static final long BUFFER = 36L * PART;

  /// Working memory for images of `pixel` bytes a pixel.
  static WinogradScratch of(long pixel) {
    long filled = Math.max(pixel, PART);
    long table = Scratch.WINOGRAD.address(TABLE + BUFFER + filled + pixel);
    long zeros = table + TABLE + BUFFER;
    SPACE.asSlice(zeros, filled).fill((byte) 0);
    return new WinogradScratch(table, table + TABLE, zeros, zeros + filled);
  }

  /// Where byte `c` of pixel `i` of the table lies.
  static long pixel(long table, int i, long c) {
    return SPACE.get(LONG, table + (long) i * Long.BYTES) + c;
  }
}
