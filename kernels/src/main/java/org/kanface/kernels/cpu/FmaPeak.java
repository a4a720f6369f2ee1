package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Simd.F;
import static org.kanface.kernels.cpu.Simd.LANES;

import jdk.incubator.vector.FloatVector;

/// The most that one core computes with the vectors of this package: fused multiply-adds on
/// registers alone. Benchmarks give a kernel's speed as a share of it.
public final class FmaPeak {
  private static final int ROUNDS = 100_000;
  private static final int SUMS = 12; // more than latency times rate of today's cores

  /// Keeps the work from being taken for dead code.
  static float kept;

  private FmaPeak() {}

  /// Floating-point operations of one [#run].
  public static double flop() {
    return 2.0 * LANES * SUMS * ROUNDS;
  }

  /// Does nothing but multiply and add.
  public static void run() {
    var a = FloatVector.broadcast(F, 1.0001f);
    var b = FloatVector.broadcast(F, 0.9999f);
    var c0 = a;
    var c1 = a;
    var c2 = a;
    var c3 = a;
    var c4 = a;
    var c5 = a;
    var c6 = a;
    var c7 = a;
    var c8 = a;
    var c9 = a;
    var c10 = a;
    var c11 = a;
    for (int i = 0; i < ROUNDS; i++) {
      c0 = c0.fma(b, a);
      c1 = c1.fma(b, a);
      c2 = c2.fma(b, a);
      c3 = c3.fma(b, a);
      c4 = c4.fma(b, a);
      c5 = c5.fma(b, a);
      c6 = c6.fma(b, a);
      c7 = c7.fma(b, a);
      c8 = c8.fma(b, a);
      c9 = c9.fma(b, a);
      c10 = c10.fma(b, a);
      c11 = c11.fma(b, a);
    }
    var even = c0.add(c2).add(c4).add(c6).add(c8).add(c10);
    var odd = c1.add(c3).add(c5).add(c7).add(c9).add(c11);
    kept = even.add(odd).lane(0);
  }
}
