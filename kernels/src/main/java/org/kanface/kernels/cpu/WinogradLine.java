package org.kanface.kernels.cpu;

import jdk.incubator.vector.FloatVector;

/// The one-dimensional transforms of Winograd's convolution of 4 outputs with 3 taps, each on whole
/// vectors in memory (Lavin and Gray 2016, arXiv:1509.09308).
///
/// A product of two polynomials is known from its values at enough points: six for the 4 + 3 - 1
/// coefficients here, so six products replace twelve. The points are 0, ±¾, ±3/2 and ∞. All powers
/// that occur are exact, and rounding grows less than with the customary 0, ±1, ±2, ∞ since no
/// factor is far from 1 (Barabasz et al. 2020, arXiv:1803.10986).
///
/// Addresses and steps are bytes.
final class WinogradLine {
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

  private WinogradLine() {}

  /// Six values of the image, at the given addresses.
  static void image(long p0, long p1, long p2, long p3, long p4, long p5, long to, long step) {
    FloatVector d1 = Lanes.load(p1);
    FloatVector d2 = Lanes.load(p2);
    FloatVector d3 = Lanes.load(p3);
    FloatVector d4 = Lanes.load(p4);
    FloatVector minus = Lanes.all(-SUM);
    FloatVector product = Lanes.all(PRODUCT);
    Lanes.store(product.fma(Lanes.load(p0), minus.fma(d2, d4)), to);
    FloatVector even = Lanes.all(-B2).fma(d2, d4);
    FloatVector odd = Lanes.all(-B2).fma(d1, d3);
    Lanes.store(odd.fma(Lanes.all(A), even), to + step);
    Lanes.store(odd.fma(Lanes.all(-A), even), to + 2 * step);
    even = Lanes.all(-A2).fma(d2, d4);
    odd = Lanes.all(-A2).fma(d1, d3);
    Lanes.store(odd.fma(Lanes.all(B), even), to + 3 * step);
    Lanes.store(odd.fma(Lanes.all(-B), even), to + 4 * step);
    Lanes.store(product.fma(d1, minus.fma(d3, Lanes.load(p5))), to + 5 * step);
  }

  /// Three taps.
  static void taps(long from, long fromStep, long to, long step) {
    FloatVector g0 = Lanes.load(from);
    FloatVector g1 = Lanes.load(from + fromStep);
    FloatVector g2 = Lanes.load(from + 2 * fromStep);
    Lanes.store(g0.mul(AT_0), to);
    FloatVector even = Lanes.all(A2).fma(g2, g0).mul(AT_A);
    FloatVector odd = g1.mul(A * AT_A);
    Lanes.store(even.add(odd), to + step);
    Lanes.store(even.sub(odd), to + 2 * step);
    even = Lanes.all(B2).fma(g2, g0).mul(AT_B);
    odd = g1.mul(B * AT_B);
    Lanes.store(even.add(odd), to + 3 * step);
    Lanes.store(even.sub(odd), to + 4 * step);
    Lanes.store(g2, to + 5 * step);
  }

  /// Four values of the output's gradient, which take the taps' place where those are wanted.
  static void gradient(long p0, long p1, long p2, long p3, long to, long step) {
    FloatVector g0 = Lanes.load(p0);
    FloatVector g1 = Lanes.load(p1);
    FloatVector g2 = Lanes.load(p2);
    FloatVector g3 = Lanes.load(p3);
    Lanes.store(g0.mul(AT_0), to);
    FloatVector even = Lanes.all(A2).fma(g2, g0).mul(AT_A);
    FloatVector odd = Lanes.all(A2).fma(g3, g1).mul(A * AT_A);
    Lanes.store(even.add(odd), to + step);
    Lanes.store(even.sub(odd), to + 2 * step);
    even = Lanes.all(B2).fma(g2, g0).mul(AT_B);
    odd = Lanes.all(B2).fma(g3, g1).mul(B * AT_B);
    Lanes.store(even.add(odd), to + 3 * step);
    Lanes.store(even.sub(odd), to + 4 * step);
    Lanes.store(g3, to + 5 * step);
  }

  /// Six values back to four outputs.
  static void outputs(long from, long fromStep, long to, long step) {
    FloatVector m1 = Lanes.load(from + fromStep);
    FloatVector m2 = Lanes.load(from + 2 * fromStep);
    FloatVector m3 = Lanes.load(from + 3 * fromStep);
    FloatVector m4 = Lanes.load(from + 4 * fromStep);
    FloatVector evenA = m1.add(m2);
    FloatVector oddA = m1.sub(m2);
    FloatVector evenB = m3.add(m4);
    FloatVector oddB = m3.sub(m4);
    Lanes.store(Lanes.load(from).add(evenA).add(evenB), to);
    Lanes.store(Lanes.all(A).fma(oddA, oddB.mul(B)), to + step);
    Lanes.store(Lanes.all(A2).fma(evenA, evenB.mul(B2)), to + 2 * step);
    FloatVector last = Lanes.load(from + 5 * fromStep);
    Lanes.store(Lanes.all(A3).fma(oddA, Lanes.all(B3).fma(oddB, last)), to + 3 * step);
  }

  /// Six values back to the gradients of three taps.
  static void tapGradients(long from, long fromStep, long to, long step) {
    FloatVector m1 = Lanes.load(from + fromStep);
    FloatVector m2 = Lanes.load(from + 2 * fromStep);
    FloatVector m3 = Lanes.load(from + 3 * fromStep);
    FloatVector m4 = Lanes.load(from + 4 * fromStep);
    FloatVector evenA = m1.add(m2);
    FloatVector evenB = m3.add(m4);
    Lanes.store(Lanes.load(from).add(evenA).add(evenB), to);
    Lanes.store(Lanes.all(A).fma(m1.sub(m2), m3.sub(m4).mul(B)), to + step);
    FloatVector last = Lanes.load(from + 5 * fromStep);
    Lanes.store(Lanes.all(A2).fma(evenA, Lanes.all(B2).fma(evenB, last)), to + 2 * step);
  }
}
