package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.WinogradLine4.POINTS;
import static org.kanface.kernels.cpu.WinogradScratch.PART;
import static org.kanface.kernels.cpu.WinogradScratch.pixel;

/// `F(4 × 4, 3 × 3)`: each line in one direction into a small buffer, then each line of that in the
/// other. A quarter of the multiplications of direct sums, and some five times their errors.
final class WinogradTile4 implements WinogradTransform {
  private static final int SIZE = 4;
  private static final long ROW = (long) POINTS * PART; // of the buffer
  private static final long IMAGE_ROW = (long) POINTS * Long.BYTES; // of a table
  private static final long OUTPUT_ROW = (long) SIZE * Long.BYTES;

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public int points() {
    return POINTS;
  }

  @Override
  public void image(WinogradScratch working, int bytes, long to, long pointStep) {
    long buffer = working.buffer();
    for (int c = 0; c < bytes; c += PART) {
      int part = Math.min(PART, bytes - c);
      for (int i = 0; i < POINTS; i++) {
        long row = working.table() + i * IMAGE_ROW;
        WinogradLine4.image(
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
        WinogradLine4.image(
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

  /// 4 × 4 pixels of the output's gradient to the points.
  void gradient(WinogradScratch working, int bytes, long to, long pointStep) {
    long buffer = working.buffer();
    for (int c = 0; c < bytes; c += PART) {
      int part = Math.min(PART, bytes - c);
      for (int i = 0; i < SIZE; i++) {
        long row = working.table() + i * OUTPUT_ROW;
        WinogradLine4.gradient(
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
        WinogradLine4.gradient(
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

  @Override
  public void outputs(long from, long pointStep, int bytes, long bias, WinogradScratch working) {
    for (int c = 0; c < bytes; c += PART) {
      int part = Math.min(PART, bytes - c);
      for (int j = 0; j < POINTS; j++) {
        long to = working.buffer() + (long) j * PART;
        WinogradLine4.outputs(
            from + c + j * pointStep,
            POINTS * pointStep,
            working.zeros(),
            to,
            to + ROW,
            to + 2 * ROW,
            to + 3 * ROW,
            part);
      }
      for (int i = 0; i < SIZE; i++) {
        long row = working.table() + i * OUTPUT_ROW;
        WinogradLine4.outputs(
            working.buffer() + i * ROW,
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

  @Override
  public void taps(
      long from, long tapStep, int bytes, long to, long pointStep, WinogradScratch working) {
    long buffer = working.buffer();
    for (int c = 0; c < bytes; c += PART) {
      int part = Math.min(PART, bytes - c);
      for (int i = 0; i < 3; i++) {
        WinogradLine4.taps(from + c + 3L * i * tapStep, tapStep, buffer + i * ROW, PART, part);
      }
      for (int j = 0; j < POINTS; j++) {
        WinogradLine4.taps(
            buffer + (long) j * PART, ROW, to + c + j * pointStep, POINTS * pointStep, part);
      }
    }
  }

  /// The points back to the gradients of the 3 × 3 taps.
  void tapGradients(
      long from, long pointStep, int bytes, long to, long tapStep, WinogradScratch working) {
    long buffer = working.buffer();
    for (int c = 0; c < bytes; c += PART) {
      int part = Math.min(PART, bytes - c);
      for (int j = 0; j < POINTS; j++) {
        WinogradLine4.tapGradients(
            from + c + j * pointStep, POINTS * pointStep, buffer + (long) j * PART, ROW, part);
      }
      for (int i = 0; i < 3; i++) {
        WinogradLine4.tapGradients(
            buffer + i * ROW, PART, to + c + 3L * i * tapStep, tapStep, part);
      }
    }
  }
}
