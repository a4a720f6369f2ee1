package org.kanface.tools.ptx;

import org.kanface.tools.ptx.ir.Instruction;

/// Compares two values lane by lane and hands the outcome to a [Combine]: `setp`.
final class LanesCompare extends Op {
  /// What becomes of the outcome: `p = c`, and for two results `q = !c`, each after `and`, `or` or
  /// `xor` with a third predicate.
  enum Combine {
    NONE,
    AND,
    OR,
    XOR
  }

  private final Fn.Test f;
  private final int a;
  private final int b;
  private final Combine combine;
  private final int p;
  private final int q;
  private final int c;

  LanesCompare(Instruction source, Fn.Test f, int a, int b, Combine combine, int p, int q, int c) {
    super(source);
    this.f = f;
    this.a = a;
    this.b = b;
    this.combine = combine;
    this.p = p;
    this.q = q;
    this.c = c;
  }

  @Override
  void run(Warp w, int mask) {
    long[] r = w.r;
    int bits = 0;
    if (mask == ALL) {
      for (int l = 0; l < LANES; l++) {
        bits |= f.apply(r[a + l], r[b + l]) ? 1 << l : 0;
      }
    } else {
      for (int m = mask; m != 0; m &= m - 1) {
        int l = Integer.numberOfTrailingZeros(m);
        bits |= f.apply(r[a + l], r[b + l]) ? 1 << l : 0;
      }
    }
    int other = c >= 0 ? w.p[c] : 0;
    if (p >= 0) {
      w.p[p] = w.p[p] & ~mask | combined(bits, other) & mask;
    }
    if (q >= 0) {
      w.p[q] = w.p[q] & ~mask | combined(~bits, other) & mask;
    }
  }

  private int combined(int bits, int other) {
    return switch (combine) {
      case NONE -> bits;
      case AND -> bits & other;
      case OR -> bits | other;
      case XOR -> bits ^ other;
    };
  }
}
