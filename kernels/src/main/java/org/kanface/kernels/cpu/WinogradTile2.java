package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.GemmTile.BYTES;
import static org.kanface.kernels.cpu.Simd.F;
import static org.kanface.kernels.cpu.Simd.ORDER;
import static org.kanface.kernels.cpu.WinogradScratch.pixel;

import jdk.incubator.vector.FloatVector;

/// `F(2 × 2, 3 × 3)` with the points 0, ±1 and ∞: four ninths of the multiplications of direct
/// sums, and errors like theirs, since it adds and halves only. A tile stays in registers from its
/// pixels to its points.
///
/// The loops are written out, and long enough that the compiler inlines none of them: it then
/// keeps every vector in a register.
final class WinogradTile2 implements WinogradTransform {
  private static final int SIZE = 2;
  private static final int POINTS = 4;

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
    long table = working.table();
    long p0 = pixel(table, 0, 0);
    long p1 = pixel(table, 1, 0);
    long p2 = pixel(table, 2, 0);
    long p3 = pixel(table, 3, 0);
    long p4 = pixel(table, 4, 0);
    long p5 = pixel(table, 5, 0);
    long p6 = pixel(table, 6, 0);
    long p7 = pixel(table, 7, 0);
    long p8 = pixel(table, 8, 0);
    long p9 = pixel(table, 9, 0);
    long p10 = pixel(table, 10, 0);
    long p11 = pixel(table, 11, 0);
    long p12 = pixel(table, 12, 0);
    long p13 = pixel(table, 13, 0);
    long p14 = pixel(table, 14, 0);
    long p15 = pixel(table, 15, 0);
    long line = POINTS * pointStep;
    for (int c = 0; c < bytes; c += BYTES) {
      var d00 = FloatVector.fromMemorySegment(F, SPACE, p0 + c, ORDER);
      var d10 = FloatVector.fromMemorySegment(F, SPACE, p4 + c, ORDER);
      var d20 = FloatVector.fromMemorySegment(F, SPACE, p8 + c, ORDER);
      var d30 = FloatVector.fromMemorySegment(F, SPACE, p12 + c, ORDER);
      var v00 = d00.sub(d20);
      var v10 = d10.add(d20);
      var v20 = d20.sub(d10);
      var v30 = d10.sub(d30);
      var d01 = FloatVector.fromMemorySegment(F, SPACE, p1 + c, ORDER);
      var d11 = FloatVector.fromMemorySegment(F, SPACE, p5 + c, ORDER);
      var d21 = FloatVector.fromMemorySegment(F, SPACE, p9 + c, ORDER);
      var d31 = FloatVector.fromMemorySegment(F, SPACE, p13 + c, ORDER);
      var v01 = d01.sub(d21);
      var v11 = d11.add(d21);
      var v21 = d21.sub(d11);
      var v31 = d11.sub(d31);
      var d02 = FloatVector.fromMemorySegment(F, SPACE, p2 + c, ORDER);
      var d12 = FloatVector.fromMemorySegment(F, SPACE, p6 + c, ORDER);
      var d22 = FloatVector.fromMemorySegment(F, SPACE, p10 + c, ORDER);
      var d32 = FloatVector.fromMemorySegment(F, SPACE, p14 + c, ORDER);
      var v02 = d02.sub(d22);
      var v12 = d12.add(d22);
      var v22 = d22.sub(d12);
      var v32 = d12.sub(d32);
      var d03 = FloatVector.fromMemorySegment(F, SPACE, p3 + c, ORDER);
      var d13 = FloatVector.fromMemorySegment(F, SPACE, p7 + c, ORDER);
      var d23 = FloatVector.fromMemorySegment(F, SPACE, p11 + c, ORDER);
      var d33 = FloatVector.fromMemorySegment(F, SPACE, p15 + c, ORDER);
      var v03 = d03.sub(d23);
      var v13 = d13.add(d23);
      var v23 = d23.sub(d13);
      var v33 = d13.sub(d33);
      long at = to + c;
      v00.sub(v02).intoMemorySegment(SPACE, at, ORDER);
      v01.add(v02).intoMemorySegment(SPACE, at + pointStep, ORDER);
      v02.sub(v01).intoMemorySegment(SPACE, at + 2 * pointStep, ORDER);
      v01.sub(v03).intoMemorySegment(SPACE, at + 3 * pointStep, ORDER);
      at += line;
      v10.sub(v12).intoMemorySegment(SPACE, at, ORDER);
      v11.add(v12).intoMemorySegment(SPACE, at + pointStep, ORDER);
      v12.sub(v11).intoMemorySegment(SPACE, at + 2 * pointStep, ORDER);
      v11.sub(v13).intoMemorySegment(SPACE, at + 3 * pointStep, ORDER);
      at += line;
      v20.sub(v22).intoMemorySegment(SPACE, at, ORDER);
      v21.add(v22).intoMemorySegment(SPACE, at + pointStep, ORDER);
      v22.sub(v21).intoMemorySegment(SPACE, at + 2 * pointStep, ORDER);
      v21.sub(v23).intoMemorySegment(SPACE, at + 3 * pointStep, ORDER);
      at += line;
      v30.sub(v32).intoMemorySegment(SPACE, at, ORDER);
      v31.add(v32).intoMemorySegment(SPACE, at + pointStep, ORDER);
      v32.sub(v31).intoMemorySegment(SPACE, at + 2 * pointStep, ORDER);
      v31.sub(v33).intoMemorySegment(SPACE, at + 3 * pointStep, ORDER);
    }
  }

  @Override
  public void outputs(long from, long pointStep, int bytes, long bias, WinogradScratch working) {
    long p0 = pixel(working.table(), 0, 0);
    long p1 = pixel(working.table(), 1, 0);
    long p2 = pixel(working.table(), 2, 0);
    long p3 = pixel(working.table(), 3, 0);
    long line = POINTS * pointStep;
    for (int c = 0; c < bytes; c += BYTES) {
      long at = from + c;
      var m00 = FloatVector.fromMemorySegment(F, SPACE, at, ORDER);
      var m01 = FloatVector.fromMemorySegment(F, SPACE, at + pointStep, ORDER);
      var m02 = FloatVector.fromMemorySegment(F, SPACE, at + 2 * pointStep, ORDER);
      var m03 = FloatVector.fromMemorySegment(F, SPACE, at + 3 * pointStep, ORDER);
      var left0 = m00.add(m01).add(m02);
      var right0 = m01.sub(m02).sub(m03);
      at += line;
      var m10 = FloatVector.fromMemorySegment(F, SPACE, at, ORDER);
      var m11 = FloatVector.fromMemorySegment(F, SPACE, at + pointStep, ORDER);
      var m12 = FloatVector.fromMemorySegment(F, SPACE, at + 2 * pointStep, ORDER);
      var m13 = FloatVector.fromMemorySegment(F, SPACE, at + 3 * pointStep, ORDER);
      var left1 = m10.add(m11).add(m12);
      var right1 = m11.sub(m12).sub(m13);
      at += line;
      var m20 = FloatVector.fromMemorySegment(F, SPACE, at, ORDER);
      var m21 = FloatVector.fromMemorySegment(F, SPACE, at + pointStep, ORDER);
      var m22 = FloatVector.fromMemorySegment(F, SPACE, at + 2 * pointStep, ORDER);
      var m23 = FloatVector.fromMemorySegment(F, SPACE, at + 3 * pointStep, ORDER);
      var left2 = m20.add(m21).add(m22);
      var right2 = m21.sub(m22).sub(m23);
      at += line;
      var m30 = FloatVector.fromMemorySegment(F, SPACE, at, ORDER);
      var m31 = FloatVector.fromMemorySegment(F, SPACE, at + pointStep, ORDER);
      var m32 = FloatVector.fromMemorySegment(F, SPACE, at + 2 * pointStep, ORDER);
      var m33 = FloatVector.fromMemorySegment(F, SPACE, at + 3 * pointStep, ORDER);
      var left3 = m30.add(m31).add(m32);
      var right3 = m31.sub(m32).sub(m33);
      var start = FloatVector.fromMemorySegment(F, SPACE, bias + c, ORDER);
      left0.add(left1).add(left2).add(start).intoMemorySegment(SPACE, p0 + c, ORDER);
      left1.sub(left2).sub(left3).add(start).intoMemorySegment(SPACE, p2 + c, ORDER);
      right0.add(right1).add(right2).add(start).intoMemorySegment(SPACE, p1 + c, ORDER);
      right1.sub(right2).sub(right3).add(start).intoMemorySegment(SPACE, p3 + c, ORDER);
    }
  }

  @Override
  public void taps(
      long from, long tapStep, int bytes, long to, long pointStep, WinogradScratch working) {
    var half = FloatVector.broadcast(F, 0.5f);
    long row = 3 * tapStep;
    long line = POINTS * pointStep;
    for (int c = 0; c < bytes; c += BYTES) {
      long in = from + c;
      var g00 = FloatVector.fromMemorySegment(F, SPACE, in, ORDER);
      var g01 = FloatVector.fromMemorySegment(F, SPACE, in + tapStep, ORDER);
      var g02 = FloatVector.fromMemorySegment(F, SPACE, in + 2 * tapStep, ORDER);
      in += row;
      var g10 = FloatVector.fromMemorySegment(F, SPACE, in, ORDER);
      var g11 = FloatVector.fromMemorySegment(F, SPACE, in + tapStep, ORDER);
      var g12 = FloatVector.fromMemorySegment(F, SPACE, in + 2 * tapStep, ORDER);
      in += row;
      var g20 = FloatVector.fromMemorySegment(F, SPACE, in, ORDER);
      var g21 = FloatVector.fromMemorySegment(F, SPACE, in + tapStep, ORDER);
      var g22 = FloatVector.fromMemorySegment(F, SPACE, in + 2 * tapStep, ORDER);
      var even0 = g00.add(g20);
      var plus0 = even0.add(g10).mul(half);
      var minus0 = even0.sub(g10).mul(half);
      var even1 = g01.add(g21);
      var plus1 = even1.add(g11).mul(half);
      var minus1 = even1.sub(g11).mul(half);
      var even2 = g02.add(g22);
      var plus2 = even2.add(g12).mul(half);
      var minus2 = even2.sub(g12).mul(half);
      long at = to + c;
      var sum0 = g00.add(g02);
      g00.intoMemorySegment(SPACE, at, ORDER);
      sum0.add(g01).mul(half).intoMemorySegment(SPACE, at + pointStep, ORDER);
      sum0.sub(g01).mul(half).intoMemorySegment(SPACE, at + 2 * pointStep, ORDER);
      g02.intoMemorySegment(SPACE, at + 3 * pointStep, ORDER);
      at += line;
      var sum1 = plus0.add(plus2);
      plus0.intoMemorySegment(SPACE, at, ORDER);
      sum1.add(plus1).mul(half).intoMemorySegment(SPACE, at + pointStep, ORDER);
      sum1.sub(plus1).mul(half).intoMemorySegment(SPACE, at + 2 * pointStep, ORDER);
      plus2.intoMemorySegment(SPACE, at + 3 * pointStep, ORDER);
      at += line;
      var sum2 = minus0.add(minus2);
      minus0.intoMemorySegment(SPACE, at, ORDER);
      sum2.add(minus1).mul(half).intoMemorySegment(SPACE, at + pointStep, ORDER);
      sum2.sub(minus1).mul(half).intoMemorySegment(SPACE, at + 2 * pointStep, ORDER);
      minus2.intoMemorySegment(SPACE, at + 3 * pointStep, ORDER);
      at += line;
      var sum3 = g20.add(g22);
      g20.intoMemorySegment(SPACE, at, ORDER);
      sum3.add(g21).mul(half).intoMemorySegment(SPACE, at + pointStep, ORDER);
      sum3.sub(g21).mul(half).intoMemorySegment(SPACE, at + 2 * pointStep, ORDER);
      g22.intoMemorySegment(SPACE, at + 3 * pointStep, ORDER);
    }
  }
}
