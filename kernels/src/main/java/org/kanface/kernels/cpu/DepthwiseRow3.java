package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.Simd.F;
import static org.kanface.kernels.cpu.Simd.ORDER;

import jdk.incubator.vector.FloatVector;
import org.kanface.kernels.cpu.DepthwiseTile.Sums;

/// [DepthwiseTile#run] for 3 inner terms and neighbours one term apart, written out: each element
/// of `moving` is loaded once for all the sums that it is part of. Sums past `count` are computed
/// from whatever follows and not stored.
final class DepthwiseRow3 {
  private DepthwiseRow3() {}

  /// Up to 4 sums.
  static void by4(Sums s, int outer, long fixed, long moving, long start, long out, int count) {
    long next = s.fixedInner();
    long step = s.movingStep();
    var c0 = FloatVector.fromMemorySegment(F, SPACE, start, ORDER);
    var c1 = FloatVector.fromMemorySegment(F, SPACE, start + s.startStep(), ORDER);
    var c2 = FloatVector.fromMemorySegment(F, SPACE, start + 2 * s.startStep(), ORDER);
    var c3 = FloatVector.fromMemorySegment(F, SPACE, start + 3 * s.startStep(), ORDER);
    for (int a = 0; a < outer; a++) {
      long f = fixed + a * s.fixedOuter();
      long m = moving + a * s.movingOuter();
      var w0 = FloatVector.fromMemorySegment(F, SPACE, f, ORDER);
      var w1 = FloatVector.fromMemorySegment(F, SPACE, f + next, ORDER);
      var w2 = FloatVector.fromMemorySegment(F, SPACE, f + 2 * next, ORDER);
      var x0 = FloatVector.fromMemorySegment(F, SPACE, m, ORDER);
      c0 = x0.fma(w0, c0);
      var x1 = FloatVector.fromMemorySegment(F, SPACE, m + step, ORDER);
      c0 = x1.fma(w1, c0);
      c1 = x1.fma(w0, c1);
      var x2 = FloatVector.fromMemorySegment(F, SPACE, m + 2 * step, ORDER);
      c0 = x2.fma(w2, c0);
      c1 = x2.fma(w1, c1);
      c2 = x2.fma(w0, c2);
      var x3 = FloatVector.fromMemorySegment(F, SPACE, m + 3 * step, ORDER);
      c1 = x3.fma(w2, c1);
      c2 = x3.fma(w1, c2);
      c3 = x3.fma(w0, c3);
      var x4 = FloatVector.fromMemorySegment(F, SPACE, m + 4 * step, ORDER);
      c2 = x4.fma(w2, c2);
      c3 = x4.fma(w1, c3);
      var x5 = FloatVector.fromMemorySegment(F, SPACE, m + 5 * step, ORDER);
      c3 = x5.fma(w2, c3);
    }
    c0.intoMemorySegment(SPACE, out, ORDER);
    out += s.outStep();
    if (count == 1) {
      return;
    }
    c1.intoMemorySegment(SPACE, out, ORDER);
    out += s.outStep();
    if (count == 2) {
      return;
    }
    c2.intoMemorySegment(SPACE, out, ORDER);
    out += s.outStep();
    if (count == 3) {
      return;
    }
    c3.intoMemorySegment(SPACE, out, ORDER);
  }

  /// Up to 7 sums.
  static void by7(Sums s, int outer, long fixed, long moving, long start, long out, int count) {
    long next = s.fixedInner();
    long step = s.movingStep();
    var c0 = FloatVector.fromMemorySegment(F, SPACE, start, ORDER);
    var c1 = FloatVector.fromMemorySegment(F, SPACE, start + s.startStep(), ORDER);
    var c2 = FloatVector.fromMemorySegment(F, SPACE, start + 2 * s.startStep(), ORDER);
    var c3 = FloatVector.fromMemorySegment(F, SPACE, start + 3 * s.startStep(), ORDER);
    var c4 = FloatVector.fromMemorySegment(F, SPACE, start + 4 * s.startStep(), ORDER);
    var c5 = FloatVector.fromMemorySegment(F, SPACE, start + 5 * s.startStep(), ORDER);
    var c6 = FloatVector.fromMemorySegment(F, SPACE, start + 6 * s.startStep(), ORDER);
    for (int a = 0; a < outer; a++) {
      long f = fixed + a * s.fixedOuter();
      long m = moving + a * s.movingOuter();
      var w0 = FloatVector.fromMemorySegment(F, SPACE, f, ORDER);
      var w1 = FloatVector.fromMemorySegment(F, SPACE, f + next, ORDER);
      var w2 = FloatVector.fromMemorySegment(F, SPACE, f + 2 * next, ORDER);
      var x0 = FloatVector.fromMemorySegment(F, SPACE, m, ORDER);
      c0 = x0.fma(w0, c0);
      var x1 = FloatVector.fromMemorySegment(F, SPACE, m + step, ORDER);
      c0 = x1.fma(w1, c0);
      c1 = x1.fma(w0, c1);
      var x2 = FloatVector.fromMemorySegment(F, SPACE, m + 2 * step, ORDER);
      c0 = x2.fma(w2, c0);
      c1 = x2.fma(w1, c1);
      c2 = x2.fma(w0, c2);
      var x3 = FloatVector.fromMemorySegment(F, SPACE, m + 3 * step, ORDER);
      c1 = x3.fma(w2, c1);
      c2 = x3.fma(w1, c2);
      c3 = x3.fma(w0, c3);
      var x4 = FloatVector.fromMemorySegment(F, SPACE, m + 4 * step, ORDER);
      c2 = x4.fma(w2, c2);
      c3 = x4.fma(w1, c3);
      c4 = x4.fma(w0, c4);
      var x5 = FloatVector.fromMemorySegment(F, SPACE, m + 5 * step, ORDER);
      c3 = x5.fma(w2, c3);
      c4 = x5.fma(w1, c4);
      c5 = x5.fma(w0, c5);
      var x6 = FloatVector.fromMemorySegment(F, SPACE, m + 6 * step, ORDER);
      c4 = x6.fma(w2, c4);
      c5 = x6.fma(w1, c5);
      c6 = x6.fma(w0, c6);
      var x7 = FloatVector.fromMemorySegment(F, SPACE, m + 7 * step, ORDER);
      c5 = x7.fma(w2, c5);
      c6 = x7.fma(w1, c6);
      var x8 = FloatVector.fromMemorySegment(F, SPACE, m + 8 * step, ORDER);
      c6 = x8.fma(w2, c6);
    }
    c0.intoMemorySegment(SPACE, out, ORDER);
    out += s.outStep();
    if (count == 1) {
      return;
    }
    c1.intoMemorySegment(SPACE, out, ORDER);
    out += s.outStep();
    if (count == 2) {
      return;
    }
    c2.intoMemorySegment(SPACE, out, ORDER);
    out += s.outStep();
    if (count == 3) {
      return;
    }
    c3.intoMemorySegment(SPACE, out, ORDER);
    out += s.outStep();
    if (count == 4) {
      return;
    }
    c4.intoMemorySegment(SPACE, out, ORDER);
    out += s.outStep();
    if (count == 5) {
      return;
    }
    c5.intoMemorySegment(SPACE, out, ORDER);
    out += s.outStep();
    if (count == 6) {
      return;
    }
    c6.intoMemorySegment(SPACE, out, ORDER);
  }
}
