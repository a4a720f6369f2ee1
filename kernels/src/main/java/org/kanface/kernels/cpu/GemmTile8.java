package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.FLOAT;
import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.GemmTile.BYTES;
import static org.kanface.kernels.cpu.Simd.F;
import static org.kanface.kernels.cpu.Simd.ORDER;

import jdk.incubator.vector.FloatVector;

/// Micro-kernels of 8 rows, `c = start + a·b`: the whole tile stays in registers over the loop over
/// `k`. Rows from `rows` on (three at most are missing) repeat the last one and are not stored.
final class GemmTile8 {
  private GemmTile8() {}

  /// Up to 8 rows, 1 vector.
  static void by1(
      int k,
      long a,
      long aRow,
      long aCol,
      long b,
      long bRow,
      long start,
      long startRow,
      long c,
      long cRow,
      int rows) {
    long a0 = a;
    long a1 = a0 + aRow;
    long a2 = a1 + aRow;
    long a3 = a2 + aRow;
    long a4 = a3 + aRow;
    long a5 = rows > 5 ? a4 + aRow : a4;
    long a6 = rows > 6 ? a5 + aRow : a5;
    long a7 = rows > 7 ? a6 + aRow : a6;
    var c0x = FloatVector.zero(F);
    var c1x = FloatVector.zero(F);
    var c2x = FloatVector.zero(F);
    var c3x = FloatVector.zero(F);
    var c4x = FloatVector.zero(F);
    var c5x = FloatVector.zero(F);
    var c6x = FloatVector.zero(F);
    var c7x = FloatVector.zero(F);
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
    }
    c0x.add(FloatVector.fromMemorySegment(F, SPACE, start, ORDER))
        .intoMemorySegment(SPACE, c, ORDER);
    c += cRow;
    start += startRow;
    c1x.add(FloatVector.fromMemorySegment(F, SPACE, start, ORDER))
        .intoMemorySegment(SPACE, c, ORDER);
    c += cRow;
    start += startRow;
    c2x.add(FloatVector.fromMemorySegment(F, SPACE, start, ORDER))
        .intoMemorySegment(SPACE, c, ORDER);
    c += cRow;
    start += startRow;
    c3x.add(FloatVector.fromMemorySegment(F, SPACE, start, ORDER))
        .intoMemorySegment(SPACE, c, ORDER);
    c += cRow;
    start += startRow;
    c4x.add(FloatVector.fromMemorySegment(F, SPACE, start, ORDER))
        .intoMemorySegment(SPACE, c, ORDER);
    c += cRow;
    start += startRow;
    if (rows == 5) {
      return;
    }
    c5x.add(FloatVector.fromMemorySegment(F, SPACE, start, ORDER))
        .intoMemorySegment(SPACE, c, ORDER);
    c += cRow;
    start += startRow;
    if (rows == 6) {
      return;
    }
    c6x.add(FloatVector.fromMemorySegment(F, SPACE, start, ORDER))
        .intoMemorySegment(SPACE, c, ORDER);
    c += cRow;
    start += startRow;
    if (rows == 7) {
      return;
    }
    c7x.add(FloatVector.fromMemorySegment(F, SPACE, start, ORDER))
        .intoMemorySegment(SPACE, c, ORDER);
  }

  /// Up to 8 rows, 2 vectors.
  static void by2(
      int k,
      long a,
      long aRow,
      long aCol,
      long b,
      long bRow,
      long start,
      long startRow,
      long c,
      long cRow,
      int rows) {
    long a0 = a;
    long a1 = a0 + aRow;
    long a2 = a1 + aRow;
    long a3 = a2 + aRow;
    long a4 = a3 + aRow;
    long a5 = rows > 5 ? a4 + aRow : a4;
    long a6 = rows > 6 ? a5 + aRow : a5;
    long a7 = rows > 7 ? a6 + aRow : a6;
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
    }
    c0x.add(FloatVector.fromMemorySegment(F, SPACE, start, ORDER))
        .intoMemorySegment(SPACE, c, ORDER);
    c0y.add(FloatVector.fromMemorySegment(F, SPACE, start + BYTES, ORDER))
        .intoMemorySegment(SPACE, c + BYTES, ORDER);
    c += cRow;
    start += startRow;
    c1x.add(FloatVector.fromMemorySegment(F, SPACE, start, ORDER))
        .intoMemorySegment(SPACE, c, ORDER);
    c1y.add(FloatVector.fromMemorySegment(F, SPACE, start + BYTES, ORDER))
        .intoMemorySegment(SPACE, c + BYTES, ORDER);
    c += cRow;
    start += startRow;
    c2x.add(FloatVector.fromMemorySegment(F, SPACE, start, ORDER))
        .intoMemorySegment(SPACE, c, ORDER);
    c2y.add(FloatVector.fromMemorySegment(F, SPACE, start + BYTES, ORDER))
        .intoMemorySegment(SPACE, c + BYTES, ORDER);
    c += cRow;
    start += startRow;
    c3x.add(FloatVector.fromMemorySegment(F, SPACE, start, ORDER))
        .intoMemorySegment(SPACE, c, ORDER);
    c3y.add(FloatVector.fromMemorySegment(F, SPACE, start + BYTES, ORDER))
        .intoMemorySegment(SPACE, c + BYTES, ORDER);
    c += cRow;
    start += startRow;
    c4x.add(FloatVector.fromMemorySegment(F, SPACE, start, ORDER))
        .intoMemorySegment(SPACE, c, ORDER);
    c4y.add(FloatVector.fromMemorySegment(F, SPACE, start + BYTES, ORDER))
        .intoMemorySegment(SPACE, c + BYTES, ORDER);
    c += cRow;
    start += startRow;
    if (rows == 5) {
      return;
    }
    c5x.add(FloatVector.fromMemorySegment(F, SPACE, start, ORDER))
        .intoMemorySegment(SPACE, c, ORDER);
    c5y.add(FloatVector.fromMemorySegment(F, SPACE, start + BYTES, ORDER))
        .intoMemorySegment(SPACE, c + BYTES, ORDER);
    c += cRow;
    start += startRow;
    if (rows == 6) {
      return;
    }
    c6x.add(FloatVector.fromMemorySegment(F, SPACE, start, ORDER))
        .intoMemorySegment(SPACE, c, ORDER);
    c6y.add(FloatVector.fromMemorySegment(F, SPACE, start + BYTES, ORDER))
        .intoMemorySegment(SPACE, c + BYTES, ORDER);
    c += cRow;
    start += startRow;
    if (rows == 7) {
      return;
    }
    c7x.add(FloatVector.fromMemorySegment(F, SPACE, start, ORDER))
        .intoMemorySegment(SPACE, c, ORDER);
    c7y.add(FloatVector.fromMemorySegment(F, SPACE, start + BYTES, ORDER))
        .intoMemorySegment(SPACE, c + BYTES, ORDER);
  }
}
