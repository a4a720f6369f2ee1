package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.GemmTile.BYTES;
import static org.kanface.kernels.cpu.Simd.F;
import static org.kanface.kernels.cpu.Simd.ORDER;

import jdk.incubator.vector.FloatVector;

/// Tiles of 3×3 depthwise convolutions with stride 1 and a border of one pixel: [#COLS]
/// neighbouring pixels of one row with all their channels, each pixel loaded once a row. Memory is
/// read and written in order, and the rows that two tiles below one another share stay in the
/// first-level cache.
///
/// `top`, `middle` and `bottom` are the tile's first pixels in the rows that the kernel covers;
/// `first` and `last` tell that the image ends left or right of the tile, where `zeros` stands for
/// a pixel; `step` is the bytes of a pixel, of all operands. Kernels and their sums lie as
/// `[vectors of channels, 3, 3, LANES]`. Where the channels are no multiple of a vector, the last
/// one overlaps the one before: both compute the same bits for the channels that they share.
final class DepthwiseDirect3 {
  /// Pixels of a tile.
  static final int COLS = 7;

  /// Weights of a kernel.
  static final int TAPS = 9;

  private DepthwiseDirect3() {}

  /// `out[j] = bias + Σ_u Σ_v kernel[u, v] * row_u[j + v - 1]`, `j < COLS`, for all channels.
  static void convolve(
      long top,
      long middle,
      long bottom,
      boolean first,
      boolean last,
      long step,
      long zeros,
      long kernel,
      long bias,
      long out) {
    long left0 = first ? zeros : top - step;
    long right0 = last ? zeros : top + COLS * step;
    long left1 = first ? zeros : middle - step;
    long right1 = last ? zeros : middle + COLS * step;
    long left2 = first ? zeros : bottom - step;
    long right2 = last ? zeros : bottom + COLS * step;
    int blocks = (int) Math.ceilDiv(step, (long) BYTES);
    for (int block = 0; block < blocks; block++) {
      long at = Math.min((long) block * BYTES, step - BYTES);
      long taps = kernel + (long) block * TAPS * BYTES;
      var w0 = FloatVector.fromMemorySegment(F, SPACE, taps, ORDER);
      var w1 = FloatVector.fromMemorySegment(F, SPACE, taps + BYTES, ORDER);
      var w2 = FloatVector.fromMemorySegment(F, SPACE, taps + 2L * BYTES, ORDER);
      var w3 = FloatVector.fromMemorySegment(F, SPACE, taps + 3L * BYTES, ORDER);
      var w4 = FloatVector.fromMemorySegment(F, SPACE, taps + 4L * BYTES, ORDER);
      var w5 = FloatVector.fromMemorySegment(F, SPACE, taps + 5L * BYTES, ORDER);
      var w6 = FloatVector.fromMemorySegment(F, SPACE, taps + 6L * BYTES, ORDER);
      var w7 = FloatVector.fromMemorySegment(F, SPACE, taps + 7L * BYTES, ORDER);
      var w8 = FloatVector.fromMemorySegment(F, SPACE, taps + 8L * BYTES, ORDER);
      var c0 = FloatVector.fromMemorySegment(F, SPACE, bias + at, ORDER);
      var c1 = c0;
      var c2 = c0;
      var c3 = c0;
      var c4 = c0;
      var c5 = c0;
      var c6 = c0;
      var x00 = FloatVector.fromMemorySegment(F, SPACE, left0 + at, ORDER);
      c0 = x00.fma(w0, c0);
      long at0 = top + at;
      var x01 = FloatVector.fromMemorySegment(F, SPACE, at0, ORDER);
      c0 = x01.fma(w1, c0);
      c1 = x01.fma(w0, c1);
      at0 += step;
      var x02 = FloatVector.fromMemorySegment(F, SPACE, at0, ORDER);
      c0 = x02.fma(w2, c0);
      c1 = x02.fma(w1, c1);
      c2 = x02.fma(w0, c2);
      at0 += step;
      var x03 = FloatVector.fromMemorySegment(F, SPACE, at0, ORDER);
      c1 = x03.fma(w2, c1);
      c2 = x03.fma(w1, c2);
      c3 = x03.fma(w0, c3);
      at0 += step;
      var x04 = FloatVector.fromMemorySegment(F, SPACE, at0, ORDER);
      c2 = x04.fma(w2, c2);
      c3 = x04.fma(w1, c3);
      c4 = x04.fma(w0, c4);
      at0 += step;
      var x05 = FloatVector.fromMemorySegment(F, SPACE, at0, ORDER);
      c3 = x05.fma(w2, c3);
      c4 = x05.fma(w1, c4);
      c5 = x05.fma(w0, c5);
      at0 += step;
      var x06 = FloatVector.fromMemorySegment(F, SPACE, at0, ORDER);
      c4 = x06.fma(w2, c4);
      c5 = x06.fma(w1, c5);
      c6 = x06.fma(w0, c6);
      at0 += step;
      var x07 = FloatVector.fromMemorySegment(F, SPACE, at0, ORDER);
      c5 = x07.fma(w2, c5);
      c6 = x07.fma(w1, c6);
      var x08 = FloatVector.fromMemorySegment(F, SPACE, right0 + at, ORDER);
      c6 = x08.fma(w2, c6);
      var x10 = FloatVector.fromMemorySegment(F, SPACE, left1 + at, ORDER);
      c0 = x10.fma(w3, c0);
      long at1 = middle + at;
      var x11 = FloatVector.fromMemorySegment(F, SPACE, at1, ORDER);
      c0 = x11.fma(w4, c0);
      c1 = x11.fma(w3, c1);
      at1 += step;
      var x12 = FloatVector.fromMemorySegment(F, SPACE, at1, ORDER);
      c0 = x12.fma(w5, c0);
      c1 = x12.fma(w4, c1);
      c2 = x12.fma(w3, c2);
      at1 += step;
      var x13 = FloatVector.fromMemorySegment(F, SPACE, at1, ORDER);
      c1 = x13.fma(w5, c1);
      c2 = x13.fma(w4, c2);
      c3 = x13.fma(w3, c3);
      at1 += step;
      var x14 = FloatVector.fromMemorySegment(F, SPACE, at1, ORDER);
      c2 = x14.fma(w5, c2);
      c3 = x14.fma(w4, c3);
      c4 = x14.fma(w3, c4);
      at1 += step;
      var x15 = FloatVector.fromMemorySegment(F, SPACE, at1, ORDER);
      c3 = x15.fma(w5, c3);
      c4 = x15.fma(w4, c4);
      c5 = x15.fma(w3, c5);
      at1 += step;
      var x16 = FloatVector.fromMemorySegment(F, SPACE, at1, ORDER);
      c4 = x16.fma(w5, c4);
      c5 = x16.fma(w4, c5);
      c6 = x16.fma(w3, c6);
      at1 += step;
      var x17 = FloatVector.fromMemorySegment(F, SPACE, at1, ORDER);
      c5 = x17.fma(w5, c5);
      c6 = x17.fma(w4, c6);
      var x18 = FloatVector.fromMemorySegment(F, SPACE, right1 + at, ORDER);
      c6 = x18.fma(w5, c6);
      var x20 = FloatVector.fromMemorySegment(F, SPACE, left2 + at, ORDER);
      c0 = x20.fma(w6, c0);
      long at2 = bottom + at;
      var x21 = FloatVector.fromMemorySegment(F, SPACE, at2, ORDER);
      c0 = x21.fma(w7, c0);
      c1 = x21.fma(w6, c1);
      at2 += step;
      var x22 = FloatVector.fromMemorySegment(F, SPACE, at2, ORDER);
      c0 = x22.fma(w8, c0);
      c1 = x22.fma(w7, c1);
      c2 = x22.fma(w6, c2);
      at2 += step;
      var x23 = FloatVector.fromMemorySegment(F, SPACE, at2, ORDER);
      c1 = x23.fma(w8, c1);
      c2 = x23.fma(w7, c2);
      c3 = x23.fma(w6, c3);
      at2 += step;
      var x24 = FloatVector.fromMemorySegment(F, SPACE, at2, ORDER);
      c2 = x24.fma(w8, c2);
      c3 = x24.fma(w7, c3);
      c4 = x24.fma(w6, c4);
      at2 += step;
      var x25 = FloatVector.fromMemorySegment(F, SPACE, at2, ORDER);
      c3 = x25.fma(w8, c3);
      c4 = x25.fma(w7, c4);
      c5 = x25.fma(w6, c5);
      at2 += step;
      var x26 = FloatVector.fromMemorySegment(F, SPACE, at2, ORDER);
      c4 = x26.fma(w8, c4);
      c5 = x26.fma(w7, c5);
      c6 = x26.fma(w6, c6);
      at2 += step;
      var x27 = FloatVector.fromMemorySegment(F, SPACE, at2, ORDER);
      c5 = x27.fma(w8, c5);
      c6 = x27.fma(w7, c6);
      var x28 = FloatVector.fromMemorySegment(F, SPACE, right2 + at, ORDER);
      c6 = x28.fma(w8, c6);
      long to = out + at;
      c0.intoMemorySegment(SPACE, to, ORDER);
      to += step;
      c1.intoMemorySegment(SPACE, to, ORDER);
      to += step;
      c2.intoMemorySegment(SPACE, to, ORDER);
      to += step;
      c3.intoMemorySegment(SPACE, to, ORDER);
      to += step;
      c4.intoMemorySegment(SPACE, to, ORDER);
      to += step;
      c5.intoMemorySegment(SPACE, to, ORDER);
      to += step;
      c6.intoMemorySegment(SPACE, to, ORDER);
    }
  }

  /// `sums[u, v] += Σ_j dy[j] * row_u[j + v - 1]`, `j < COLS`, for all channels.
  static void gradients(
      long top,
      long middle,
      long bottom,
      boolean first,
      boolean last,
      long step,
      long zeros,
      long dy,
      long sums) {
    long left0 = first ? zeros : top - step;
    long right0 = last ? zeros : top + COLS * step;
    long left1 = first ? zeros : middle - step;
    long right1 = last ? zeros : middle + COLS * step;
    long left2 = first ? zeros : bottom - step;
    long right2 = last ? zeros : bottom + COLS * step;
    int blocks = (int) Math.ceilDiv(step, (long) BYTES);
    for (int block = 0; block < blocks; block++) {
      long at = Math.min((long) block * BYTES, step - BYTES);
      long taps = sums + (long) block * TAPS * BYTES;
      var c0 = FloatVector.fromMemorySegment(F, SPACE, taps, ORDER);
      var c1 = FloatVector.fromMemorySegment(F, SPACE, taps + BYTES, ORDER);
      var c2 = FloatVector.fromMemorySegment(F, SPACE, taps + 2L * BYTES, ORDER);
      var c3 = FloatVector.fromMemorySegment(F, SPACE, taps + 3L * BYTES, ORDER);
      var c4 = FloatVector.fromMemorySegment(F, SPACE, taps + 4L * BYTES, ORDER);
      var c5 = FloatVector.fromMemorySegment(F, SPACE, taps + 5L * BYTES, ORDER);
      var c6 = FloatVector.fromMemorySegment(F, SPACE, taps + 6L * BYTES, ORDER);
      var c7 = FloatVector.fromMemorySegment(F, SPACE, taps + 7L * BYTES, ORDER);
      var c8 = FloatVector.fromMemorySegment(F, SPACE, taps + 8L * BYTES, ORDER);
      long grad = dy + at;
      var d0 = FloatVector.fromMemorySegment(F, SPACE, grad, ORDER);
      grad += step;
      var d1 = FloatVector.fromMemorySegment(F, SPACE, grad, ORDER);
      grad += step;
      var d2 = FloatVector.fromMemorySegment(F, SPACE, grad, ORDER);
      grad += step;
      var d3 = FloatVector.fromMemorySegment(F, SPACE, grad, ORDER);
      grad += step;
      var d4 = FloatVector.fromMemorySegment(F, SPACE, grad, ORDER);
      grad += step;
      var d5 = FloatVector.fromMemorySegment(F, SPACE, grad, ORDER);
      grad += step;
      var d6 = FloatVector.fromMemorySegment(F, SPACE, grad, ORDER);
      var x00 = FloatVector.fromMemorySegment(F, SPACE, left0 + at, ORDER);
      c0 = x00.fma(d0, c0);
      long at0 = top + at;
      var x01 = FloatVector.fromMemorySegment(F, SPACE, at0, ORDER);
      c1 = x01.fma(d0, c1);
      c0 = x01.fma(d1, c0);
      at0 += step;
      var x02 = FloatVector.fromMemorySegment(F, SPACE, at0, ORDER);
      c2 = x02.fma(d0, c2);
      c1 = x02.fma(d1, c1);
      c0 = x02.fma(d2, c0);
      at0 += step;
      var x03 = FloatVector.fromMemorySegment(F, SPACE, at0, ORDER);
      c2 = x03.fma(d1, c2);
      c1 = x03.fma(d2, c1);
      c0 = x03.fma(d3, c0);
      at0 += step;
      var x04 = FloatVector.fromMemorySegment(F, SPACE, at0, ORDER);
      c2 = x04.fma(d2, c2);
      c1 = x04.fma(d3, c1);
      c0 = x04.fma(d4, c0);
      at0 += step;
      var x05 = FloatVector.fromMemorySegment(F, SPACE, at0, ORDER);
      c2 = x05.fma(d3, c2);
      c1 = x05.fma(d4, c1);
      c0 = x05.fma(d5, c0);
      at0 += step;
      var x06 = FloatVector.fromMemorySegment(F, SPACE, at0, ORDER);
      c2 = x06.fma(d4, c2);
      c1 = x06.fma(d5, c1);
      c0 = x06.fma(d6, c0);
      at0 += step;
      var x07 = FloatVector.fromMemorySegment(F, SPACE, at0, ORDER);
      c2 = x07.fma(d5, c2);
      c1 = x07.fma(d6, c1);
      var x08 = FloatVector.fromMemorySegment(F, SPACE, right0 + at, ORDER);
      c2 = x08.fma(d6, c2);
      var x10 = FloatVector.fromMemorySegment(F, SPACE, left1 + at, ORDER);
      c3 = x10.fma(d0, c3);
      long at1 = middle + at;
      var x11 = FloatVector.fromMemorySegment(F, SPACE, at1, ORDER);
      c4 = x11.fma(d0, c4);
      c3 = x11.fma(d1, c3);
      at1 += step;
      var x12 = FloatVector.fromMemorySegment(F, SPACE, at1, ORDER);
      c5 = x12.fma(d0, c5);
      c4 = x12.fma(d1, c4);
      c3 = x12.fma(d2, c3);
      at1 += step;
      var x13 = FloatVector.fromMemorySegment(F, SPACE, at1, ORDER);
      c5 = x13.fma(d1, c5);
      c4 = x13.fma(d2, c4);
      c3 = x13.fma(d3, c3);
      at1 += step;
      var x14 = FloatVector.fromMemorySegment(F, SPACE, at1, ORDER);
      c5 = x14.fma(d2, c5);
      c4 = x14.fma(d3, c4);
      c3 = x14.fma(d4, c3);
      at1 += step;
      var x15 = FloatVector.fromMemorySegment(F, SPACE, at1, ORDER);
      c5 = x15.fma(d3, c5);
      c4 = x15.fma(d4, c4);
      c3 = x15.fma(d5, c3);
      at1 += step;
      var x16 = FloatVector.fromMemorySegment(F, SPACE, at1, ORDER);
      c5 = x16.fma(d4, c5);
      c4 = x16.fma(d5, c4);
      c3 = x16.fma(d6, c3);
      at1 += step;
      var x17 = FloatVector.fromMemorySegment(F, SPACE, at1, ORDER);
      c5 = x17.fma(d5, c5);
      c4 = x17.fma(d6, c4);
      var x18 = FloatVector.fromMemorySegment(F, SPACE, right1 + at, ORDER);
      c5 = x18.fma(d6, c5);
      var x20 = FloatVector.fromMemorySegment(F, SPACE, left2 + at, ORDER);
      c6 = x20.fma(d0, c6);
      long at2 = bottom + at;
      var x21 = FloatVector.fromMemorySegment(F, SPACE, at2, ORDER);
      c7 = x21.fma(d0, c7);
      c6 = x21.fma(d1, c6);
      at2 += step;
      var x22 = FloatVector.fromMemorySegment(F, SPACE, at2, ORDER);
      c8 = x22.fma(d0, c8);
      c7 = x22.fma(d1, c7);
      c6 = x22.fma(d2, c6);
      at2 += step;
      var x23 = FloatVector.fromMemorySegment(F, SPACE, at2, ORDER);
      c8 = x23.fma(d1, c8);
      c7 = x23.fma(d2, c7);
      c6 = x23.fma(d3, c6);
      at2 += step;
      var x24 = FloatVector.fromMemorySegment(F, SPACE, at2, ORDER);
      c8 = x24.fma(d2, c8);
      c7 = x24.fma(d3, c7);
      c6 = x24.fma(d4, c6);
      at2 += step;
      var x25 = FloatVector.fromMemorySegment(F, SPACE, at2, ORDER);
      c8 = x25.fma(d3, c8);
      c7 = x25.fma(d4, c7);
      c6 = x25.fma(d5, c6);
      at2 += step;
      var x26 = FloatVector.fromMemorySegment(F, SPACE, at2, ORDER);
      c8 = x26.fma(d4, c8);
      c7 = x26.fma(d5, c7);
      c6 = x26.fma(d6, c6);
      at2 += step;
      var x27 = FloatVector.fromMemorySegment(F, SPACE, at2, ORDER);
      c8 = x27.fma(d5, c8);
      c7 = x27.fma(d6, c7);
      var x28 = FloatVector.fromMemorySegment(F, SPACE, right2 + at, ORDER);
      c8 = x28.fma(d6, c8);
      c0.intoMemorySegment(SPACE, taps, ORDER);
      c1.intoMemorySegment(SPACE, taps + BYTES, ORDER);
      c2.intoMemorySegment(SPACE, taps + 2L * BYTES, ORDER);
      c3.intoMemorySegment(SPACE, taps + 3L * BYTES, ORDER);
      c4.intoMemorySegment(SPACE, taps + 4L * BYTES, ORDER);
      c5.intoMemorySegment(SPACE, taps + 5L * BYTES, ORDER);
      c6.intoMemorySegment(SPACE, taps + 6L * BYTES, ORDER);
      c7.intoMemorySegment(SPACE, taps + 7L * BYTES, ORDER);
      c8.intoMemorySegment(SPACE, taps + 8L * BYTES, ORDER);
    }
  }
}
