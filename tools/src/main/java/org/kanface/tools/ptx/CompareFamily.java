package org.kanface.tools.ptx;

import static org.kanface.tools.ptx.Floats.d;
import static org.kanface.tools.ptx.Floats.f;
import static org.kanface.tools.ptx.Floats.flush;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.kanface.tools.ptx.ir.Instruction;
import org.kanface.tools.ptx.ir.Operand;
import org.kanface.tools.ptx.ir.Type;

/// `setp`, `set`, `selp` and `slct` (PTX ISA, "Comparison and Selection Instructions").
final class CompareFamily {
  private static final String[] OPERATORS = {
    "eq", "ne", "lt", "le", "gt", "ge", "lo", "ls", "hi", "hs", "equ", "neu", "ltu", "leu", "gtu",
    "geu", "num", "nan"
  };

  private CompareFamily() {}

  static void setp(Translator t, Instruction i, Mods m) {
    String operator = m.need(OPERATORS);
    String combine = m.oneOf("and", "or", "xor");
    boolean ftz = m.take("ftz");
    Type type = m.type();
    int a = t.value(i, 1, type);
    int b = t.value(i, 2, type);
    Operand to = i.operands().get(0);
    if (type == Type.F16X2 || type == Type.BF16X2) {
      packed(t, i, operator, combine, type, a, b);
      return;
    }
    int p;
    int q = -1;
    if (to instanceof Operand.Pair(var first, var second)) {
      p = t.predicateDestination(first);
      q = t.predicateDestination(second);
    } else {
      p = t.predicateDestination(to);
    }
    int c = combine == null ? -1 : t.predicate(i.operands().get(3));
    add(t, i, test(operator, type, ftz, m), a, b, combine, p, q, c);
  }

  private static void packed(
      Translator t,
      Instruction i,
      String operator,
      @Nullable String combine,
      Type type,
      int a,
      int b) {
    if (!(i.operands().get(0) instanceof Operand.Pair(var first, var second))) {
      throw t.error("expected two predicates, p|q");
    }
    Halves format = type == Type.F16X2 ? Halves.F16 : Halves.BF16;
    int c = combine == null ? -1 : t.predicate(i.operands().get(3));
    FloatTest test = FloatTest.named(operator);
    add(
        t,
        i,
        (x, y) -> test.apply(format.decode(x & 0xffff), format.decode(y & 0xffff)),
        a,
        b,
        combine,
        t.predicateDestination(first),
        -1,
        c);
    add(
        t,
        i,
        (x, y) -> test.apply(format.decode(x >>> 16 & 0xffff), format.decode(y >>> 16 & 0xffff)),
        a,
        b,
        combine,
        t.predicateDestination(second),
        -1,
        c);
  }

  private static void add(
      Translator t,
      Instruction i,
      Fn.Test test,
      int a,
      int b,
      @Nullable String combine,
      int p,
      int q,
      int c) {
    var how =
        combine == null
            ? LanesCompare.Combine.NONE
            : LanesCompare.Combine.valueOf(combine.toUpperCase(Locale.ROOT));
    t.add(Specialised.make(LanesCompare.class, List.of(test), i, test, a, b, how, p, q, c));
  }

  /// `d = test(a, b)` for a predicate `d`.
  static void test(Translator t, Instruction i, Fn.Test test, int a, int b, int d) {
    add(t, i, test, a, b, null, d, -1, -1);
  }

  /// A comparison of floating-point numbers.
  interface FloatTest {
    boolean apply(double a, double b);

    static FloatTest named(String operator) {
      return switch (operator) {
        case "eq" -> (a, b) -> a == b;
        case "ne" -> (a, b) -> a < b || a > b;
        case "lt" -> (a, b) -> a < b;
        case "le" -> (a, b) -> a <= b;
        case "gt" -> (a, b) -> a > b;
        case "ge" -> (a, b) -> a >= b;
        case "equ" -> (a, b) -> !(a < b || a > b);
        case "neu" -> (a, b) -> a != b;
        case "ltu" -> (a, b) -> !(a >= b);
        case "leu" -> (a, b) -> !(a > b);
        case "gtu" -> (a, b) -> !(a <= b);
        case "geu" -> (a, b) -> !(a < b);
        case "num" -> (a, b) -> !Double.isNaN(a) && !Double.isNaN(b);
        default -> (a, b) -> Double.isNaN(a) || Double.isNaN(b);
      };
    }
  }

  private static Fn.Test test(String operator, Type type, boolean ftz, Mods m) {
    return switch (type) {
      case F32 -> ftz ? flushing(operator) : single(operator);
      case F64 -> doubles(operator);
      case F16, BF16 -> {
        Halves format = type == Type.F16 ? Halves.F16 : Halves.BF16;
        FloatTest test = FloatTest.named(operator);
        yield (a, b) -> test.apply(format.decode(a & 0xffff), format.decode(b & 0xffff));
      }
      case S16 -> signed16(operator, m);
      case S32 -> signed32(operator, m);
      case S64 -> signed64(operator, m);
      case U16, B16 -> unsigned16(operator, m);
      case U32, B32 -> unsigned32(operator, m);
      case U64, B64 -> unsigned64(operator, m);
      default -> throw m.error("the type .%s is not supported here", type.spelling());
    };
  }

  private static Fn.Test single(String operator) {
    return switch (operator) {
      case "eq" -> (a, b) -> f(a) == f(b);
      case "ne" -> (a, b) -> f(a) < f(b) || f(a) > f(b);
      case "lt" -> (a, b) -> f(a) < f(b);
      case "le" -> (a, b) -> f(a) <= f(b);
      case "gt" -> (a, b) -> f(a) > f(b);
      case "ge" -> (a, b) -> f(a) >= f(b);
      case "equ" -> (a, b) -> !(f(a) < f(b) || f(a) > f(b));
      case "neu" -> (a, b) -> f(a) != f(b);
      case "ltu" -> (a, b) -> !(f(a) >= f(b));
      case "leu" -> (a, b) -> !(f(a) > f(b));
      case "gtu" -> (a, b) -> !(f(a) <= f(b));
      case "geu" -> (a, b) -> !(f(a) < f(b));
      case "num" -> (a, b) -> !Float.isNaN(f(a)) && !Float.isNaN(f(b));
      default -> (a, b) -> Float.isNaN(f(a)) || Float.isNaN(f(b));
    };
  }

  private static Fn.Test flushing(String operator) {
    FloatTest test = FloatTest.named(operator);
    return (a, b) -> test.apply(flush(f(a)), flush(f(b)));
  }

  private static Fn.Test doubles(String operator) {
    FloatTest test = FloatTest.named(operator);
    return (a, b) -> test.apply(d(a), d(b));
  }

  private static Fn.Test signed16(String operator, Mods m) {
    Fn.Test wide = signed64(operator, m);
    return (a, b) -> wide.apply((short) a, (short) b);
  }

  private static Fn.Test unsigned16(String operator, Mods m) {
    Fn.Test wide = unsigned64(operator, m);
    return (a, b) -> wide.apply(a & 0xffff, b & 0xffff);
  }

  private static Fn.Test signed32(String operator, Mods m) {
    return switch (operator) {
      case "eq" -> (a, b) -> (int) a == (int) b;
      case "ne" -> (a, b) -> (int) a != (int) b;
      case "lt" -> (a, b) -> (int) a < (int) b;
      case "le" -> (a, b) -> (int) a <= (int) b;
      case "gt" -> (a, b) -> (int) a > (int) b;
      case "ge" -> (a, b) -> (int) a >= (int) b;
      case "lo", "ls", "hi", "hs" -> unsigned32(operator, m);
      default -> throw m.error("'.%s' does not compare integers", operator);
    };
  }

  private static Fn.Test unsigned32(String operator, Mods m) {
    return switch (operator) {
      case "eq" -> (a, b) -> (int) a == (int) b;
      case "ne" -> (a, b) -> (int) a != (int) b;
      case "lt", "lo" -> (a, b) -> (int) a + Integer.MIN_VALUE < (int) b + Integer.MIN_VALUE;
      case "le", "ls" -> (a, b) -> (int) a + Integer.MIN_VALUE <= (int) b + Integer.MIN_VALUE;
      case "gt", "hi" -> (a, b) -> (int) a + Integer.MIN_VALUE > (int) b + Integer.MIN_VALUE;
      case "ge", "hs" -> (a, b) -> (int) a + Integer.MIN_VALUE >= (int) b + Integer.MIN_VALUE;
      default -> throw m.error("'.%s' does not compare integers", operator);
    };
  }

  private static Fn.Test signed64(String operator, Mods m) {
    return switch (operator) {
      case "eq" -> (a, b) -> a == b;
      case "ne" -> (a, b) -> a != b;
      case "lt" -> (a, b) -> a < b;
      case "le" -> (a, b) -> a <= b;
      case "gt" -> (a, b) -> a > b;
      case "ge" -> (a, b) -> a >= b;
      case "lo", "ls", "hi", "hs" -> unsigned64(operator, m);
      default -> throw m.error("'.%s' does not compare integers", operator);
    };
  }

  private static Fn.Test unsigned64(String operator, Mods m) {
    return switch (operator) {
      case "eq" -> (a, b) -> a == b;
      case "ne" -> (a, b) -> a != b;
      case "lt", "lo" -> (a, b) -> Long.compareUnsigned(a, b) < 0;
      case "le", "ls" -> (a, b) -> Long.compareUnsigned(a, b) <= 0;
      case "gt", "hi" -> (a, b) -> Long.compareUnsigned(a, b) > 0;
      case "ge", "hs" -> (a, b) -> Long.compareUnsigned(a, b) >= 0;
      default -> throw m.error("'.%s' does not compare integers", operator);
    };
  }

  /// `set`: all ones or 1.0 where the comparison holds, else 0.
  static void set(Translator t, Instruction i, Mods m) {
    String operator = m.need(OPERATORS);
    String combine = m.oneOf("and", "or", "xor");
    boolean ftz = m.take("ftz");
    Type to = m.type();
    Type type = m.type();
    int a = t.value(i, 1, type);
    int b = t.value(i, 2, type);
    int d = t.destination(i.operands().get(0));
    if (type == Type.F16X2 || type == Type.BF16X2) {
      Halves format = type == Type.F16X2 ? Halves.F16 : Halves.BF16;
      FloatTest test = FloatTest.named(operator);
      boolean numbers = to == Type.F16X2 || to == Type.BF16X2;
      long one = numbers ? format.encode(1) : 0xffff;
      t.two(
          i,
          (x, y) ->
              (test.apply(format.decode(x & 0xffff), format.decode(y & 0xffff)) ? one : 0)
                  | (test.apply(format.decode(x >>> 16 & 0xffff), format.decode(y >>> 16 & 0xffff))
                      ? one << 16
                      : 0),
          d,
          a,
          b);
      return;
    }
    int p = t.freshPredicate();
    int c = combine == null ? -1 : t.predicate(i.operands().get(3));
    add(t, i, test(operator, type, ftz, m), a, b, combine, p, -1, c);
    long one =
        switch (to) {
          case F32 -> Float.floatToRawIntBits(1f);
          case F16 -> 0x3c00;
          case BF16 -> 0x3f80;
          default -> -1;
        };
    t.add(new Select(i, d, t.constant(one), t.constant(0), p));
  }

  static void selp(Translator t, Instruction i, Mods m) {
    Type type = m.type();
    int a = t.value(i, 1, type);
    int b = t.value(i, 2, type);
    int p = t.predicate(i.operands().get(3));
    t.add(new Select(i, t.destination(i.operands().get(0)), a, b, p));
  }

  /// `slct`: `c >= 0 ? a : b`.
  static void slct(Translator t, Instruction i, Mods m) {
    boolean ftz = m.take("ftz");
    Type type = m.type();
    Type by = m.type();
    int a = t.value(i, 1, type);
    int b = t.value(i, 2, type);
    int c = t.value(i, 3, by);
    Fn.Three f =
        by == Type.F32
            ? ftz ? (x, y, z) -> flush(f(z)) >= 0 ? x : y : (x, y, z) -> f(z) >= 0 ? x : y
            : (x, y, z) -> (int) z >= 0 ? x : y;
    t.three(i, f, t.destination(i.operands().get(0)), a, b, c);
  }

  /// `d = p ? a : b`.
  static final class Select extends Op {
    private final int d;
    private final int a;
    private final int b;
    private final int p;

    Select(Instruction source, int d, int a, int b, int p) {
      super(source);
      this.d = d;
      this.a = a;
      this.b = b;
      this.p = p;
    }

    @Override
    void run(Warp w, int mask) {
      long[] r = w.r;
      int bits = w.p[p];
      for (int m = mask; m != 0; m &= m - 1) {
        int l = Integer.numberOfTrailingZeros(m);
        r[d + l] = (bits >>> l & 1) != 0 ? r[a + l] : r[b + l];
      }
    }
  }
}
