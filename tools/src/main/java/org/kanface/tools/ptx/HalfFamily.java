package org.kanface.tools.ptx;

import org.kanface.tools.ptx.ir.Instruction;
import org.kanface.tools.ptx.ir.Type;

/// Half and bfloat16 arithmetic, scalar and packed (PTX ISA, "Half Precision Floating Point
/// Instructions").
final class HalfFamily {
  private HalfFamily() {}

  private interface Number3 {
    double apply(double a, double b, double c);
  }

  static boolean covers(Type type) {
    return type == Type.F16 || type == Type.BF16 || type == Type.F16X2 || type == Type.BF16X2;
  }

  static void arithmetic(Translator t, Instruction i, Mods m) {
    m.rounding(Rounding.RN);
    boolean ftz = m.take("ftz");
    boolean sat = m.take("sat");
    boolean relu = m.take("relu");
    boolean nan = m.take("NaN");
    boolean magnitude = m.take("xorsign");
    m.take("abs");
    Type type = m.type();
    Halves format = type == Type.F16 || type == Type.F16X2 ? Halves.F16 : Halves.BF16;
    Number3 f = function(i.opcode(), nan, magnitude, m);
    Fn.Three one =
        (a, b, c) -> {
          double x = in(format, a, ftz);
          double y = in(format, b, ftz);
          double r = format.round(f.apply(x, y, in(format, c, ftz)), Rounding.RN);
          r = ftz ? flush(r) : r;
          r = sat ? Floats.saturate(r) : r;
          return format.encode(relu && !Double.isNaN(r) ? Math.max(r, 0.0) : r);
        };
    int operands = i.operands().size();
    int a = t.value(i, 1, type);
    int b = operands > 2 ? t.value(i, 2, type) : a;
    int c = operands > 3 ? t.value(i, 3, type) : a;
    boolean packed = type.kind() == Type.Kind.PACKED;
    t.three(
        i,
        packed
            ? (x, y, z) ->
                one.apply(x & 0xffff, y & 0xffff, z & 0xffff)
                    | one.apply(x >>> 16 & 0xffff, y >>> 16 & 0xffff, z >>> 16 & 0xffff) << 16
            : (x, y, z) -> one.apply(x & 0xffff, y & 0xffff, z & 0xffff),
        t.destination(i.operands().get(0)),
        a,
        b,
        c);
  }

  private static double in(Halves format, long bits, boolean ftz) {
    double x = format.decode(bits);
    return ftz ? flush(x) : x;
  }

  /// Subnormal halves become zeros of their sign; of one half or two.
  private static long flushHalves(long bits) {
    long low = (bits & 0x7c00) == 0 ? bits & 0x8000 : bits & 0xffff;
    long high = (bits & 0x7c00_0000L) == 0 ? bits & 0x8000_0000L : bits & 0xffff_0000L;
    return high | low;
  }

  private static double flush(double x) {
    return Math.abs(x) < 0x1p-14 ? Math.copySign(0, x) : x;
  }

  private static Number3 function(String opcode, boolean nan, boolean magnitude, Mods m) {
    return switch (opcode) {
      case "add" -> (a, b, _) -> Halves.add(a, b);
      case "sub" -> (a, b, _) -> Halves.add(a, -b);
      case "mul" -> (a, b, _) -> a * b;
      case "fma", "mad" -> Halves::fma;
      case "min" -> (a, b, _) -> extreme(a, b, nan, magnitude, true);
      case "max" -> (a, b, _) -> extreme(a, b, nan, magnitude, false);
      default -> throw m.error("not supported for this type");
    };
  }

  private static double extreme(double a, double b, boolean nan, boolean magnitude, boolean least) {
    if (nan && (Double.isNaN(a) || Double.isNaN(b))) {
      return Double.NaN;
    }
    if (magnitude) {
      double r =
          least ? Floats.min(Math.abs(a), Math.abs(b)) : Floats.max(Math.abs(a), Math.abs(b));
      return Math.copySign(1, a) * Math.copySign(1, b) < 0 ? -r : r;
    }
    return least ? Floats.min(a, b) : Floats.max(a, b);
  }

  /// `neg` and `abs`, which only touch the sign.
  static void sign(Translator t, Instruction i, Mods m) {
    boolean ftz = m.take("ftz");
    Type type = m.type();
    boolean negates = i.opcode().equals("neg");
    Fn.One sign = negates ? a -> a ^ 0x8000_8000L : a -> a & 0x7fff_7fffL;
    t.one(i, type, ftz ? a -> sign.apply(flushHalves(a)) : sign);
  }
}
