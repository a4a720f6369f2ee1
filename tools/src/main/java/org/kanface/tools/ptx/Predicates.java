package org.kanface.tools.ptx;

import org.kanface.tools.ptx.ir.Instruction;

/// Logic on predicates, 32 lanes at a time.
final class Predicates extends Op {
  enum Kind {
    COPY,
    NOT,
    AND,
    OR,
    XOR,
    CONSTANT
  }

  private final Kind kind;
  private final int d;
  private final int a;
  private final int b;
  private final long constant;

  Predicates(Instruction source, Kind kind, int d, int a, int b, long constant) {
    super(source);
    this.kind = kind;
    this.d = d;
    this.a = a;
    this.b = b;
    this.constant = constant;
  }

  @Override
  void run(Warp w, int mask) {
    int[] p = w.p;
    int value =
        switch (kind) {
          case COPY -> p[a];
          case NOT -> ~p[a];
          case AND -> p[a] & p[b];
          case OR -> p[a] | p[b];
          case XOR -> p[a] ^ p[b];
          case CONSTANT -> constant != 0 ? ALL : 0;
        };
    p[d] = p[d] & ~mask | value & mask;
  }
}
