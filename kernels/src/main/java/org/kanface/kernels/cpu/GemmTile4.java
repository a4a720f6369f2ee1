package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.FLOAT;
import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.GemmTile.BYTES;
import static org.kanface.kernels.cpu.GemmTile.LAST;
import static org.kanface.kernels.cpu.Simd.F;
import static org.kanface.kernels.cpu.Simd.ORDER;

import jdk.incubator.vector.FloatVector;

/// The micro-kernels of up to 4 rows: see [GemmTile#run]. Each keeps its whole tile in registers
/// over the loop over `k`; rows past `rows` repeat the last one and are not stored.
final class GemmTile4 {
  private GemmTile4() {}

  /// 4 rows, 1 vector.
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
    long a1 = rows > 1 ? a0 + aRow : a0;
    long a2 = rows > 2 ? a1 + aRow : a1;
    long a3 = rows > 3 ? a2 + aRow : a2;
    var c0x = FloatVector.zero(F);
    var c1x = FloatVector.zero(F);
    var c2x = FloatVector.zero(F);
    var c3x = FloatVector.zero(F);
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
    }
    var s = FloatVector.broadcast(F, alpha);
    var mask = LAST[lanes];
    (add ? c0x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER, mask)) : c0x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER, mask);
    c += cRow;
    if (rows <= 1) {
      return;
    }
    (add ? c1x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER, mask)) : c1x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER, mask);
    c += cRow;
    if (rows <= 2) {
      return;
    }
    (add ? c2x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER, mask)) : c2x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER, mask);
    c += cRow;
    if (rows <= 3) {
      return;
    }
    (add ? c3x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER, mask)) : c3x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER, mask);
  }

  /// 4 rows, 2 vectors.
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
    long a1 = rows > 1 ? a0 + aRow : a0;
    long a2 = rows > 2 ? a1 + aRow : a1;
    long a3 = rows > 3 ? a2 + aRow : a2;
    var c0x = FloatVector.zero(F);
    var c0y = FloatVector.zero(F);
    var c1x = FloatVector.zero(F);
    var c1y = FloatVector.zero(F);
    var c2x = FloatVector.zero(F);
    var c2y = FloatVector.zero(F);
    var c3x = FloatVector.zero(F);
    var c3y = FloatVector.zero(F);
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
    }
    var s = FloatVector.broadcast(F, alpha);
    var mask = LAST[lanes];
    (add ? c0x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER)) : c0x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER);
    (add ? c0y.fma(s, FloatVector.fromMemorySegment(F, SPACE, c + BYTES, ORDER, mask)) : c0y.mul(s))
        .intoMemorySegment(SPACE, c + BYTES, ORDER, mask);
    c += cRow;
    if (rows <= 1) {
      return;
    }
    (add ? c1x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER)) : c1x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER);
    (add ? c1y.fma(s, FloatVector.fromMemorySegment(F, SPACE, c + BYTES, ORDER, mask)) : c1y.mul(s))
        .intoMemorySegment(SPACE, c + BYTES, ORDER, mask);
    c += cRow;
    if (rows <= 2) {
      return;
    }
    (add ? c2x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER)) : c2x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER);
    (add ? c2y.fma(s, FloatVector.fromMemorySegment(F, SPACE, c + BYTES, ORDER, mask)) : c2y.mul(s))
        .intoMemorySegment(SPACE, c + BYTES, ORDER, mask);
    c += cRow;
    if (rows <= 3) {
      return;
    }
    (add ? c3x.fma(s, FloatVector.fromMemorySegment(F, SPACE, c, ORDER)) : c3x.mul(s))
        .intoMemorySegment(SPACE, c, ORDER);
    (add ? c3y.fma(s, FloatVector.fromMemorySegment(F, SPACE, c + BYTES, ORDER, mask)) : c3y.mul(s))
        .intoMemorySegment(SPACE, c + BYTES, ORDER, mask);
  }
}
