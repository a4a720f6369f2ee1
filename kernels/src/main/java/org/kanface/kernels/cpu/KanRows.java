package org.kanface.kernels.cpu;

import jdk.incubator.vector.FloatVector;

/// Loops over one row of a full tile of outputs, which is a multiple of two vectors, at addresses:
/// rows are short, and checking ranges would take longer than the loops.
final class KanRows {
  private static final long PAIR = 2L * Lanes.BYTES;

  private KanRows() {}

  /// `to = a * b`.
  static void product(long a, long b, long to, long bytes) {
    for (long v = 0; v < bytes; v += PAIR) {
      long w = v + Lanes.BYTES;
      FloatVector first = Lanes.load(a + v).mul(Lanes.load(b + v));
      FloatVector second = Lanes.load(a + w).mul(Lanes.load(b + w));
      Lanes.store(first, to + v);
      Lanes.store(second, to + w);
    }
  }

  /// `to += a * b`.
  static void addProduct(long a, long b, long to, long bytes) {
    for (long v = 0; v < bytes; v += PAIR) {
      long w = v + Lanes.BYTES;
      FloatVector first = Lanes.load(a + v).fma(Lanes.load(b + v), Lanes.load(to + v));
      FloatVector second = Lanes.load(a + w).fma(Lanes.load(b + w), Lanes.load(to + w));
      Lanes.store(first, to + v);
      Lanes.store(second, to + w);
    }
  }
}
