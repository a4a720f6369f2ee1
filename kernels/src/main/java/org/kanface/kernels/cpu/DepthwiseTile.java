package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.GemmTile.BYTES;
import static org.kanface.kernels.cpu.GemmTile.LAST;
import static org.kanface.kernels.cpu.Simd.F;
import static org.kanface.kernels.cpu.Simd.ORDER;

import jdk.incubator.vector.FloatVector;

/// The inner loops of depthwise convolutions: up to nine neighbouring sums of one vector of
/// channels, all in registers, each product with one load.
final class DepthwiseTile {
  /// The largest number of sums of one call.
  static final int MOST = 9;

  /// The number of sums that is fastest where terms lie as close as sums.
  static final int NEAR = 7;

  /// Elements of `moving` past the last one needed that may be read.
  static final int SLACK = NEAR - 1;

  private DepthwiseTile() {}

  /// Where the operands lie; steps are bytes.
  record Sums(
      int inner,
      long fixedOuter,
      long fixedInner,
      long movingOuter,
      long movingInner,
      long movingStep,
      long startStep,
      long outStep) {

    /// The same with the sums stored side by side.
    Sums tight() {
      return new Sums(
          inner, fixedOuter, fixedInner, movingOuter, movingInner, movingStep, startStep, BYTES);
    }
  }

  /// `out[t] = start[t] + Σ_a Σ_b fixed[a, b] * moving[a, b, t]`, `a < outer`, `t < count`, each
  /// term a vector of channels.
  ///
  /// Forward, `fixed` is the kernel and `t` counts output columns; for the gradient of the weights
  /// `fixed` is the gradient of the output and `t` counts kernel columns.
  static void run(Sums s, int outer, long fixed, long moving, long start, long out, int count) {
    if (s.movingInner() == s.movingStep()
        && count <= NEAR
        && row(s, outer, fixed, moving, start, out, count)) {
      return;
    }
    if (count <= 4) {
      run4(s, outer, fixed, moving, start, out, count);
    } else if (count == 5) {
      run5(s, outer, fixed, moving, start, out);
    } else if (count <= 7) {
      run7(s, outer, fixed, moving, start, out, count);
    } else {
      run9(s, outer, fixed, moving, start, out, count);
    }
  }

  /// Copies the first `lanes` of `count` vectors.
  static void copy(long from, long step, long to, long toStep, int count, int lanes) {
    var mask = LAST[lanes];
    for (int t = 0; t < count; t++) {
      FloatVector.fromMemorySegment(F, SPACE, from + t * step, ORDER)
          .intoMemorySegment(SPACE, to + t * toStep, ORDER, mask);
    }
  }

  /// The written-out forms: whether there is one.
  private static boolean row(
      Sums s, int outer, long fixed, long moving, long start, long out, int count) {
    boolean few = count <= 4;
    switch (s.inner()) {
      case 3 -> {
        if (few) {
          DepthwiseRow3.by4(s, outer, fixed, moving, start, out, count);
        } else {
          DepthwiseRow3.by7(s, outer, fixed, moving, start, out, count);
        }
      }
      case 5 -> {
        if (few) {
          DepthwiseRow5.by4(s, outer, fixed, moving, start, out, count);
        } else {
          DepthwiseRow5.by7(s, outer, fixed, moving, start, out, count);
        }
      }
      case 7 -> {
        if (few) {
          DepthwiseRow7.by4(s, outer, fixed, moving, start, out, count);
        } else {
          DepthwiseRow7.by7(s, outer, fixed, moving, start, out, count);
        }
      }
      case 9 -> {
        if (few) {
          DepthwiseRow9.by4(s, outer, fixed, moving, start, out, count);
        } else {
          DepthwiseRow9.by7(s, outer, fixed, moving, start, out, count);
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private static void run4(
      Sums s, int outer, long fixed, long moving, long start, long out, int count) {
    int inner = s.inner();
    long fixedInner = s.fixedInner();
    long movingInner = s.movingInner();
    long m0 = moving;
    long m1 = count > 1 ? m0 + s.movingStep() : m0;
    long m2 = count > 2 ? m1 + s.movingStep() : m1;
    long m3 = count > 3 ? m2 + s.movingStep() : m2;
    var c0 = FloatVector.fromMemorySegment(F, SPACE, start, ORDER);
    var c1 = FloatVector.fromMemorySegment(F, SPACE, start + 1 * s.startStep(), ORDER);
    var c2 = FloatVector.fromMemorySegment(F, SPACE, start + 2 * s.startStep(), ORDER);
    var c3 = FloatVector.fromMemorySegment(F, SPACE, start + 3 * s.startStep(), ORDER);
    for (int a = 0; a < outer; a++) {
      long f = fixed + a * s.fixedOuter();
      long m = a * s.movingOuter();
      for (int b = 0; b < inner; b++) {
        var x = FloatVector.fromMemorySegment(F, SPACE, f + b * fixedInner, ORDER);
        long at = m + b * movingInner;
        c0 = x.fma(FloatVector.fromMemorySegment(F, SPACE, m0 + at, ORDER), c0);
        c1 = x.fma(FloatVector.fromMemorySegment(F, SPACE, m1 + at, ORDER), c1);
        c2 = x.fma(FloatVector.fromMemorySegment(F, SPACE, m2 + at, ORDER), c2);
        c3 = x.fma(FloatVector.fromMemorySegment(F, SPACE, m3 + at, ORDER), c3);
      }
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

  private static void run5(Sums s, int outer, long fixed, long moving, long start, long out) {
    int inner = s.inner();
    long fixedInner = s.fixedInner();
    long movingInner = s.movingInner();
    long m0 = moving;
    long m1 = m0 + s.movingStep();
    long m2 = m1 + s.movingStep();
    long m3 = m2 + s.movingStep();
    long m4 = m3 + s.movingStep();
    var c0 = FloatVector.fromMemorySegment(F, SPACE, start, ORDER);
    var c1 = FloatVector.fromMemorySegment(F, SPACE, start + 1 * s.startStep(), ORDER);
    var c2 = FloatVector.fromMemorySegment(F, SPACE, start + 2 * s.startStep(), ORDER);
    var c3 = FloatVector.fromMemorySegment(F, SPACE, start + 3 * s.startStep(), ORDER);
    var c4 = FloatVector.fromMemorySegment(F, SPACE, start + 4 * s.startStep(), ORDER);
    for (int a = 0; a < outer; a++) {
      long f = fixed + a * s.fixedOuter();
      long m = a * s.movingOuter();
      for (int b = 0; b < inner; b++) {
        var x = FloatVector.fromMemorySegment(F, SPACE, f + b * fixedInner, ORDER);
        long at = m + b * movingInner;
        c0 = x.fma(FloatVector.fromMemorySegment(F, SPACE, m0 + at, ORDER), c0);
        c1 = x.fma(FloatVector.fromMemorySegment(F, SPACE, m1 + at, ORDER), c1);
        c2 = x.fma(FloatVector.fromMemorySegment(F, SPACE, m2 + at, ORDER), c2);
        c3 = x.fma(FloatVector.fromMemorySegment(F, SPACE, m3 + at, ORDER), c3);
        c4 = x.fma(FloatVector.fromMemorySegment(F, SPACE, m4 + at, ORDER), c4);
      }
    }
    c0.intoMemorySegment(SPACE, out, ORDER);
    out += s.outStep();
    c1.intoMemorySegment(SPACE, out, ORDER);
    out += s.outStep();
    c2.intoMemorySegment(SPACE, out, ORDER);
    out += s.outStep();
    c3.intoMemorySegment(SPACE, out, ORDER);
    out += s.outStep();
    c4.intoMemorySegment(SPACE, out, ORDER);
  }

  private static void run7(
      Sums s, int outer, long fixed, long moving, long start, long out, int count) {
    int inner = s.inner();
    long fixedInner = s.fixedInner();
    long movingInner = s.movingInner();
    long m0 = moving;
    long m1 = m0 + s.movingStep();
    long m2 = m1 + s.movingStep();
    long m3 = m2 + s.movingStep();
    long m4 = m3 + s.movingStep();
    long m5 = m4 + s.movingStep();
    long m6 = count > 6 ? m5 + s.movingStep() : m5;
    var c0 = FloatVector.fromMemorySegment(F, SPACE, start, ORDER);
    var c1 = FloatVector.fromMemorySegment(F, SPACE, start + 1 * s.startStep(), ORDER);
    var c2 = FloatVector.fromMemorySegment(F, SPACE, start + 2 * s.startStep(), ORDER);
    var c3 = FloatVector.fromMemorySegment(F, SPACE, start + 3 * s.startStep(), ORDER);
    var c4 = FloatVector.fromMemorySegment(F, SPACE, start + 4 * s.startStep(), ORDER);
    var c5 = FloatVector.fromMemorySegment(F, SPACE, start + 5 * s.startStep(), ORDER);
    var c6 = FloatVector.fromMemorySegment(F, SPACE, start + 6 * s.startStep(), ORDER);
    for (int a = 0; a < outer; a++) {
      long f = fixed + a * s.fixedOuter();
      long m = a * s.movingOuter();
      for (int b = 0; b < inner; b++) {
        var x = FloatVector.fromMemorySegment(F, SPACE, f + b * fixedInner, ORDER);
        long at = m + b * movingInner;
        c0 = x.fma(FloatVector.fromMemorySegment(F, SPACE, m0 + at, ORDER), c0);
        c1 = x.fma(FloatVector.fromMemorySegment(F, SPACE, m1 + at, ORDER), c1);
        c2 = x.fma(FloatVector.fromMemorySegment(F, SPACE, m2 + at, ORDER), c2);
        c3 = x.fma(FloatVector.fromMemorySegment(F, SPACE, m3 + at, ORDER), c3);
        c4 = x.fma(FloatVector.fromMemorySegment(F, SPACE, m4 + at, ORDER), c4);
        c5 = x.fma(FloatVector.fromMemorySegment(F, SPACE, m5 + at, ORDER), c5);
        c6 = x.fma(FloatVector.fromMemorySegment(F, SPACE, m6 + at, ORDER), c6);
      }
    }
    c0.intoMemorySegment(SPACE, out, ORDER);
    out += s.outStep();
    c1.intoMemorySegment(SPACE, out, ORDER);
    out += s.outStep();
    c2.intoMemorySegment(SPACE, out, ORDER);
    out += s.outStep();
    c3.intoMemorySegment(SPACE, out, ORDER);
    out += s.outStep();
    c4.intoMemorySegment(SPACE, out, ORDER);
    out += s.outStep();
    c5.intoMemorySegment(SPACE, out, ORDER);
    out += s.outStep();
    if (count == 6) {
      return;
    }
    c6.intoMemorySegment(SPACE, out, ORDER);
  }

  private static void run9(
      Sums s, int outer, long fixed, long moving, long start, long out, int count) {
    int inner = s.inner();
    long fixedInner = s.fixedInner();
    long movingInner = s.movingInner();
    long m0 = moving;
    long m1 = m0 + s.movingStep();
    long m2 = m1 + s.movingStep();
    long m3 = m2 + s.movingStep();
    long m4 = m3 + s.movingStep();
    long m5 = m4 + s.movingStep();
    long m6 = m5 + s.movingStep();
    long m7 = m6 + s.movingStep();
    long m8 = count > 8 ? m7 + s.movingStep() : m7;
    var c0 = FloatVector.fromMemorySegment(F, SPACE, start, ORDER);
    var c1 = FloatVector.fromMemorySegment(F, SPACE, start + 1 * s.startStep(), ORDER);
    var c2 = FloatVector.fromMemorySegment(F, SPACE, start + 2 * s.startStep(), ORDER);
    var c3 = FloatVector.fromMemorySegment(F, SPACE, start + 3 * s.startStep(), ORDER);
    var c4 = FloatVector.fromMemorySegment(F, SPACE, start + 4 * s.startStep(), ORDER);
    var c5 = FloatVector.fromMemorySegment(F, SPACE, start + 5 * s.startStep(), ORDER);
    var c6 = FloatVector.fromMemorySegment(F, SPACE, start + 6 * s.startStep(), ORDER);
    var c7 = FloatVector.fromMemorySegment(F, SPACE, start + 7 * s.startStep(), ORDER);
    var c8 = FloatVector.fromMemorySegment(F, SPACE, start + 8 * s.startStep(), ORDER);
    for (int a = 0; a < outer; a++) {
      long f = fixed + a * s.fixedOuter();
      long m = a * s.movingOuter();
      for (int b = 0; b < inner; b++) {
        var x = FloatVector.fromMemorySegment(F, SPACE, f + b * fixedInner, ORDER);
        long at = m + b * movingInner;
        c0 = x.fma(FloatVector.fromMemorySegment(F, SPACE, m0 + at, ORDER), c0);
        c1 = x.fma(FloatVector.fromMemorySegment(F, SPACE, m1 + at, ORDER), c1);
        c2 = x.fma(FloatVector.fromMemorySegment(F, SPACE, m2 + at, ORDER), c2);
        c3 = x.fma(FloatVector.fromMemorySegment(F, SPACE, m3 + at, ORDER), c3);
        c4 = x.fma(FloatVector.fromMemorySegment(F, SPACE, m4 + at, ORDER), c4);
        c5 = x.fma(FloatVector.fromMemorySegment(F, SPACE, m5 + at, ORDER), c5);
        c6 = x.fma(FloatVector.fromMemorySegment(F, SPACE, m6 + at, ORDER), c6);
        c7 = x.fma(FloatVector.fromMemorySegment(F, SPACE, m7 + at, ORDER), c7);
        c8 = x.fma(FloatVector.fromMemorySegment(F, SPACE, m8 + at, ORDER), c8);
      }
    }
    c0.intoMemorySegment(SPACE, out, ORDER);
    out += s.outStep();
    c1.intoMemorySegment(SPACE, out, ORDER);
    out += s.outStep();
    c2.intoMemorySegment(SPACE, out, ORDER);
    out += s.outStep();
    c3.intoMemorySegment(SPACE, out, ORDER);
    out += s.outStep();
    c4.intoMemorySegment(SPACE, out, ORDER);
    out += s.outStep();
    c5.intoMemorySegment(SPACE, out, ORDER);
    out += s.outStep();
    c6.intoMemorySegment(SPACE, out, ORDER);
    out += s.outStep();
    c7.intoMemorySegment(SPACE, out, ORDER);
    out += s.outStep();
    if (count == 8) {
      return;
    }
    c8.intoMemorySegment(SPACE, out, ORDER);
  }
}
