package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Lanes.LONG;
import static org.kanface.kernels.cpu.WinogradLine.POINTS;

/// The two-dimensional transforms of single tiles, some channels at a time: each line in one
/// direction into a small buffer, then each line of that in the other.
///
/// Where the pixels of a tile lie is told by a table of addresses, a row of the tile after the
/// other; those outside an image lead to a row of zeros or to one that nobody reads.
final class WinogradTile {
  /// Rows and columns of outputs.
  static final int SIZE = 4;

  private static final int PART = 256; // bytes of channels at a time: a buffer of 9 KB
  private static final long ROW = (long) POINTS * PART; // of the buffer
  private static final long IMAGE_ROW = (long) POINTS * Long.BYTES; // of a table
  private static final long OUTPUT_ROW = (long) SIZE * Long.BYTES;

  private static final long BUFFER = POINTS * ROW;
  private static final long TABLE = 5L * 64; // 36 addresses, up to whole cache lines

  private WinogradTile() {}

  /// A thread's working memory: a table of pixels, the buffer between the two directions, a pixel
  /// of zeros and one that nobody reads.
  record Working(long table, long buffer, long zeros, long unread) {}

  /// Working memory for images of `pixel` bytes a pixel.
  static Working scratch(long pixel) {
    long table = Scratch.WINOGRAD.address(TABLE + BUFFER + Math.max(pixel, PART) + pixel);
    long zeros = table + TABLE + BUFFER;
    long filled = Math.max(pixel, PART);
    Address.SPACE.asSlice(zeros, filled).fill((byte) 0);
    return new Working(table, table + TABLE, zeros, zeros + filled);
  }

  /// Where byte `c` of pixel `i` lies.
  private static long pixel(long table, int i, long c) {
    return Address.SPACE.get(LONG, table + (long) i * Long.BYTES) + c;
  }

  /// 6 × 6 pixels of an image to the 36 points, `pointStep` bytes apart.
  static void image(long table, int bytes, long to, long pointStep, long buffer) {
    for (int c = 0; c < bytes; c += PART) {
      int part = Math.min(PART, bytes - c);
      for (int i = 0; i < POINTS; i++) {
        long row = table + i * IMAGE_ROW;
        WinogradLine.image(
            pixel(row, 0, c),
            pixel(row, 1, c),
            pixel(row, 2, c),
            pixel(row, 3, c),
            pixel(row, 4, c),
            pixel(row, 5, c),
            buffer + i * ROW,
            PART,
            part);
      }
      for (int j = 0; j < POINTS; j++) {
        long from = buffer + (long) j * PART;
        WinogradLine.image(
            from,
            from + ROW,
            from + 2 * ROW,
            from + 3 * ROW,
            from + 4 * ROW,
            from + 5 * ROW,
            to + c + j * pointStep,
            POINTS * pointStep,
            part);
      }
    }
  }

  /// 4 × 4 pixels of the output's gradient to the 36 points.
  static void gradient(long table, int bytes, long to, long pointStep, long buffer) {
    for (int c = 0; c < bytes; c += PART) {
      int part = Math.min(PART, bytes - c);
      for (int i = 0; i < SIZE; i++) {
        long row = table + i * OUTPUT_ROW;
        WinogradLine.gradient(
            pixel(row, 0, c),
            pixel(row, 1, c),
            pixel(row, 2, c),
            pixel(row, 3, c),
            buffer + i * ROW,
            PART,
            part);
      }
      for (int j = 0; j < POINTS; j++) {
        long from = buffer + (long) j * PART;
        WinogradLine.gradient(
            from,
            from + ROW,
            from + 2 * ROW,
            from + 3 * ROW,
            to + c + j * pointStep,
            POINTS * pointStep,
            part);
      }
    }
  }

  /// The 36 points back to 4 × 4 pixels of the output, `bias` added.
  static void outputs(long from, long pointStep, int bytes, long bias, Working working) {
    for (int c = 0; c < bytes; c += PART) {
      int part = Math.min(PART, bytes - c);
      for (int j = 0; j < POINTS; j++) {
        long to = working.buffer + (long) j * PART;
        WinogradLine.outputs(
            from + c + j * pointStep,
            POINTS * pointStep,
            working.zeros,
            to,
            to + ROW,
            to + 2 * ROW,
            to + 3 * ROW,
            part);
      }
      for (int i = 0; i < SIZE; i++) {
        long row = working.table + i * OUTPUT_ROW;
        WinogradLine.outputs(
            working.buffer + i * ROW,
            PART,
            bias + c,
            pixel(row, 0, c),
            pixel(row, 1, c),
            pixel(row, 2, c),
            pixel(row, 3, c),
            part);
      }
    }
  }

  /// The 3 × 3 taps, `tapStep` bytes apart, to the 36 points.
  static void taps(long from, long tapStep, int bytes, long to, long pointStep, long buffer) {
    for (int c = 0; c < bytes; c += PART) {
      int part = Math.min(PART, bytes - c);
      for (int i = 0; i < 3; i++) {
        WinogradLine.taps(from + c + 3L * i * tapStep, tapStep, buffer + i * ROW, PART, part);
      }
      for (int j = 0; j < POINTS; j++) {
        WinogradLine.taps(
            buffer + (long) j * PART, ROW, to + c + j * pointStep, POINTS * pointStep, part);
      }
    }
  }

  /// The 36 points back to the gradients of the 3 × 3 taps.
  static void tapGradients(
      long from, long pointStep, int bytes, long to, long tapStep, long buffer) {
    for (int c = 0; c < bytes; c += PART) {
      int part = Math.min(PART, bytes - c);
      for (int j = 0; j < POINTS; j++) {
        WinogradLine.tapGradients(
            from + c + j * pointStep, POINTS * pointStep, buffer + (long) j * PART, ROW, part);
      }
      for (int i = 0; i < 3; i++) {
        WinogradLine.tapGradients(buffer + i * ROW, PART, to + c + 3L * i * tapStep, tapStep, part);
      }
    }
  }
}
