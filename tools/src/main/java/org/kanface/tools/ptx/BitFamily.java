package org.kanface.tools.ptx;

import org.kanface.tools.ptx.ir.Instruction;
import org.kanface.tools.ptx.ir.Operand;
import org.kanface.tools.ptx.ir.Type;

/// Logic, shifts and bit fields (PTX ISA, "Logic and Shift Instructions" and the bit operations of
/// "Integer Arithmetic Instructions").
final class BitFamily {
  private BitFamily() {}

  static void logic(Translator t, Instruction i, Mods m) {
    Type type = m.type();
    String name = i.opcode();
    if (type == Type.PRED) {
      int d = t.predicateDestination(i.operands().get(0));
      int a = t.predicate(i.operands().get(1));
      int b = name.equals("not") ? a : t.predicate(i.operands().get(2));
      t.add(new Predicates(i, kind(name), d, a, b, 0));
      return;
    }
    switch (name) {
      case "and" -> t.two(i, type, (a, b) -> a & b);
      case "or" -> t.two(i, type, (a, b) -> a | b);
      case "xor" -> t.two(i, type, (a, b) -> a ^ b);
      case "not" -> t.one(i, type, a -> ~a);
      default -> t.one(i, type, a -> IntegerFamily.read(a, type) == 0 ? 1 : 0); // cnot
    }
  }

  private static Predicates.Kind kind(String name) {
    return switch (name) {
      case "and" -> Predicates.Kind.AND;
      case "or" -> Predicates.Kind.OR;
      case "xor" -> Predicates.Kind.XOR;
      default -> Predicates.Kind.NOT;
    };
  }

  static void shl(Translator t, Instruction i, Mods m) {
    Type type = m.type();
    int a = t.value(i, 1, type);
    int b = t.value(i, 2, Type.B32);
    Fn.Two f =
        switch (type) {
          case B16 -> (x, n) -> (n & 0xffff_ffffL) > 15 ? 0 : (x & 0xffff) << n;
          case B32 -> (x, n) -> (n & 0xffff_ffffL) > 31 ? 0 : (int) x << (int) n;
          default -> (x, n) -> (n & 0xffff_ffffL) > 63 ? 0 : x << n;
        };
    t.two(i, f, t.destination(i.operands().get(0)), a, b);
  }

  static void shr(Translator t, Instruction i, Mods m) {
    Type type = m.type();
    int a = t.value(i, 1, type);
    int b = t.value(i, 2, Type.B32);
    Fn.Two f =
        switch (type) {
          case S16 -> (x, n) -> (short) x >> (int) Math.min(n & 0xffff_ffffL, 15);
          case S32 -> (x, n) -> (int) x >> (int) Math.min(n & 0xffff_ffffL, 31);
          case S64 -> (x, n) -> x >> (int) Math.min(n & 0xffff_ffffL, 63);
          case B16, U16 -> (x, n) -> (n & 0xffff_ffffL) > 15 ? 0 : (x & 0xffff) >>> n;
          case B32, U32 -> (x, n) -> (n & 0xffff_ffffL) > 31 ? 0 : (int) x >>> (int) n;
          default -> (x, n) -> (n & 0xffff_ffffL) > 63 ? 0 : x >>> n;
        };
    t.two(i, f, t.destination(i.operands().get(0)), a, b);
  }

  /// `shf`: shifts the 64 bits `b:a`.
  static void shf(Translator t, Instruction i, Mods m) {
    boolean left = m.need("l", "r").equals("l");
    boolean wraps = m.need("wrap", "clamp").equals("wrap");
    t.three(
        i,
        m.type(),
        (a, b, c) -> {
          int n = wraps ? (int) c & 31 : (int) Math.min(c & 0xffff_ffffL, 32);
          long both = b << 32 | a & 0xffff_ffffL;
          return left ? n == 32 ? a : both << n >>> 32 : n == 32 ? b : both >>> n;
        });
  }

  static void bfe(Translator t, Instruction i, Mods m) {
    Type type = m.type();
    int a = t.value(i, 1, type);
    int b = t.value(i, 2, Type.B32);
    int c = t.value(i, 3, Type.B32);
    int bits = type.bits();
    boolean signed = type.signed();
    t.three(
        i,
        (x, p, l) ->
            extract(IntegerFamily.read(x, type), (int) p & 0xff, (int) l & 0xff, bits, signed),
        t.destination(i.operands().get(0)),
        a,
        b,
        c);
  }

  private static long extract(long x, int position, int length, int bits, boolean signed) {
    if (length == 0) {
      return 0;
    }
    if (position >= bits) {
      return signed && x < 0 ? -1 : 0;
    }
    long shifted = signed ? x >> position : (bits == 32 ? x & 0xffff_ffffL : x) >>> position;
    if (length >= bits - position) {
      return shifted;
    }
    int drop = 64 - length;
    return signed ? shifted << drop >> drop : shifted << drop >>> drop;
  }

  static void bfi(Translator t, Instruction i, Mods m) {
    Type type = m.type();
    int a = t.value(i, 1, type);
    int b = t.value(i, 2, type);
    int c = t.value(i, 3, Type.B32);
    int d = t.value(i, 4, Type.B32);
    int field = t.freshRow();
    int bits = type.bits();
    t.two(i, (p, l) -> mask((int) p & 0xff, (int) l & 0xff, bits), field, c, d);
    int shifted = t.freshRow();
    t.two(i, (x, p) -> ((int) p & 0xff) >= bits ? 0 : x << ((int) p & 0xff), shifted, a, c);
    t.hideHelpers(2);
    t.three(i, (x, y, f) -> x & f | y & ~f, t.destination(i.operands().get(0)), shifted, b, field);
  }

  private static long mask(int position, int length, int bits) {
    if (length == 0 || position >= bits) {
      return 0;
    }
    long ones = length >= 64 ? -1 : (1L << length) - 1;
    return ones << position;
  }

  static void bmsk(Translator t, Instruction i, Mods m) {
    boolean wraps = m.need("clamp", "wrap").equals("wrap");
    m.type();
    t.two(
        i,
        Type.B32,
        (p, l) ->
            wraps
                ? (int) mask((int) p & 31, (int) l & 31, 32)
                : (int)
                    mask(
                        (int) Math.min(p & 0xffff_ffffL, 32),
                        (int) Math.min(l & 0xffff_ffffL, 32),
                        32));
  }

  static void szext(Translator t, Instruction i, Mods m) {
    boolean wraps = m.need("clamp", "wrap").equals("wrap");
    boolean signed = m.type().signed();
    t.two(
        i,
        Type.B32,
        (x, n) -> {
          int width = wraps ? (int) n & 31 : (int) Math.min(n & 0xffff_ffffL, 32);
          if (width == 0) {
            return 0;
          }
          int drop = 32 - width;
          return signed ? (int) x << drop >> drop : (int) x << drop >>> drop;
        });
  }

  static void count(Translator t, Instruction i, Mods m) {
    Type type = m.type();
    boolean wide = type.bits() == 64;
    Fn.One f =
        switch (i.opcode()) {
          case "popc" -> wide ? Long::bitCount : a -> Integer.bitCount((int) a);
          case "clz" ->
              wide ? Long::numberOfLeadingZeros : a -> Integer.numberOfLeadingZeros((int) a);
          default -> wide ? Long::reverse : a -> Integer.reverse((int) a); // brev
        };
    t.one(i, type, f);
  }

  static void bfind(Translator t, Instruction i, Mods m) {
    boolean amount = m.take("shiftamt");
    Type type = m.type();
    int top = type.bits() - 1;
    t.one(
        i,
        type,
        a -> {
          long x = IntegerFamily.read(a, type);
          x = type.signed() && x < 0 ? ~x : x;
          int at = 63 - Long.numberOfLeadingZeros(x);
          return at < 0 ? -1 : amount ? top - at : at;
        });
  }

  /// `fns`: the position of the n-th set bit from a base.
  static void fns(Translator t, Instruction i, Mods m) {
    m.type();
    t.three(
        i,
        Type.B32,
        (x, base, n) -> {
          int offset = (int) n;
          int at = (int) base;
          if (offset == 0) {
            return (x >>> at & 1) != 0 ? at : -1;
          }
          int step = offset > 0 ? 1 : -1;
          int left = Math.abs(offset);
          for (; at >= 0 && at < 32; at += step) {
            if ((x >>> at & 1) != 0 && --left == 0) {
              return at;
            }
          }
          return -1;
        });
  }

  static void lop3(Translator t, Instruction i, Mods m) {
    String with = m.oneOf("and", "or");
    m.type();
    if (!(i.operands().get(4) instanceof Operand.Immediate number)) {
      throw m.error("expected a number as look-up table");
    }
    int table = (int) number.bits() & 0xff;
    Operand to = i.operands().get(0);
    int p = -1;
    if (to instanceof Operand.Pair(var value, var predicate)) {
      to = value;
      p = t.predicateDestination(predicate);
    }
    int x = t.value(i, 1, Type.B32);
    int y = t.value(i, 2, Type.B32);
    int z = t.value(i, 3, Type.B32);
    int q = with == null ? -1 : t.predicate(i.operands().get(5));
    int d = t.destination(to);
    t.three(
        i,
        switch (table) {
          case 0x96 -> (a, b, c) -> a ^ b ^ c;
          case 0xe8 -> (a, b, c) -> a & b | c & (a | b);
          case 0xca -> (a, b, c) -> a & b | ~a & c;
          case 0x80 -> (a, b, c) -> a & b & c;
          case 0xfe -> (a, b, c) -> a | b | c;
          default -> (a, b, c) -> lookUp(table, a, b, c);
        },
        d,
        x,
        y,
        z);
    if (p >= 0 && with != null) {
      int some = t.freshPredicate();
      CompareFamily.test(t, i, (a, _) -> (int) a != 0, d, d, some);
      t.hideHelpers(2);
      var kind = with.equals("and") ? Predicates.Kind.AND : Predicates.Kind.OR;
      t.add(new Predicates(i, kind, p, some, q, 0));
    }
  }

  private static long lookUp(int table, long a, long b, long c) {
    long r = 0;
    for (int n = 0; n < 8; n++) {
      if ((table >> n & 1) != 0) {
        r |= ((n & 4) != 0 ? a : ~a) & ((n & 2) != 0 ? b : ~b) & ((n & 1) != 0 ? c : ~c);
      }
    }
    return r;
  }

  static void prmt(Translator t, Instruction i, Mods m) {
    m.type();
    String mode = m.oneOf("f4e", "b4e", "rc8", "ecl", "ecr", "rc16");
    t.three(
        i,
        Type.B32,
        (a, b, c) -> {
          long both = b << 32 | a & 0xffff_ffffL;
          int selectors = mode == null ? (int) c : selectors(mode, (int) c & 3);
          int r = 0;
          for (int n = 0; n < 4; n++) {
            int s = selectors >> 4 * n & 0xf;
            int octet = (int) (both >>> 8 * (s & 7)) & 0xff;
            if ((s & 8) != 0) {
              octet = (octet & 0x80) != 0 ? 0xff : 0;
            }
            r |= octet << 8 * n;
          }
          return r;
        });
  }

  private static int selectors(String mode, int n) {
    return switch (mode) {
      case "f4e" -> new int[] {0x3210, 0x4321, 0x5432, 0x6543}[n];
      case "b4e" -> new int[] {0x5670, 0x6701, 0x7012, 0x0123}[n];
      case "rc8" -> 0x1111 * n;
      case "ecl" -> new int[] {0x3210, 0x3211, 0x3222, 0x3333}[n];
      case "ecr" -> new int[] {0x0000, 0x1110, 0x2210, 0x3210}[n];
      default -> (n & 1) == 0 ? 0x1010 : 0x3232;
    };
  }
}
