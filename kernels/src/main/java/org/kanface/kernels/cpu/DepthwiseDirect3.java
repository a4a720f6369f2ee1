package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.GemmTile.BYTES;
import static org.kanface.kernels.cpu.Simd.F;
import static org.kanface.kernels.cpu.Simd.ORDER;

import jdk.incubator.vector.FloatVector;

/// Rows of 3×3 depthwise convolutions with stride 1 and a border of one pixel, for one vector of
/// channels: [#COLS] neighbouring pixels at a time, each loaded once a row, the kernel or its sums
/// in registers.
///
/// `top`, `middle` and `bottom` are the first pixels of the rows that the kernel covers, `zeros` is
/// a vector for the pixels left and right of them; `step` is the bytes from pixel to pixel of all
/// operands.
final class DepthwiseDirect3 {
  /// Pixels at a time; the length of a row is a multiple.
  static final int COLS = 7;

  private DepthwiseDirect3() {}

  /// `out[j] = bias + Σ_u Σ_v kernel[u, v] * row_u[j + v - 1]`, `j < cols`.
  static void convolve(
      int cols,
      long top,
      long middle,
      long bottom,
      long step,
      long zeros,
      long kernel,
      long bias,
      long out) {
    var b = FloatVector.fromMemorySegment(F, SPACE, bias, ORDER);
    var w0 = FloatVector.fromMemorySegment(F, SPACE, kernel, ORDER);
    var w1 = FloatVector.fromMemorySegment(F, SPACE, kernel + BYTES, ORDER);
    var w2 = FloatVector.fromMemorySegment(F, SPACE, kernel + 2L * BYTES, ORDER);
    var w3 = FloatVector.fromMemorySegment(F, SPACE, kernel + 3L * BYTES, ORDER);
    var w4 = FloatVector.fromMemorySegment(F, SPACE, kernel + 4L * BYTES, ORDER);
    var w5 = FloatVector.fromMemorySegment(F, SPACE, kernel + 5L * BYTES, ORDER);
    var w6 = FloatVector.fromMemorySegment(F, SPACE, kernel + 6L * BYTES, ORDER);
    var w7 = FloatVector.fromMemorySegment(F, SPACE, kernel + 7L * BYTES, ORDER);
    var w8 = FloatVector.fromMemorySegment(F, SPACE, kernel + 8L * BYTES, ORDER);
    long to = out;
    for (int j = 0; j < cols; j += COLS) {
      var c0 = b;
      var c1 = b;
      var c2 = b;
      var c3 = b;
      var c4 = b;
      var c5 = b;
      var c6 = b;
      long at0 = top + j * step;
      var x00 = FloatVector.fromMemorySegment(F, SPACE, j == 0 ? zeros : at0 - step, ORDER);
      c0 = x00.fma(w0, c0);
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
      at0 = j == cols - COLS ? zeros : at0 + step;
      var x08 = FloatVector.fromMemorySegment(F, SPACE, at0, ORDER);
      c6 = x08.fma(w2, c6);
      long at1 = middle + j * step;
      var x10 = FloatVector.fromMemorySegment(F, SPACE, j == 0 ? zeros : at1 - step, ORDER);
      c0 = x10.fma(w3, c0);
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
      at1 = j == cols - COLS ? zeros : at1 + step;
      var x18 = FloatVector.fromMemorySegment(F, SPACE, at1, ORDER);
      c6 = x18.fma(w5, c6);
      long at2 = bottom + j * step;
      var x20 = FloatVector.fromMemorySegment(F, SPACE, j == 0 ? zeros : at2 - step, ORDER);
      c0 = x20.fma(w6, c0);
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
      at2 = j == cols - COLS ? zeros : at2 + step;
      var x28 = FloatVector.fromMemorySegment(F, SPACE, at2, ORDER);
      c6 = x28.fma(w8, c6);
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
      to += step;
    }
  }

  /// `sums[u, v] += Σ_j dy[j] * row_u[j + v - 1]`, `j < cols`.
  static void gradients(
      int cols, long top, long middle, long bottom, long step, long zeros, long dy, long sums) {
    var c0 = FloatVector.fromMemorySegment(F, SPACE, sums, ORDER);
    var c1 = FloatVector.fromMemorySegment(F, SPACE, sums + BYTES, ORDER);
    var c2 = FloatVector.fromMemorySegment(F, SPACE, sums + 2L * BYTES, ORDER);
    var c3 = FloatVector.fromMemorySegment(F, SPACE, sums + 3L * BYTES, ORDER);
    var c4 = FloatVector.fromMemorySegment(F, SPACE, sums + 4L * BYTES, ORDER);
    var c5 = FloatVector.fromMemorySegment(F, SPACE, sums + 5L * BYTES, ORDER);
    var c6 = FloatVector.fromMemorySegment(F, SPACE, sums + 6L * BYTES, ORDER);
    var c7 = FloatVector.fromMemorySegment(F, SPACE, sums + 7L * BYTES, ORDER);
    var c8 = FloatVector.fromMemorySegment(F, SPACE, sums + 8L * BYTES, ORDER);
    long grad = dy;
    for (int j = 0; j < cols; j += COLS) {
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
      grad += step;
      long at0 = top + j * step;
      var x00 = FloatVector.fromMemorySegment(F, SPACE, j == 0 ? zeros : at0 - step, ORDER);
      c0 = x00.fma(d0, c0);
      var x01 = FloatVector.fromMemorySegment(F, SPACE, at0, ORDER);
      c0 = x01.fma(d1, c0);
      c1 = x01.fma(d0, c1);
      at0 += step;
      var x02 = FloatVector.fromMemorySegment(F, SPACE, at0, ORDER);
      c0 = x02.fma(d2, c0);
      c1 = x02.fma(d1, c1);
      c2 = x02.fma(d0, c2);
      at0 += step;
      var x03 = FloatVector.fromMemorySegment(F, SPACE, at0, ORDER);
      c0 = x03.fma(d3, c0);
      c1 = x03.fma(d2, c1);
      c2 = x03.fma(d1, c2);
      at0 += step;
      var x04 = FloatVector.fromMemorySegment(F, SPACE, at0, ORDER);
      c0 = x04.fma(d4, c0);
      c1 = x04.fma(d3, c1);
      c2 = x04.fma(d2, c2);
      at0 += step;
      var x05 = FloatVector.fromMemorySegment(F, SPACE, at0, ORDER);
      c0 = x05.fma(d5, c0);
      c1 = x05.fma(d4, c1);
      c2 = x05.fma(d3, c2);
      at0 += step;
      var x06 = FloatVector.fromMemorySegment(F, SPACE, at0, ORDER);
      c0 = x06.fma(d6, c0);
      c1 = x06.fma(d5, c1);
      c2 = x06.fma(d4, c2);
      at0 += step;
      var x07 = FloatVector.fromMemorySegment(F, SPACE, at0, ORDER);
      c1 = x07.fma(d6, c1);
      c2 = x07.fma(d5, c2);
      at0 = j == cols - COLS ? zeros : at0 + step;
      var x08 = FloatVector.fromMemorySegment(F, SPACE, at0, ORDER);
      c2 = x08.fma(d6, c2);
      long at1 = middle + j * step;
      var x10 = FloatVector.fromMemorySegment(F, SPACE, j == 0 ? zeros : at1 - step, ORDER);
      c3 = x10.fma(d0, c3);
      var x11 = FloatVector.fromMemorySegment(F, SPACE, at1, ORDER);
      c3 = x11.fma(d1, c3);
      c4 = x11.fma(d0, c4);
      at1 += step;
      var x12 = FloatVector.fromMemorySegment(F, SPACE, at1, ORDER);
      c3 = x12.fma(d2, c3);
      c4 = x12.fma(d1, c4);
      c5 = x12.fma(d0, c5);
      at1 += step;
      var x13 = FloatVector.fromMemorySegment(F, SPACE, at1, ORDER);
      c3 = x13.fma(d3, c3);
      c4 = x13.fma(d2, c4);
      c5 = x13.fma(d1, c5);
      at1 += step;
      var x14 = FloatVector.fromMemorySegment(F, SPACE, at1, ORDER);
      c3 = x14.fma(d4, c3);
      c4 = x14.fma(d3, c4);
      c5 = x14.fma(d2, c5);
      at1 += step;
      var x15 = FloatVector.fromMemorySegment(F, SPACE, at1, ORDER);
      c3 = x15.fma(d5, c3);
      c4 = x15.fma(d4, c4);
      c5 = x15.fma(d3, c5);
      at1 += step;
      var x16 = FloatVector.fromMemorySegment(F, SPACE, at1, ORDER);
      c3 = x16.fma(d6, c3);
      c4 = x16.fma(d5, c4);
      c5 = x16.fma(d4, c5);
      at1 += step;
      var x17 = FloatVector.fromMemorySegment(F, SPACE, at1, ORDER);
      c4 = x17.fma(d6, c4);
      c5 = x17.fma(d5, c5);
      at1 = j == cols - COLS ? zeros : at1 + step;
      var x18 = FloatVector.fromMemorySegment(F, SPACE, at1, ORDER);
      c5 = x18.fma(d6, c5);
      long at2 = bottom + j * step;
      var x20 = FloatVector.fromMemorySegment(F, SPACE, j == 0 ? zeros : at2 - step, ORDER);
      c6 = x20.fma(d0, c6);
      var x21 = FloatVector.fromMemorySegment(F, SPACE, at2, ORDER);
      c6 = x21.fma(d1, c6);
      c7 = x21.fma(d0, c7);
      at2 += step;
      var x22 = FloatVector.fromMemorySegment(F, SPACE, at2, ORDER);
      c6 = x22.fma(d2, c6);
      c7 = x22.fma(d1, c7);
      c8 = x22.fma(d0, c8);
      at2 += step;
      var x23 = FloatVector.fromMemorySegment(F, SPACE, at2, ORDER);
      c6 = x23.fma(d3, c6);
      c7 = x23.fma(d2, c7);
      c8 = x23.fma(d1, c8);
      at2 += step;
      var x24 = FloatVector.fromMemorySegment(F, SPACE, at2, ORDER);
      c6 = x24.fma(d4, c6);
      c7 = x24.fma(d3, c7);
      c8 = x24.fma(d2, c8);
      at2 += step;
      var x25 = FloatVector.fromMemorySegment(F, SPACE, at2, ORDER);
      c6 = x25.fma(d5, c6);
      c7 = x25.fma(d4, c7);
      c8 = x25.fma(d3, c8);
      at2 += step;
      var x26 = FloatVector.fromMemorySegment(F, SPACE, at2, ORDER);
      c6 = x26.fma(d6, c6);
      c7 = x26.fma(d5, c7);
      c8 = x26.fma(d4, c8);
      at2 += step;
      var x27 = FloatVector.fromMemorySegment(F, SPACE, at2, ORDER);
      c7 = x27.fma(d6, c7);
      c8 = x27.fma(d5, c8);
      at2 = j == cols - COLS ? zeros : at2 + step;
      var x28 = FloatVector.fromMemorySegment(F, SPACE, at2, ORDER);
      c8 = x28.fma(d6, c8);
    }
    c0.intoMemorySegment(SPACE, sums, ORDER);
    c1.intoMemorySegment(SPACE, sums + BYTES, ORDER);
    c2.intoMemorySegment(SPACE, sums + 2L * BYTES, ORDER);
    c3.intoMemorySegment(SPACE, sums + 3L * BYTES, ORDER);
    c4.intoMemorySegment(SPACE, sums + 4L * BYTES, ORDER);
    c5.intoMemorySegment(SPACE, sums + 5L * BYTES, ORDER);
    c6.intoMemorySegment(SPACE, sums + 6L * BYTES, ORDER);
    c7.intoMemorySegment(SPACE, sums + 7L * BYTES, ORDER);
    c8.intoMemorySegment(SPACE, sums + 8L * BYTES, ORDER);
  }
}
