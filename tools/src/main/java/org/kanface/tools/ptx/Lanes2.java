package org.kanface.tools.ptx;

import org.kanface.tools.ptx.ir.Instruction;

/// Applies a function of 2 values lane by lane. Made through [Specialised], so that each function
/// has its own
/// copy of this loop and is inlined in it.
final class Lanes2 extends Op {
  private final Fn.Two f;
  private final int d;
  private final int a;
  private final int b;

  Lanes2(Instruction source, Fn.Two f, int d, int a, int b) {
    super(source);
    this.f = f;
    this.d = d;
    this.a = a;
    this.b = b;
  }

  @Override
  void run(Warp w, int mask) {
    long[] r = w.r;
    if (mask == ALL) {
      for (int l = 0; l < LANES; l++) {
        r[d + l] = f.apply(r[a + l], r[b + l]);
      }
      return;
    }
    for (int m = mask; m != 0; m &= m - 1) {
      int l = Integer.numberOfTrailingZeros(m);
      r[d + l] = f.apply(r[a + l], r[b + l]);
    }
  }
}
