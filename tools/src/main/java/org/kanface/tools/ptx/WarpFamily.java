package org.kanface.tools.ptx;

import org.kanface.tools.ptx.ir.Instruction;
import org.kanface.tools.ptx.ir.Operand;
import org.kanface.tools.ptx.ir.Type;

/// `shfl`, `vote`, `match`, `redux`, `activemask`, `elect` and `bar.warp.sync`.
final class WarpFamily {
  private WarpFamily() {}

  static void shfl(Translator t, Instruction i, Mods m) {
    boolean sync = m.take("sync");
    String mode = m.need("up", "down", "bfly", "idx");
    m.type();
    Operand to = i.operands().get(0);
    int p = -1;
    if (to instanceof Operand.Pair(var value, var predicate)) {
      to = value;
      p = t.predicateDestination(predicate);
    }
    int a = t.value(i, 1, Type.B32);
    int b = t.value(i, 2, Type.B32);
    int c = t.value(i, 3, Type.B32);
    int members = sync ? t.value(i, 4, Type.B32) : -1;
    t.add(new Shuffle(i, members, mode, t.destination(to), p, a, b, c));
  }

  static void vote(Translator t, Instruction i, Mods m) {
    boolean sync = m.take("sync");
    String mode = m.need("all", "any", "uni", "ballot");
    m.type();
    boolean ballot = mode.equals("ballot");
    Operand to = i.operands().get(0);
    int d = ballot ? t.destination(to) : t.predicateDestination(to);
    int a = t.predicate(i.operands().get(1));
    int members = sync ? t.value(i, 2, Type.B32) : -1;
    t.add(new Vote(i, members, mode, d, a));
  }

  static void match(Translator t, Instruction i, Mods m) {
    boolean all = m.need("any", "all").equals("all");
    m.need("sync");
    boolean wide = m.type().bits() == 64;
    Operand to = i.operands().get(0);
    int p = -1;
    if (to instanceof Operand.Pair(var value, var predicate)) {
      to = value;
      p = t.predicateDestination(predicate);
    }
    int a = t.value(i, 1, wide ? Type.B64 : Type.B32);
    int members = t.value(i, 2, Type.B32);
    t.add(new Match(i, members, all, wide, t.destination(to), p, a));
  }

  static void redux(Translator t, Instruction i, Mods m) {
    m.need("sync");
    String name = m.need("add", "min", "max", "and", "or", "xor");
    boolean abs = m.take("abs");
    boolean nan = m.take("NaN");
    Type type = m.type();
    int a = t.value(i, 1, type);
    int members = t.value(i, 2, Type.B32);
    Fn.Two f =
        switch (name) {
          case "add" -> (x, y) -> (int) x + (int) y;
          case "and" -> (x, y) -> x & y;
          case "or" -> (x, y) -> x | y;
          case "xor" -> (x, y) -> x ^ y;
          default -> extreme(name.equals("min"), type, abs, nan);
        };
    t.add(new Redux(i, members, f, t.destination(i.operands().get(0)), a));
  }

  private static Fn.Two extreme(boolean least, Type type, boolean abs, boolean nan) {
    if (type == Type.F32) {
      return (x, y) -> {
        float u = abs ? Math.abs(Floats.f(x)) : Floats.f(x);
        float v = abs ? Math.abs(Floats.f(y)) : Floats.f(y);
        return Floats.bits(least ? Floats.min(u, v, nan) : Floats.max(u, v, nan));
      };
    }
    return (x, y) -> {
      long u = IntegerFamily.read(x, type);
      long v = IntegerFamily.read(y, type);
      return least ? Math.min(u, v) : Math.max(u, v);
    };
  }

  static void activemask(Translator t, Instruction i, Mods m) {
    m.type();
    t.add(new ActiveMask(i, t.destination(i.operands().get(0))));
  }

  static void elect(Translator t, Instruction i, Mods m) {
    m.need("sync");
    if (!(i.operands().get(0) instanceof Operand.Pair(var value, var predicate))) {
      throw m.error("expected d|p");
    }
    int members = t.value(i, 1, Type.B32);
    t.add(new Elect(i, members, t.destination(value), t.predicateDestination(predicate)));
  }

  /// `bar.warp.sync`.
  static void barrier(Translator t, Instruction i) {
    t.add(new WarpBarrier(i, t.value(i, 0, Type.B32)));
  }

  private static final class ActiveMask extends Op {
    private final int d;

    ActiveMask(Instruction source, int d) {
      super(source);
      this.d = d;
    }

    @Override
    void run(Warp w, int mask) {
      for (int m = mask; m != 0; m &= m - 1) {
        w.r[d + Integer.numberOfTrailingZeros(m)] = mask;
      }
    }
  }

  private static final class WarpBarrier extends Collective {
    WarpBarrier(Instruction source, int members) {
      super(source, members);
    }

    @Override
    void collect(Warp w, int mask) {}

    @Override
    void exchange(Warp w, int mask) {}

    @Override
    void deliver(Warp w, int mask) {}
  }

  private static final class Elect extends Collective {
    private final int d;
    private final int p;

    Elect(Instruction source, int members, int d, int p) {
      super(source, members);
      this.d = d;
      this.p = p;
    }

    @Override
    void collect(Warp w, int mask) {}

    @Override
    void exchange(Warp w, int mask) {
      w.outPredicate = Integer.lowestOneBit(mask);
    }

    @Override
    void deliver(Warp w, int mask) {
      for (int m = mask; m != 0; m &= m - 1) {
        w.r[d + Integer.numberOfTrailingZeros(m)] = Integer.numberOfTrailingZeros(w.outPredicate);
      }
      if (p >= 0) {
        w.p[p] = w.p[p] & ~mask | w.outPredicate & mask;
      }
    }
  }

  /// A collective with one value and a predicate as result.
  private abstract static class Valued extends Collective {
    private final int d;
    private final int p;

    Valued(Instruction source, int members, int d, int p) {
      super(source, members);
      this.d = d;
      this.p = p;
    }

    @Override
    final void deliver(Warp w, int mask) {
      for (int m = mask; d >= 0 && m != 0; m &= m - 1) {
        int l = Integer.numberOfTrailingZeros(m);
        w.r[d + l] = w.out[l];
      }
      if (p >= 0) {
        w.p[p] = w.p[p] & ~mask | w.outPredicate & mask;
      }
    }

    static void gather(Warp w, long[] into, int row, int mask) {
      for (int m = mask; m != 0; m &= m - 1) {
        int l = Integer.numberOfTrailingZeros(m);
        into[l] = w.r[row + l];
      }
    }
  }

  private static final class Shuffle extends Valued {
    private final String mode;
    private final int a;
    private final int b;
    private final int c;

    Shuffle(Instruction source, int members, String mode, int d, int p, int a, int b, int c) {
      super(source, members, d, p);
      this.mode = mode;
      this.a = a;
      this.b = b;
      this.c = c;
    }

    @Override
    void collect(Warp w, int mask) {
      gather(w, w.in0, a, mask);
      gather(w, w.in1, b, mask);
      gather(w, w.in2, c, mask);
    }

    @Override
    void exchange(Warp w, int mask) {
      int inRange = 0;
      for (int m = mask; m != 0; m &= m - 1) {
        int lane = Integer.numberOfTrailingZeros(m);
        int step = (int) w.in1[lane] & 31;
        int segment = (int) w.in2[lane] >> 8 & 31;
        int clamp = (int) w.in2[lane] & 31;
        int last = lane & segment | clamp & ~segment;
        int from;
        boolean ok;
        switch (mode) {
          case "up" -> {
            from = lane - step;
            ok = from >= last;
          }
          case "down" -> {
            from = lane + step;
            ok = from <= last;
          }
          case "bfly" -> {
            from = lane ^ step;
            ok = from <= last;
          }
          default -> {
            from = lane & segment | step & ~segment;
            ok = from <= last;
          }
        }
        boolean here = ok && (mask >>> from & 1) != 0;
        w.out[lane] = w.in0[here ? from : lane];
        inRange |= ok ? 1 << lane : 0;
      }
      w.outPredicate = inRange;
    }
  }

  private static final class Vote extends Collective {
    private final String mode;
    private final int d;
    private final int a;

    Vote(Instruction source, int members, String mode, int d, int a) {
      super(source, members);
      this.mode = mode;
      this.d = d;
      this.a = a;
    }

    @Override
    void collect(Warp w, int mask) {
      for (int m = mask; m != 0; m &= m - 1) {
        int l = Integer.numberOfTrailingZeros(m);
        w.in0[l] = (w.p[a] & 1 << l) != 0 ? 1 : 0;
      }
    }

    @Override
    void exchange(Warp w, int mask) {
      int bits = 0;
      for (int m = mask; m != 0; m &= m - 1) {
        int l = Integer.numberOfTrailingZeros(m);
        bits |= (int) w.in0[l] << l;
      }
      w.outPredicate =
          switch (mode) {
            case "all" -> bits == mask ? -1 : 0;
            case "any" -> bits != 0 ? -1 : 0;
            case "uni" -> bits == mask || bits == 0 ? -1 : 0;
            default -> bits;
          };
    }

    @Override
    void deliver(Warp w, int mask) {
      if (!mode.equals("ballot")) {
        if (d >= 0) {
          w.p[d] = w.p[d] & ~mask | w.outPredicate & mask;
        }
        return;
      }
      for (int m = mask; m != 0; m &= m - 1) {
        w.r[d + Integer.numberOfTrailingZeros(m)] = w.outPredicate;
      }
    }
  }

  private static final class Match extends Valued {
    private final boolean all;
    private final boolean wide;
    private final int a;

    Match(Instruction source, int members, boolean all, boolean wide, int d, int p, int a) {
      super(source, members, d, p);
      this.all = all;
      this.wide = wide;
      this.a = a;
    }

    @Override
    void collect(Warp w, int mask) {
      gather(w, w.in0, a, mask);
    }

    @Override
    void exchange(Warp w, int mask) {
      for (int m = mask; m != 0; m &= m - 1) {
        int l = Integer.numberOfTrailingZeros(m);
        int same = 0;
        for (int n = mask; n != 0; n &= n - 1) {
          int k = Integer.numberOfTrailingZeros(n);
          boolean equal = wide ? w.in0[k] == w.in0[l] : (int) w.in0[k] == (int) w.in0[l];
          same |= equal ? 1 << k : 0;
        }
        w.outPredicate = same == mask ? -1 : 0;
        w.out[l] = all ? w.outPredicate & mask : same;
      }
    }
  }

  private static final class Redux extends Valued {
    private final Fn.Two f;
    private final int a;

    Redux(Instruction source, int members, Fn.Two f, int d, int a) {
      super(source, members, d, -1);
      this.f = f;
      this.a = a;
    }

    @Override
    void collect(Warp w, int mask) {
      gather(w, w.in0, a, mask);
    }

    @Override
    void exchange(Warp w, int mask) {
      int first = Integer.numberOfTrailingZeros(mask);
      long sum = w.in0[first];
      for (int m = mask & mask - 1; m != 0; m &= m - 1) {
        sum = f.apply(sum, w.in0[Integer.numberOfTrailingZeros(m)]);
      }
      for (int m = mask; m != 0; m &= m - 1) {
        w.out[Integer.numberOfTrailingZeros(m)] = sum;
      }
    }
  }
}
