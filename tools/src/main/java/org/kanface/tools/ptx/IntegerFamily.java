package org.kanface.tools.ptx;

import org.kanface.tools.ptx.ir.Instruction;
import org.kanface.tools.ptx.ir.Type;

/// Integer arithmetic (PTX ISA, "Integer Arithmetic Instructions").
final class IntegerFamily {
  private IntegerFamily() {}

  /// The value of a register read as `type`.
  static long read(long bits, Type type) {
    return switch (type) {
      case S8 -> (byte) bits;
      case S16 -> (short) bits;
      case S32 -> (int) bits;
      case U8, B8 -> bits & 0xff;
      case U16, B16 -> bits & 0xffff;
      case U32, B32 -> bits & 0xffff_ffffL;
      default -> bits;
    };
  }

  /// A function of values that are sign- or zero-extended as `type` says.
  private static Fn.Two reading(Type type, Fn.Two f) {
    return switch (type) {
      case S32, B32 -> f;
      case S64, U64, B64 -> f;
      default -> (a, b) -> f.apply(read(a, type), read(b, type));
    };
  }

  static void add(Translator t, Instruction i, Mods m) {
    boolean carries = m.take("cc");
    boolean saturates = m.take("sat");
    Type type = m.type();
    if (carries) {
      Carry.add(t, i, type, false, false, true);
      return;
    }
    t.two(
        i,
        type,
        switch (type) {
          case U16X2, S16X2 -> halves((a, b) -> a + b);
          case S32 ->
              saturates ? (a, b) -> clamp((long) (int) a + (int) b) : (a, b) -> (int) a + (int) b;
          case U32, U16, S16 -> (a, b) -> (int) a + (int) b;
          default -> (a, b) -> a + b;
        });
  }

  static void sub(Translator t, Instruction i, Mods m) {
    boolean carries = m.take("cc");
    boolean saturates = m.take("sat");
    Type type = m.type();
    if (carries) {
      Carry.add(t, i, type, true, false, true);
      return;
    }
    t.two(
        i,
        type,
        switch (type) {
          case U16X2, S16X2 -> halves((a, b) -> a - b);
          case S32 ->
              saturates ? (a, b) -> clamp((long) (int) a - (int) b) : (a, b) -> (int) a - (int) b;
          case U32, U16, S16 -> (a, b) -> (int) a - (int) b;
          default -> (a, b) -> a - b;
        });
  }

  static void addc(Translator t, Instruction i, Mods m) {
    boolean writes = m.take("cc");
    Carry.add(t, i, m.type(), i.opcode().equals("subc"), true, writes);
  }

  private static long clamp(long x) {
    return Math.clamp(x, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  /// On both 16-bit halves.
  static Fn.Two halves(Fn.Two f) {
    return (a, b) ->
        f.apply(a & 0xffff, b & 0xffff) & 0xffff
            | (f.apply(a >>> 16 & 0xffff, b >>> 16 & 0xffff) & 0xffff) << 16;
  }

  static void mul(Translator t, Instruction i, Mods m) {
    Type type = m.peekType();
    t.two(i, type, product(m));
  }

  /// `lo`, `hi` or `wide` and a type.
  private static Fn.Two product(Mods m) {
    String part = m.need("lo", "hi", "wide");
    Type type = m.type();
    return switch (part) {
      case "lo" ->
          switch (type) {
            case S64, U64, B64 -> (a, b) -> a * b;
            default -> (a, b) -> (int) (a * b);
          };
      case "wide" ->
          switch (type) {
            case S32 -> (a, b) -> (long) (int) a * (int) b;
            case U32 -> (a, b) -> (a & 0xffff_ffffL) * (b & 0xffff_ffffL);
            case S16 -> (a, b) -> (short) a * (short) b;
            case U16 -> (a, b) -> (a & 0xffff) * (b & 0xffff);
            default -> throw m.error("expected a 16- or 32-bit type");
          };
      default ->
          switch (type) {
            case S64 -> (a, b) -> Math.multiplyHigh(a, b);
            case U64 -> (a, b) -> Math.unsignedMultiplyHigh(a, b);
            case S32 -> (a, b) -> (long) (int) a * (int) b >> 32;
            case U32 -> (a, b) -> (a & 0xffff_ffffL) * (b & 0xffff_ffffL) >>> 32;
            case S16 -> (a, b) -> (short) a * (short) b >> 16;
            default -> (a, b) -> (a & 0xffff) * (b & 0xffff) >>> 16;
          };
    };
  }

  static void mad(Translator t, Instruction i, Mods m) {
    if (m.take("cc")) {
      madCarry(t, i, m, false, true);
      return;
    }
    boolean saturates = m.take("sat");
    Type type = m.peekType();
    boolean wide = m.has("wide");
    boolean low = m.has("lo");
    Fn.Two product = product(m);
    Type sum = wide ? type.bits() == 16 ? Type.S32 : Type.S64 : type;
    Fn.Three f;
    if (saturates) {
      f = (a, b, c) -> clamp(product.apply(a, b) + (int) c);
    } else if (low && type.bits() == 64) {
      f = (a, b, c) -> a * b + c;
    } else if (low) {
      f = (a, b, c) -> (int) a * (int) b + (int) c;
    } else if (wide && type == Type.S32) {
      f = (a, b, c) -> (long) (int) a * (int) b + c;
    } else if (wide && type == Type.U32) {
      f = (a, b, c) -> (a & 0xffff_ffffL) * (b & 0xffff_ffffL) + c;
    } else {
      f = (a, b, c) -> product.apply(a, b) + c;
    }
    int a = t.value(i, 1, type);
    int b = t.value(i, 2, type);
    int c = t.value(i, 3, sum);
    t.three(i, f, t.destination(i.operands().get(0)), a, b, c);
  }

  static void madc(Translator t, Instruction i, Mods m) {
    boolean writes = m.take("cc");
    madCarry(t, i, m, true, writes);
  }

  private static void madCarry(Translator t, Instruction i, Mods m, boolean reads, boolean writes) {
    Type type = m.peekType();
    Fn.Two product = product(m);
    int a = t.value(i, 1, type);
    int b = t.value(i, 2, type);
    int c = t.value(i, 3, type);
    int p = t.freshRow();
    t.two(i, product, p, a, b);
    Carry.add(t, i, type, false, reads, writes, t.destination(i.operands().get(0)), p, c);
  }

  static void mul24(Translator t, Instruction i, Mods m) {
    boolean high = m.need("lo", "hi").equals("hi");
    Type type = m.type();
    int shift = high ? 16 : 0;
    t.two(i, type, (a, b) -> narrow24(a, type) * narrow24(b, type) >> shift);
  }

  static void mad24(Translator t, Instruction i, Mods m) {
    boolean high = m.need("lo", "hi").equals("hi");
    boolean saturates = m.take("sat");
    Type type = m.type();
    int shift = high ? 16 : 0;
    t.three(
        i,
        type,
        (a, b, c) -> {
          long sum = (narrow24(a, type) * narrow24(b, type) >> shift) + (int) c;
          return saturates ? clamp(sum) : sum;
        });
  }

  private static long narrow24(long x, Type type) {
    return type.signed() ? (int) x << 8 >> 8 : x & 0xff_ffff;
  }

  static void div(Translator t, Instruction i, Mods m) {
    Type type = m.type();
    t.two(
        i,
        type,
        switch (type) {
          case S16 -> (a, b) -> (short) b == 0 ? -1 : (short) a / (short) b;
          case U16 -> (a, b) -> (b & 0xffff) == 0 ? -1 : (a & 0xffff) / (b & 0xffff);
          case S32 -> (a, b) -> (int) b == 0 ? -1 : (int) a / (int) b;
          case U32 -> (a, b) -> (int) b == 0 ? -1 : Integer.divideUnsigned((int) a, (int) b);
          case S64 -> (a, b) -> b == 0 ? -1 : a / b;
          default -> (a, b) -> b == 0 ? -1 : Long.divideUnsigned(a, b);
        });
  }

  static void rem(Translator t, Instruction i, Mods m) {
    Type type = m.type();
    t.two(
        i,
        type,
        switch (type) {
          case S16 -> (a, b) -> (short) b == 0 ? a : (short) a % (short) b;
          case U16 -> (a, b) -> (b & 0xffff) == 0 ? a : (a & 0xffff) % (b & 0xffff);
          case S32 -> (a, b) -> (int) b == 0 ? a : (int) a % (int) b;
          case U32 -> (a, b) -> (int) b == 0 ? a : Integer.remainderUnsigned((int) a, (int) b);
          case S64 -> (a, b) -> b == 0 ? a : a % b;
          default -> (a, b) -> b == 0 ? a : Long.remainderUnsigned(a, b);
        });
  }

  static void abs(Translator t, Instruction i, Mods m) {
    Type type = m.type();
    t.one(
        i,
        type,
        switch (type) {
          case S16 -> a -> Math.abs((short) a);
          case S32 -> a -> Math.abs((int) a);
          default -> a -> Math.abs(a);
        });
  }

  static void neg(Translator t, Instruction i, Mods m) {
    t.one(i, m.type(), a -> -a);
  }

  static void min(Translator t, Instruction i, Mods m) {
    boolean relu = m.take("relu");
    Type type = m.type();
    Fn.Two f =
        switch (type) {
          case S32 -> (a, b) -> Math.min((int) a, (int) b);
          case S64 -> Math::min;
          case U64 -> (a, b) -> Long.compareUnsigned(a, b) < 0 ? a : b;
          case U32 -> (a, b) -> Math.min(a & 0xffff_ffffL, b & 0xffff_ffffL);
          case U16X2 -> halves(Math::min);
          case S16X2 -> halves((a, b) -> Math.min((short) a, (short) b));
          default -> reading(type, Math::min);
        };
    t.two(i, type, relu ? relu(f, type) : f);
  }

  static void max(Translator t, Instruction i, Mods m) {
    boolean relu = m.take("relu");
    Type type = m.type();
    Fn.Two f =
        switch (type) {
          case S32 -> (a, b) -> Math.max((int) a, (int) b);
          case S64 -> Math::max;
          case U64 -> (a, b) -> Long.compareUnsigned(a, b) > 0 ? a : b;
          case U32 -> (a, b) -> Math.max(a & 0xffff_ffffL, b & 0xffff_ffffL);
          case U16X2 -> halves(Math::max);
          case S16X2 -> halves((a, b) -> Math.max((short) a, (short) b));
          default -> reading(type, Math::max);
        };
    t.two(i, type, relu ? relu(f, type) : f);
  }

  private static Fn.Two relu(Fn.Two f, Type type) {
    if (type == Type.S16X2) {
      Fn.Two clamp = halves((a, _) -> Math.max((short) a, 0));
      return (a, b) -> clamp.apply(f.apply(a, b), 0);
    }
    return (a, b) -> Math.max((int) f.apply(a, b), 0);
  }

  static void sad(Translator t, Instruction i, Mods m) {
    Type type = m.type();
    t.three(
        i,
        type,
        (a, b, c) -> {
          long x = read(a, type);
          long y = read(b, type);
          boolean less = type == Type.U64 ? Long.compareUnsigned(x, y) < 0 : x < y;
          return c + (less ? y - x : x - y);
        });
  }

  /// `dp4a`, `dp2a`: dot products of packed small integers.
  static void dot(Translator t, Instruction i, Mods m) {
    boolean four = i.opcode().equals("dp4a");
    String half = four ? null : m.need("lo", "hi");
    Type left = m.first().startsWith("u") ? Type.U32 : Type.S32;
    Type right = m.first().startsWith("u") ? Type.U32 : Type.S32;
    int skip = "hi".equals(half) ? 2 : 0;
    t.three(
        i,
        Type.B32,
        (a, b, c) -> {
          int sum = (int) c;
          for (int n = 0; n < (four ? 4 : 2); n++) {
            long x = four ? a >> 8 * n : a >> 16 * n;
            long y = b >> 8 * (n + skip);
            int u =
                four
                    ? left.signed() ? (byte) x : (int) (x & 0xff)
                    : left.signed() ? (short) x : (int) (x & 0xffff);
            int v = right.signed() ? (byte) y : (int) (y & 0xff);
            sum += u * v;
          }
          return sum;
        });
  }
}
