package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.FLOAT;
import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.GemmTile.BYTES;
import static org.kanface.kernels.cpu.GemmTile.LAST;
import static org.kanface.kernels.cpu.Simd.F;
import static org.kanface.kernels.cpu.Simd.ORDER;

import jdk.incubator.vector.FloatVector;

/// The micro-kernels of up to 12 rows: see [GemmTile#run]. Each keeps its whole tile in registers
/// over the loop over `k`; rows past `rows` repeat the last one and are not stored.
final class GemmTile12 {
  private GemmTile12() {}

  /// 12 rows, 1 vector.
  static void by1(
      int k,
      long a,
      long aRow,
      long aCol,
      long b,
      long bRow,
      long c,
      long cRow,
      float alpha,
      boolean add,
      int rows,
      int lanes) {
    long a0 = a;
    long a1 = a0 + aRow;
    long a2 = a1 + aRow;
    long a3 = a2 + aRow;
    long a4 = a3 + aRow;
    long a5 = a4 + aRow;
    long a6 = a5 + aRow;
    long a7 = a6 + aRow;
    long a8 = a7 + aRow;
    long a9 = rows > 9 ? a8 + aRow : a8;
    long a10 = rows > 10 ? a9 + aRow : a9;
    long a11 = rows > 11 ? a10 + aRow : a10;
    var c0x = FloatVector.zero(F);
    var c1x = FloatVector.zero(F);
    var c2x = FloatVector.zero(F);
    var c3x = FloatVector.zero(F);
    var c4x = FloatVector.zero(F);
    var c5x = FloatVector.zero(F);
    var c6x = FloatVector.zero(F);
    var c7x = FloatVector.zero(F);
    var c8x = FloatVector.zero(F);
    var c9x = FloatVector.zero(F);
    var c10x = FloatVector.zero(F);
    var c11x = FloatVector.zero(F);
    for (int p = 0; p < k; p++) {
      var x = FloatVector.fromMemorySegment(F, SPACE, b + p * bRow, ORDER);
      var s0 = FloatVector.broadcast(F, SPACE.get(FLOAT, a0 + p * aCol));
      c0x = s0.fma(x, c0x);
      var s1 = FloatVector.broadcast(F, SPACE.get(FLOAT, a1 + p * aCol));
      c1x = s1.fma(x, c1x);
      var s2 = FloatVector.broadcast(F, SPACE.get(FLOAT, a2 + p * aCol));
      c2x = s2.fma(x, c2x);
      var s3 = FloatVector.broadcast(F, SPACE.get(FLOAT, a3 + p * aCol));
      c3x = s3.fma(x, c3x);
      var s4 = FloatVector.broadcast(F, SPACE.get(FLOAT, a4 + p * aCol));
      c4x = s4.fma(x, c4x);
      var s5 = FloatVector.broadcast(F, SPACE.get(FLOAT, a5 + p * aCol));
      c5x = s5.fma(x, c5x);
      var s6 = FloatVector.broadcast(F, SPACE.get(FLOAT, a6 + p * aCol));
      c6x = s6.fma(x, c6x);
      var s7 = FloatVector.broadcast(F, SPACE.get(FLOAT, a7 + p * aCol));
      c7x = s7.fma(x, c7x);
      var s8 = FloatVector.broadcast(F, SPACE.get(FLOAT, a8 + p * aCol));
      c8x = s8.fma(x, c8x);
      var s9 = FloatVector.broadcast(F, SPACE.get(FLOAT, a9 + p * aCol));
      c9x = s9.fma(x, c9x);
      var s10 = FloatVector.broadcast(F, SPACE.get(FLOAT, a10 + p * aCol));
      c10x = s10.fma(x, c10x);
      var s11 = FloatVector.broadcast(F, SPACE.get(FLOAT, a11 + p * aCol));
      c11x = s11.fma(x, c11x);
    }
    var s = FloatVector.broadcast(F, alpha);
    var mask = LAST[lanes];
    (add ? c0x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER, mask)) : c0x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER, mask);
    c += cRow;
    (add ? c1x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER, mask)) : c1x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER, mask);
    c += cRow;
    (add ? c2x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER, mask)) : c2x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER, mask);
    c += cRow;
    (add ? c3x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER, mask)) : c3x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER, mask);
    c += cRow;
    (add ? c4x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER, mask)) : c4x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER, mask);
    c += cRow;
    (add ? c5x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER, mask)) : c5x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER, mask);
    c += cRow;
    (add ? c6x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER, mask)) : c6x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER, mask);
    c += cRow;
    (add ? c7x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER, mask)) : c7x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER, mask);
    c += cRow;
    (add ? c8x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER, mask)) : c8x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER, mask);
    c += cRow;
    if (rows <= 9) {
      return;
    }
    (add ? c9x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER, mask)) : c9x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER, mask);
    c += cRow;
    if (rows <= 10) {
      return;
    }
    (add ? c10x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER, mask)) : c10x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER, mask);
    c += cRow;
    if (rows <= 11) {
      return;
    }
    (add ? c11x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER, mask)) : c11x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER, mask);
  }

  /// 12 rows, 2 vectors.
  static void by2(
      int k,
      long a,
      long aRow,
      long aCol,
      long b,
      long bRow,
      long c,
      long cRow,
      float alpha,
      boolean add,
      int rows,
      int lanes) {
    long a0 = a;
    long a1 = a0 + aRow;
    long a2 = a1 + aRow;
    long a3 = a2 + aRow;
    long a4 = a3 + aRow;
    long a5 = a4 + aRow;
    long a6 = a5 + aRow;
    long a7 = a6 + aRow;
    long a8 = a7 + aRow;
    long a9 = rows > 9 ? a8 + aRow : a8;
    long a10 = rows > 10 ? a9 + aRow : a9;
    long a11 = rows > 11 ? a10 + aRow : a10;
    var c0x = FloatVector.zero(F);
    var c0y = FloatVector.zero(F);
    var c1x = FloatVector.zero(F);
    var c1y = FloatVector.zero(F);
    var c2x = FloatVector.zero(F);
    var c2y = FloatVector.zero(F);
    var c3x = FloatVector.zero(F);
    var c3y = FloatVector.zero(F);
    var c4x = FloatVector.zero(F);
    var c4y = FloatVector.zero(F);
    var c5x = FloatVector.zero(F);
    var c5y = FloatVector.zero(F);
    var c6x = FloatVector.zero(F);
    var c6y = FloatVector.zero(F);
    var c7x = FloatVector.zero(F);
    var c7y = FloatVector.zero(F);
    var c8x = FloatVector.zero(F);
    var c8y = FloatVector.zero(F);
    var c9x = FloatVector.zero(F);
    var c9y = FloatVector.zero(F);
    var c10x = FloatVector.zero(F);
    var c10y = FloatVector.zero(F);
    var c11x = FloatVector.zero(F);
    var c11y = FloatVector.zero(F);
    for (int p = 0; p < k; p++) {
      var x = FloatVector.fromMemorySegment(F, SPACE, b + p * bRow, ORDER);
      var y = FloatVector.fromMemorySegment(F, SPACE, b + p * bRow + BYTES, ORDER);
      var s0 = FloatVector.broadcast(F, SPACE.get(FLOAT, a0 + p * aCol));
      c0x = s0.fma(x, c0x);
      c0y = s0.fma(y, c0y);
      var s1 = FloatVector.broadcast(F, SPACE.get(FLOAT, a1 + p * aCol));
      c1x = s1.fma(x, c1x);
      c1y = s1.fma(y, c1y);
      var s2 = FloatVector.broadcast(F, SPACE.get(FLOAT, a2 + p * aCol));
      c2x = s2.fma(x, c2x);
      c2y = s2.fma(y, c2y);
      var s3 = FloatVector.broadcast(F, SPACE.get(FLOAT, a3 + p * aCol));
      c3x = s3.fma(x, c3x);
      c3y = s3.fma(y, c3y);
      var s4 = FloatVector.broadcast(F, SPACE.get(FLOAT, a4 + p * aCol));
      c4x = s4.fma(x, c4x);
      c4y = s4.fma(y, c4y);
      var s5 = FloatVector.broadcast(F, SPACE.get(FLOAT, a5 + p * aCol));
      c5x = s5.fma(x, c5x);
      c5y = s5.fma(y, c5y);
      var s6 = FloatVector.broadcast(F, SPACE.get(FLOAT, a6 + p * aCol));
      c6x = s6.fma(x, c6x);
      c6y = s6.fma(y, c6y);
      var s7 = FloatVector.broadcast(F, SPACE.get(FLOAT, a7 + p * aCol));
      c7x = s7.fma(x, c7x);
      c7y = s7.fma(y, c7y);
      var s8 = FloatVector.broadcast(F, SPACE.get(FLOAT, a8 + p * aCol));
      c8x = s8.fma(x, c8x);
      c8y = s8.fma(y, c8y);
      var s9 = FloatVector.broadcast(F, SPACE.get(FLOAT, a9 + p * aCol));
      c9x = s9.fma(x, c9x);
      c9y = s9.fma(y, c9y);
      var s10 = FloatVector.broadcast(F, SPACE.get(FLOAT, a10 + p * aCol));
      c10x = s10.fma(x, c10x);
      c10y = s10.fma(y, c10y);
      var s11 = FloatVector.broadcast(F, SPACE.get(FLOAT, a11 + p * aCol));
      c11x = s11.fma(x, c11x);
      c11y = s11.fma(y, c11y);
    }
    var s = FloatVector.broadcast(F, alpha);
    var mask = LAST[lanes];
    (add ? c0x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER)) : c0x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER);
    (add ? c0y.fma(s, FloatVector.fromMemorySegment(F, SPACE, c + BYTES, ORDER, mask)) : c0y.mul(s))
        .intoMemorySegment(SPACE, c + BYTES, ORDER, mask);
    c += cRow;
    (add ? c1x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER)) : c1x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER);
    (add ? c1y.fma(s, FloatVector.fromMemorySegment(F, SPACE, c + BYTES, ORDER, mask)) : c1y.mul(s))
        .intoMemorySegment(SPACE, c + BYTES, ORDER, mask);
    c += cRow;
    (add ? c2x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER)) : c2x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER);
    (add ? c2y.fma(s, FloatVector.fromMemorySegment(F, SPACE, c + BYTES, ORDER, mask)) : c2y.mul(s))
        .intoMemorySegment(SPACE, c + BYTES, ORDER, mask);
    c += cRow;
    (add ? c3x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER)) : c3x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER);
    (add ? c3y.fma(s, FloatVector.fromMemorySegment(F, SPACE, c + BYTES, ORDER, mask)) : c3y.mul(s))
        .intoMemorySegment(SPACE, c + BYTES, ORDER, mask);
    c += cRow;
    (add ? c4x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER)) : c4x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER);
    (add ? c4y.fma(s, FloatVector.fromMemorySegment(F, SPACE, c + BYTES, ORDER, mask)) : c4y.mul(s))
        .intoMemorySegment(SPACE, c + BYTES, ORDER, mask);
    c += cRow;
    (add ? c5x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER)) : c5x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER);
    (add ? c5y.fma(s, FloatVector.fromMemorySegment(F, SPACE, c + BYTES, ORDER, mask)) : c5y.mul(s))
        .intoMemorySegment(SPACE, c + BYTES, ORDER, mask);
    c += cRow;
    (add ? c6x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER)) : c6x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER);
    (add ? c6y.fma(s, FloatVector.fromMemorySegment(F, SPACE, c + BYTES, ORDER, mask)) : c6y.mul(s))
        .intoMemorySegment(SPACE, c + BYTES, ORDER, mask);
    c += cRow;
    (add ? c7x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER)) : c7x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER);
    (add ? c7y.fma(s, FloatVector.fromMemorySegment(F, SPACE, c + BYTES, ORDER, mask)) : c7y.mul(s))
        .intoMemorySegment(SPACE, c + BYTES, ORDER, mask);
    c += cRow;
    (add ? c8x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER)) : c8x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER);
    (add ? c8y.fma(s, FloatVector.fromMemorySegment(F, SPACE, c + BYTES, ORDER, mask)) : c8y.mul(s))
        .intoMemorySegment(SPACE, c + BYTES, ORDER, mask);
    c += cRow;
    if (rows <= 9) {
      return;
    }
    (add ? c9x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER)) : c9x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER);
    (add ? c9y.fma(s, FloatVector.fromMemorySegment(F, SPACE, c + BYTES, ORDER, mask)) : c9y.mul(s))
        .intoMemorySegment(SPACE, c + BYTES, ORDER, mask);
    c += cRow;
    if (rows <= 10) {
      return;
    }
    (add ? c10x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER)) : c10x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER);
    (add
            ? c10y.fma(s, FloatVector.fromMemorySegment(F, SPACE, c + BYTES, ORDER, mask))
            : c10y.mul(s))
        .intoMemorySegment(SPACE, c + BYTES, ORDER, mask);
    c += cRow;
    if (rows <= 11) {
      return;
    }
    (add ? c11x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER)) : c11x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER);
    (add
            ? c11y.fma(s, FloatVector.fromMemorySegment(F, SPACE, c + BYTES, ORDER, mask))
            : c11y.mul(s))
        .intoMemorySegment(SPACE, c + BYTES, ORDER, mask);
  }
}
