package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Lanes.LONG;
import static org.kanface.kernels.cpu.WinogradLine.POINTS;

/// The two-dimensional transforms of single tiles, vector of channels by vector of channels: each
/// line in one direction into a small buffer, then each line of that in the other.
///
/// Where the pixels of a tile lie is told by a table of addresses, a row of the tile after the
/// other; those outside an image lead to a row of zeros or to one that nobody reads.
final class WinogradTile {
  /// Rows and columns of outputs.
  static final int SIZE = 4;

  /// Bytes that the transforms of one vector need between their two directions.
  static final long BUFFER = (long) POINTS * POINTS * Lanes.BYTES;

  private static final long ROW = (long) POINTS * Lanes.BYTES; // of the buffer
  private static final long IMAGE_ROW = (long) POINTS * Long.BYTES; // of a table
  private static final long OUTPUT_ROW = (long) SIZE * Long.BYTES;

  private WinogradTile() {}

  /// Where vector `c` (bytes) of pixel `i` lies.
  private static long pixel(long table, int i, long c) {
    return Address.SPACE.get(LONG, table + (long) i * Long.BYTES) + c;
  }

  /// 6 × 6 pixels of an image to the 36 points, `pointStep` bytes apart.
  static void image(long table, int bytes, long to, long pointStep, long buffer) {
    for (int c = 0; c < bytes; c += Lanes.BYTES) {
      for (int i = 0; i < POINTS; i++) {
        imageRow(table + i * IMAGE_ROW, c, buffer + i * ROW);
      }
      for (int j = 0; j < POINTS; j++) {
        imageColumn(buffer + (long) j * Lanes.BYTES, to + c + j * pointStep, POINTS * pointStep);
      }
    }
  }

  private static void imageRow(long table, long c, long to) {
    WinogradLine.image(
        pixel(table, 0, c),
        pixel(table, 1, c),
        pixel(table, 2, c),
        pixel(table, 3, c),
        pixel(table, 4, c),
        pixel(table, 5, c),
        to,
        Lanes.BYTES);
  }

  private static void imageColumn(long from, long to, long step) {
    WinogradLine.image(
        from, from + ROW, from + 2 * ROW, from + 3 * ROW, from + 4 * ROW, from + 5 * ROW, to, step);
  }

  /// 4 × 4 pixels of the output's gradient to the 36 points.
  static void gradient(long table, int bytes, long to, long pointStep, long buffer) {
    for (int c = 0; c < bytes; c += Lanes.BYTES) {
      for (int i = 0; i < SIZE; i++) {
        long row = table + i * OUTPUT_ROW;
        WinogradLine.gradient(
            pixel(row, 0, c),
            pixel(row, 1, c),
            pixel(row, 2, c),
            pixel(row, 3, c),
            buffer + i * ROW,
            Lanes.BYTES);
      }
      for (int j = 0; j < POINTS; j++) {
        long from = buffer + (long) j * Lanes.BYTES;
        WinogradLine.gradient(
            from,
            from + ROW,
            from + 2 * ROW,
            from + 3 * ROW,
            to + c + j * pointStep,
            POINTS * pointStep);
      }
    }
  }

  /// The 36 points back to 4 × 4 pixels of the output, `bias` added.
  static void outputs(long from, long pointStep, int bytes, long bias, long table, long buffer) {
    for (int c = 0; c < bytes; c += Lanes.BYTES) {
      for (int j = 0; j < POINTS; j++) {
        long to = buffer + (long) j * Lanes.BYTES;
        WinogradLine.outputs(from + c + j * pointStep, POINTS * pointStep, to, ROW);
      }
      for (int i = 0; i < SIZE; i++) {
        long row = buffer + i * ROW;
        WinogradLine.outputs(row, Lanes.BYTES, row, Lanes.BYTES);
        store(row, bias + c, table + i * OUTPUT_ROW, c);
      }
    }
  }

  private static void store(long row, long bias, long table, long c) {
    for (int j = 0; j < SIZE; j++) {
      long from = row + (long) j * Lanes.BYTES;
      Lanes.store(Lanes.load(from).add(Lanes.load(bias)), pixel(table, j, c));
    }
  }

  /// One vector of the 3 × 3 taps to the 36 points.
  static void taps(long from, long tapStep, long to, long pointStep, long buffer) {
    for (int i = 0; i < 3; i++) {
      WinogradLine.taps(from + 3L * i * tapStep, tapStep, buffer + i * ROW, Lanes.BYTES);
    }
    for (int j = 0; j < POINTS; j++) {
      long column = buffer + (long) j * Lanes.BYTES;
      WinogradLine.taps(column, ROW, to + j * pointStep, POINTS * pointStep);
    }
  }

  /// One vector of the 36 points back to the gradients of the 3 × 3 taps.
  static void tapGradients(long from, long pointStep, long to, long tapStep, long buffer) {
    for (int j = 0; j < POINTS; j++) {
      long column = buffer + (long) j * Lanes.BYTES;
      WinogradLine.tapGradients(from + j * pointStep, POINTS * pointStep, column, ROW);
    }
    for (int i = 0; i < 3; i++) {
      WinogradLine.tapGradients(buffer + i * ROW, Lanes.BYTES, to + 3L * i * tapStep, tapStep);
    }
  }
}
