package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.GemmTile.BYTES;
import static org.kanface.kernels.cpu.Simd.F;
import static org.kanface.kernels.cpu.Simd.ORDER;

import jdk.incubator.vector.FloatVector;

/// The one-dimensional transforms of Winograd's convolution of 4 outputs with 3 taps (Lavin and
/// Gray 2016, arXiv:1509.09308), for `bytes` bytes of channels at each place, whole vectors.
///
/// A product of two polynomials is known from its values at enough points: six for the 4 + 3 - 1
/// coefficients here, so six products replace twelve. The points are 0, ±¾, ±3/2 and ∞. All powers
/// that occur are exact, and rounding grows less than with the customary 0, ±1, ±2, ∞ since no
/// factor is far from 1 (Barabasz et al. 2020, arXiv:1803.10986).
///
/// Addresses and steps are bytes. The loops are written out, and long enough that the compiler
/// inlines none of them: it then keeps every vector in a register.
final class WinogradLine4 {
  /// Points, and with that values of a line after its transform.
  static final int POINTS = 6;

  private static final float A = 0.75f;
  private static final float B = 1.5f;
  private static final float A2 = A * A;
  private static final float B2 = B * B;
  private static final float A3 = A * A2;
  private static final float B3 = B * B2;
  private static final float SUM = A2 + B2;
  private static final float PRODUCT = A2 * B2;
  private static final float AT_0 = 1 / PRODUCT;
  private static final float AT_A = 1 / (2 * A2 * (A2 - B2));
  private static final float AT_B = 1 / (2 * B2 * (B2 - A2));

  private WinogradLine4() {}

  /// Six values of the image, at the given addresses.
  static void image(
      long p0, long p1, long p2, long p3, long p4, long p5, long to, long step, int bytes) {
    var minusSum = FloatVector.broadcast(F, -SUM);
    var product = FloatVector.broadcast(F, PRODUCT);
    var minusA2 = FloatVector.broadcast(F, -A2);
    var minusB2 = FloatVector.broadcast(F, -B2);
    var a = FloatVector.broadcast(F, A);
    var b = FloatVector.broadcast(F, B);
    long to1 = to + step;
    long to2 = to1 + step;
    long to3 = to2 + step;
    long to4 = to3 + step;
    long to5 = to4 + step;
    for (int c = 0; c < bytes; c += BYTES) {
      var d0 = FloatVector.fromMemorySegment(F, SPACE, p0 + c, ORDER);
      var d1 = FloatVector.fromMemorySegment(F, SPACE, p1 + c, ORDER);
      var d2 = FloatVector.fromMemorySegment(F, SPACE, p2 + c, ORDER);
      var d3 = FloatVector.fromMemorySegment(F, SPACE, p3 + c, ORDER);
      var d4 = FloatVector.fromMemorySegment(F, SPACE, p4 + c, ORDER);
      var d5 = FloatVector.fromMemorySegment(F, SPACE, p5 + c, ORDER);
      product.fma(d0, minusSum.fma(d2, d4)).intoMemorySegment(SPACE, to + c, ORDER);
      var even = minusB2.fma(d2, d4);
      var odd = a.mul(minusB2.fma(d1, d3));
      even.add(odd).intoMemorySegment(SPACE, to1 + c, ORDER);
      even.sub(odd).intoMemorySegment(SPACE, to2 + c, ORDER);
      even = minusA2.fma(d2, d4);
      odd = b.mul(minusA2.fma(d1, d3));
      even.add(odd).intoMemorySegment(SPACE, to3 + c, ORDER);
      even.sub(odd).intoMemorySegment(SPACE, to4 + c, ORDER);
      product.fma(d1, minusSum.fma(d3, d5)).intoMemorySegment(SPACE, to5 + c, ORDER);
    }
  }

  /// Three taps.
  static void taps(long from, long fromStep, long to, long step, int bytes) {
    var at0 = FloatVector.broadcast(F, AT_0);
    var atA = FloatVector.broadcast(F, AT_A);
    var atB = FloatVector.broadcast(F, AT_B);
    var aAtA = FloatVector.broadcast(F, A * AT_A);
    var bAtB = FloatVector.broadcast(F, B * AT_B);
    var a2 = FloatVector.broadcast(F, A2);
    var b2 = FloatVector.broadcast(F, B2);
    long from1 = from + fromStep;
    long from2 = from1 + fromStep;
    long to1 = to + step;
    long to2 = to1 + step;
    long to3 = to2 + step;
    long to4 = to3 + step;
    long to5 = to4 + step;
    for (int c = 0; c < bytes; c += BYTES) {
      var g0 = FloatVector.fromMemorySegment(F, SPACE, from + c, ORDER);
      var g1 = FloatVector.fromMemorySegment(F, SPACE, from1 + c, ORDER);
      var g2 = FloatVector.fromMemorySegment(F, SPACE, from2 + c, ORDER);
      g0.mul(at0).intoMemorySegment(SPACE, to + c, ORDER);
      var even = atA.mul(a2.fma(g2, g0));
      var odd = aAtA.mul(g1);
      even.add(odd).intoMemorySegment(SPACE, to1 + c, ORDER);
      even.sub(odd).intoMemorySegment(SPACE, to2 + c, ORDER);
      even = atB.mul(b2.fma(g2, g0));
      odd = bAtB.mul(g1);
      even.add(odd).intoMemorySegment(SPACE, to3 + c, ORDER);
      even.sub(odd).intoMemorySegment(SPACE, to4 + c, ORDER);
      g2.intoMemorySegment(SPACE, to5 + c, ORDER);
    }
  }

  /// Four values of the output's gradient, which take the taps' place where those are wanted.
  static void gradient(long p0, long p1, long p2, long p3, long to, long step, int bytes) {
    var at0 = FloatVector.broadcast(F, AT_0);
    var atA = FloatVector.broadcast(F, AT_A);
    var atB = FloatVector.broadcast(F, AT_B);
    var aAtA = FloatVector.broadcast(F, A * AT_A);
    var bAtB = FloatVector.broadcast(F, B * AT_B);
    var a2 = FloatVector.broadcast(F, A2);
    var b2 = FloatVector.broadcast(F, B2);
    long to1 = to + step;
    long to2 = to1 + step;
    long to3 = to2 + step;
    long to4 = to3 + step;
    long to5 = to4 + step;
    for (int c = 0; c < bytes; c += BYTES) {
      var g0 = FloatVector.fromMemorySegment(F, SPACE, p0 + c, ORDER);
      var g1 = FloatVector.fromMemorySegment(F, SPACE, p1 + c, ORDER);
      var g2 = FloatVector.fromMemorySegment(F, SPACE, p2 + c, ORDER);
      var g3 = FloatVector.fromMemorySegment(F, SPACE, p3 + c, ORDER);
      g0.mul(at0).intoMemorySegment(SPACE, to + c, ORDER);
      var even = atA.mul(a2.fma(g2, g0));
      var odd = aAtA.mul(a2.fma(g3, g1));
      even.add(odd).intoMemorySegment(SPACE, to1 + c, ORDER);
      even.sub(odd).intoMemorySegment(SPACE, to2 + c, ORDER);
      even = atB.mul(b2.fma(g2, g0));
      odd = bAtB.mul(b2.fma(g3, g1));
      even.add(odd).intoMemorySegment(SPACE, to3 + c, ORDER);
      even.sub(odd).intoMemorySegment(SPACE, to4 + c, ORDER);
      g3.intoMemorySegment(SPACE, to5 + c, ORDER);
    }
  }

  /// Six values back to four outputs, `bias` added, at the given addresses.
  static void outputs(
      long from, long fromStep, long bias, long p0, long p1, long p2, long p3, int bytes) {
    var a = FloatVector.broadcast(F, A);
    var b = FloatVector.broadcast(F, B);
    var a2 = FloatVector.broadcast(F, A2);
    var b2 = FloatVector.broadcast(F, B2);
    var a3 = FloatVector.broadcast(F, A3);
    var b3 = FloatVector.broadcast(F, B3);
    long from1 = from + fromStep;
    long from2 = from1 + fromStep;
    long from3 = from2 + fromStep;
    long from4 = from3 + fromStep;
    long from5 = from4 + fromStep;
    for (int c = 0; c < bytes; c += BYTES) {
      var m0 = FloatVector.fromMemorySegment(F, SPACE, from + c, ORDER);
      var m1 = FloatVector.fromMemorySegment(F, SPACE, from1 + c, ORDER);
      var m2 = FloatVector.fromMemorySegment(F, SPACE, from2 + c, ORDER);
      var m3 = FloatVector.fromMemorySegment(F, SPACE, from3 + c, ORDER);
      var m4 = FloatVector.fromMemorySegment(F, SPACE, from4 + c, ORDER);
      var m5 = FloatVector.fromMemorySegment(F, SPACE, from5 + c, ORDER);
      var start = FloatVector.fromMemorySegment(F, SPACE, bias + c, ORDER);
      var evenA = m1.add(m2);
      var oddA = m1.sub(m2);
      var evenB = m3.add(m4);
      var oddB = m3.sub(m4);
      m0.add(evenA).add(evenB).add(start).intoMemorySegment(SPACE, p0 + c, ORDER);
      a.fma(oddA, b.fma(oddB, start)).intoMemorySegment(SPACE, p1 + c, ORDER);
      a2.fma(evenA, b2.fma(evenB, start)).intoMemorySegment(SPACE, p2 + c, ORDER);
      a3.fma(oddA, b3.fma(oddB, m5.add(start))).intoMemorySegment(SPACE, p3 + c, ORDER);
    }
  }

  /// Six values back to the gradients of three taps.
  static void tapGradients(long from, long fromStep, long to, long step, int bytes) {
    var a = FloatVector.broadcast(F, A);
    var b = FloatVector.broadcast(F, B);
    var a2 = FloatVector.broadcast(F, A2);
    var b2 = FloatVector.broadcast(F, B2);
    long from1 = from + fromStep;
    long from2 = from1 + fromStep;
    long from3 = from2 + fromStep;
    long from4 = from3 + fromStep;
    long from5 = from4 + fromStep;
    long to1 = to + step;
    long to2 = to1 + step;
    for (int c = 0; c < bytes; c += BYTES) {
      var m0 = FloatVector.fromMemorySegment(F, SPACE, from + c, ORDER);
      var m1 = FloatVector.fromMemorySegment(F, SPACE, from1 + c, ORDER);
      var m2 = FloatVector.fromMemorySegment(F, SPACE, from2 + c, ORDER);
      var m3 = FloatVector.fromMemorySegment(F, SPACE, from3 + c, ORDER);
      var m4 = FloatVector.fromMemorySegment(F, SPACE, from4 + c, ORDER);
      var m5 = FloatVector.fromMemorySegment(F, SPACE, from5 + c, ORDER);
      var evenA = m1.add(m2);
      var oddA = m1.sub(m2);
      var evenB = m3.add(m4);
      var oddB = m3.sub(m4);
      m0.add(evenA).add(evenB).intoMemorySegment(SPACE, to + c, ORDER);
      a.fma(oddA, b.mul(oddB)).intoMemorySegment(SPACE, to1 + c, ORDER);
      a2.fma(evenA, b2.fma(evenB, m5)).intoMemorySegment(SPACE, to2 + c, ORDER);
    }
  }
}
