package org.kanface.tools.ptx;

import static org.kanface.tools.ptx.Floats.bits;
import static org.kanface.tools.ptx.Floats.d;
import static org.kanface.tools.ptx.Floats.f;
import static org.kanface.tools.ptx.Floats.flush;
import static org.kanface.tools.ptx.Floats.saturate;

import org.kanface.tools.ptx.ir.Instruction;
import org.kanface.tools.ptx.ir.Type;

/// Single and double precision arithmetic (PTX ISA, "Floating Point Instructions").
///
/// The approximations (`ex2.approx`, `sin.approx`, …) are computed in double and rounded, which is
/// within every documented error bound, but need not be the bits of a particular GPU.
final class FloatFamily {
  private FloatFamily() {}

  private interface F1 {
    float apply(float a);
  }

  private interface F2 {
    float apply(float a, float b);
  }

  private interface F3 {
    float apply(float a, float b, float c);
  }

  private static Fn.One single(boolean ftz, boolean sat, F1 g) {
    if (!ftz && !sat) {
      return a -> bits(g.apply(f(a)));
    }
    return a -> {
      float r = g.apply(ftz ? flush(f(a)) : f(a));
      r = ftz ? flush(r) : r;
      return bits(sat ? saturate(r) : r);
    };
  }

  private static Fn.Two single(boolean ftz, boolean sat, F2 g) {
    if (!ftz && !sat) {
      return (a, b) -> bits(g.apply(f(a), f(b)));
    }
    return (a, b) -> {
      float r = ftz ? flush(g.apply(flush(f(a)), flush(f(b)))) : g.apply(f(a), f(b));
      return bits(sat ? saturate(r) : r);
    };
  }

  private static Fn.Three single(boolean ftz, boolean sat, F3 g) {
    return (a, b, c) -> {
      float r =
          ftz ? flush(g.apply(flush(f(a)), flush(f(b)), flush(f(c)))) : g.apply(f(a), f(b), f(c));
      return bits(sat ? saturate(r) : r);
    };
  }

  static void add(Translator t, Instruction i, Mods m) {
    sum(t, i, m, 1);
  }

  static void sub(Translator t, Instruction i, Mods m) {
    sum(t, i, m, -1);
  }

  private static void sum(Translator t, Instruction i, Mods m, int sign) {
    Rounding mode = m.rounding(Rounding.RN);
    boolean ftz = m.take("ftz");
    boolean sat = m.take("sat");
    Type type = m.type();
    boolean minus = sign < 0;
    if (type == Type.F64) {
      t.two(
          i,
          type,
          mode == Rounding.RN
              ? minus ? (a, b) -> bits(d(a) - d(b)) : (a, b) -> bits(d(a) + d(b))
              : (a, b) -> bits(Floats.add(d(a), minus ? -d(b) : d(b), mode)));
    } else if (type == Type.F32X2) {
      Fn.Two f = single(ftz, sat, (a, b) -> Floats.add(a, minus ? -b : b, mode));
      t.two(i, type, pairs(f));
    } else if (mode == Rounding.RN && !ftz && !sat) {
      t.two(i, type, minus ? (a, b) -> bits(f(a) - f(b)) : (a, b) -> bits(f(a) + f(b)));
    } else if (mode == Rounding.RN && !sat) {
      t.two(
          i,
          type,
          minus
              ? (a, b) -> bits(flush(flush(f(a)) - flush(f(b))))
              : (a, b) -> bits(flush(flush(f(a)) + flush(f(b)))));
    } else {
      t.two(i, type, single(ftz, sat, (a, b) -> Floats.add(a, minus ? -b : b, mode)));
    }
  }

  private static Fn.Two pairs(Fn.Two f) {
    return (a, b) -> f.apply(a, b) & 0xffff_ffffL | f.apply(a >>> 32, b >>> 32) << 32;
  }

  static void mul(Translator t, Instruction i, Mods m) {
    Rounding mode = m.rounding(Rounding.RN);
    boolean ftz = m.take("ftz");
    boolean sat = m.take("sat");
    Type type = m.type();
    if (type == Type.F64) {
      t.two(
          i,
          type,
          mode == Rounding.RN
              ? (a, b) -> bits(d(a) * d(b))
              : (a, b) -> bits(Floats.mul(d(a), d(b), mode)));
    } else if (type == Type.F32X2) {
      t.two(i, type, pairs(single(ftz, sat, (a, b) -> Floats.mul(a, b, mode))));
    } else if (mode == Rounding.RN && !sat) {
      t.two(
          i,
          type,
          ftz ? (a, b) -> bits(flush(flush(f(a)) * flush(f(b)))) : (a, b) -> bits(f(a) * f(b)));
    } else {
      t.two(i, type, single(ftz, sat, (a, b) -> Floats.mul(a, b, mode)));
    }
  }

  /// `fma`, and `mad` which is the same on these types.
  static void fma(Translator t, Instruction i, Mods m) {
    Rounding mode = m.rounding(Rounding.RN);
    boolean ftz = m.take("ftz");
    boolean sat = m.take("sat");
    Type type = m.type();
    if (type == Type.F64) {
      t.three(
          i,
          type,
          mode == Rounding.RN
              ? (a, b, c) -> bits(Math.fma(d(a), d(b), d(c)))
              : (a, b, c) -> bits(Floats.fma(d(a), d(b), d(c), mode)));
    } else if (type == Type.F32X2) {
      Fn.Three f = single(ftz, sat, (a, b, c) -> Floats.fma(a, b, c, mode));
      t.three(
          i,
          type,
          (a, b, c) ->
              f.apply(a, b, c) & 0xffff_ffffL | f.apply(a >>> 32, b >>> 32, c >>> 32) << 32);
    } else if (mode == Rounding.RN && !sat) {
      t.three(
          i,
          type,
          ftz
              ? (a, b, c) -> bits(flush(Math.fma(flush(f(a)), flush(f(b)), flush(f(c)))))
              : (a, b, c) -> bits(Math.fma(f(a), f(b), f(c))));
    } else if (mode == Rounding.RM && !sat && !ftz) {
      t.three(i, type, (a, b, c) -> bits(Floats.fma(f(a), f(b), f(c), Rounding.RM)));
    } else {
      t.three(i, type, single(ftz, sat, (a, b, c) -> Floats.fma(a, b, c, mode)));
    }
  }

  static void div(Translator t, Instruction i, Mods m) {
    m.ignore("approx", "full");
    Rounding mode = m.rounding(Rounding.RN);
    boolean ftz = m.take("ftz");
    Type type = m.type();
    t.two(
        i,
        type,
        type == Type.F64
            ? (a, b) -> bits(Floats.div(d(a), d(b), mode))
            : single(ftz, false, (a, b) -> Floats.div(a, b, mode)));
  }

  static void root(Translator t, Instruction i, Mods m) {
    m.ignore("approx");
    Rounding mode = m.rounding(Rounding.RN);
    boolean ftz = m.take("ftz");
    Type type = m.type();
    boolean wide = type == Type.F64;
    switch (i.opcode()) {
      case "sqrt" ->
          t.one(
              i,
              type,
              wide
                  ? a -> bits(Floats.sqrt(d(a), mode))
                  : single(ftz, false, a -> Floats.sqrt(a, mode)));
      case "rcp" ->
          t.one(
              i,
              type,
              wide
                  ? a -> bits(Floats.div(1.0, d(a), mode))
                  : single(ftz, false, a -> Floats.div(1f, a, mode)));
      default ->
          t.one(
              i,
              type,
              wide
                  ? a -> bits(1 / Math.sqrt(d(a)))
                  : single(ftz, false, a -> (float) (1 / Math.sqrt(a))));
    }
  }

  /// `sin`, `cos`, `lg2`, `ex2`, `tanh`.
  static void approximate(Translator t, Instruction i, Mods m) {
    m.take("approx");
    boolean ftz = m.take("ftz");
    Type type = m.type();
    F1 g = function(i.opcode());
    switch (type) {
      case F32 -> t.one(i, type, single(ftz, false, g));
      case F16, BF16 -> {
        Halves format = type == Type.F16 ? Halves.F16 : Halves.BF16;
        t.one(i, type, a -> half(format, g, a));
      }
      case F16X2, BF16X2 -> {
        Halves format = type == Type.F16X2 ? Halves.F16 : Halves.BF16;
        t.one(i, type, a -> half(format, g, a) | half(format, g, a >>> 16) << 16);
      }
      default -> throw m.error("the type .%s is not supported here", type.spelling());
    }
  }

  private static long half(Halves format, F1 g, long a) {
    return format.encode(format.round(g.apply((float) format.decode(a & 0xffff)), Rounding.RN));
  }

  private static F1 function(String opcode) {
    return switch (opcode) {
      case "sin" -> a -> (float) Math.sin(a);
      case "cos" -> a -> (float) Math.cos(a);
      case "lg2" -> Floats::lg2;
      case "ex2" -> Floats::ex2;
      default -> a -> (float) Math.tanh(a);
    };
  }

  static void abs(Translator t, Instruction i, Mods m) {
    boolean ftz = m.take("ftz");
    Type type = m.type();
    t.one(
        i,
        type,
        type == Type.F64
            ? a -> a & Long.MAX_VALUE
            : ftz ? a -> bits(Math.abs(flush(f(a)))) : a -> a & 0x7fff_ffffL);
  }

  static void neg(Translator t, Instruction i, Mods m) {
    boolean ftz = m.take("ftz");
    Type type = m.type();
    t.one(
        i,
        type,
        type == Type.F64
            ? a -> a ^ Long.MIN_VALUE
            : ftz ? a -> bits(-flush(f(a))) : a -> a ^ 0x8000_0000L);
  }

  /// `min` and `max` of two or three.
  static void extreme(Translator t, Instruction i, Mods m) {
    boolean ftz = m.take("ftz");
    boolean nan = m.take("NaN");
    boolean magnitude = m.take("xorsign");
    boolean abs = m.take("abs");
    Type type = m.type();
    boolean least = i.opcode().equals("min");
    if (type == Type.F64) {
      t.two(
          i,
          type,
          least ? (a, b) -> bits(Floats.min(d(a), d(b))) : (a, b) -> bits(Floats.max(d(a), d(b))));
      return;
    }
    F2 pick = least ? (a, b) -> Floats.min(a, b, nan) : (a, b) -> Floats.max(a, b, nan);
    if (magnitude) {
      F2 plain = pick;
      pick =
          (a, b) -> {
            float r = plain.apply(Math.abs(a), Math.abs(b));
            int sign = (Float.floatToRawIntBits(a) ^ Float.floatToRawIntBits(b)) & 0x8000_0000;
            return Float.intBitsToFloat(Float.floatToRawIntBits(r) | sign);
          };
    } else if (abs) {
      F2 plain = pick;
      pick = (a, b) -> plain.apply(Math.abs(a), Math.abs(b));
    }
    F2 chosen = pick;
    if (i.operands().size() == 4) {
      t.three(i, type, single(ftz, false, (a, b, c) -> chosen.apply(chosen.apply(a, b), c)));
    } else if (!ftz && !nan && !magnitude && !abs) {
      t.two(
          i,
          type,
          least
              ? (a, b) -> bits(Floats.min(f(a), f(b), false))
              : (a, b) -> bits(Floats.max(f(a), f(b), false)));
    } else {
      t.two(i, type, single(ftz, false, chosen));
    }
  }

  static void copysign(Translator t, Instruction i, Mods m) {
    Type type = m.type();
    t.two(
        i,
        type,
        type == Type.F64
            ? (a, b) -> a & Long.MIN_VALUE | b & Long.MAX_VALUE
            : (a, b) -> a & 0x8000_0000L | b & 0x7fff_ffffL);
  }

  static void testp(Translator t, Instruction i, Mods m) {
    String kind = m.need("finite", "infinite", "number", "notanumber", "normal", "subnormal");
    Type type = m.type();
    int p = t.predicateDestination(i.operands().get(0));
    int a = t.value(i, 1, type);
    boolean wide = type == Type.F64;
    double smallest = wide ? Double.MIN_NORMAL : Float.MIN_NORMAL;
    CompareFamily.FloatTest test =
        switch (kind) {
          case "finite" -> (x, _) -> Double.isFinite(x);
          case "infinite" -> (x, _) -> Double.isInfinite(x);
          case "number" -> (x, _) -> !Double.isNaN(x);
          case "notanumber" -> (x, _) -> Double.isNaN(x);
          case "normal" -> (x, _) -> Double.isFinite(x) && Math.abs(x) >= smallest;
          default -> (x, _) -> x != 0 && Math.abs(x) < smallest;
        };
    CompareFamily.test(
        t, i, wide ? (x, y) -> test.apply(d(x), d(y)) : (x, y) -> test.apply(f(x), f(y)), a, a, p);
  }
}
