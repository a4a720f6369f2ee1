package org.kanface.tools.ptx;

import static org.kanface.tools.ptx.Floats.bits;
import static org.kanface.tools.ptx.Floats.d;
import static org.kanface.tools.ptx.Floats.f;
import static org.kanface.tools.ptx.Floats.flush;
import static org.kanface.tools.ptx.Floats.saturate;

import org.jspecify.annotations.Nullable;
import org.kanface.tools.ptx.ir.Instruction;
import org.kanface.tools.ptx.ir.Type;

/// `cvt` (PTX ISA, "Data Movement and Conversion Instructions: cvt").
final class ConvertFamily {
  private ConvertFamily() {}

  static void cvt(Translator t, Instruction i, Mods m) {
    if (m.take("pack")) {
      pack(t, i, m);
      return;
    }
    String whole = m.oneOf("rni", "rzi", "rmi", "rpi");
    Rounding integral = whole == null ? null : Rounding.named(whole.substring(0, 2));
    Rounding mode = m.rounding(Rounding.RN);
    boolean ftz = m.take("ftz");
    boolean sat = m.take("sat");
    boolean finite = m.take("satfinite");
    boolean relu = m.take("relu");
    Type to = m.type();
    Type from = m.type();
    Halves narrow = packedFormat(to);
    if (narrow != null) {
      packed(t, i, narrow, from, mode, finite, relu, m);
    } else if (packedFormat(from) != null) {
      throw m.error("this conversion is not supported");
    } else if (from.floating() && to.floating()) {
      t.one(i, from, between(from, to, integral, mode, ftz, sat, finite, relu));
    } else if (from.floating()) {
      t.one(i, from, toInteger(from, to, integral == null ? mode : integral, ftz));
    } else if (to.floating()) {
      t.one(i, from, fromInteger(from, to, mode, sat));
    } else {
      t.one(i, from, integers(from, to, sat));
    }
  }

  private static @Nullable Halves packedFormat(Type type) {
    return switch (type) {
      case F16X2 -> Halves.F16;
      case BF16X2 -> Halves.BF16;
      case E4M3X2 -> Halves.E4M3;
      case E5M2X2 -> Halves.E5M2;
      default -> null;
    };
  }

  private static @Nullable Halves format(Type type) {
    return switch (type) {
      case F16 -> Halves.F16;
      case BF16 -> Halves.BF16;
      case TF32 -> Halves.TF32;
      default -> null;
    };
  }

  /// Two values into one register, the first in the high part.
  private static void packed(
      Translator t,
      Instruction i,
      Halves to,
      Type from,
      Rounding mode,
      boolean finite,
      boolean relu,
      Mods m) {
    int width = to == Halves.F16 || to == Halves.BF16 ? 16 : 8;
    long low = (1L << width) - 1;
    if (from == Type.F32) {
      t.two(
          i,
          from,
          (a, b) ->
              narrow(to, f(b), mode, finite, relu) & low
                  | (narrow(to, f(a), mode, finite, relu) & low) << width);
      return;
    }
    Halves source = packedFormat(from);
    if (source == null) {
      throw m.error("this conversion is not supported");
    }
    int step = source == Halves.F16 || source == Halves.BF16 ? 16 : 8;
    long part = (1L << step) - 1;
    t.one(
        i,
        from,
        a ->
            narrow(to, source.decode(a & part), mode, finite, relu) & low
                | (narrow(to, source.decode(a >>> step & part), mode, finite, relu) & low)
                    << width);
  }

  private static long narrow(Halves format, double v, Rounding mode, boolean finite, boolean relu) {
    double r = finite ? format.saturating(v, mode) : format.round(v, mode);
    return format.encode(relu && !(r > 0) && !Double.isNaN(r) ? 0 : r);
  }

  private static double widen(long a, Type from, boolean ftz) {
    Halves format = format(from);
    if (format != null) {
      return format.decode(from.bits() == 16 ? a & 0xffff : a);
    }
    return from == Type.F64 ? d(a) : ftz ? flush(f(a)) : f(a);
  }

  private static Fn.One between(
      Type from,
      Type to,
      @Nullable Rounding integral,
      Rounding mode,
      boolean ftz,
      boolean sat,
      boolean finite,
      boolean relu) {
    if (from == Type.F32 && to == Type.F64 && !ftz && !sat) {
      return a -> bits((double) f(a));
    }
    if (from == Type.F16 && to == Type.F32 && !ftz && !sat) {
      return a -> bits(Float.float16ToFloat((short) a));
    }
    if (from == Type.F32
        && to == Type.F16
        && mode == Rounding.RN
        && !ftz
        && !sat
        && !relu
        && !finite) {
      return a -> Float.isNaN(f(a)) ? 0x7fff : Float.floatToFloat16(f(a)) & 0xffff;
    }
    if (from == Type.F32 && to == Type.F32 && integral == null && sat && !ftz) {
      return a -> bits(saturate(f(a)));
    }
    Halves narrow = format(to);
    return a -> {
      double v = widen(a, from, ftz);
      if (integral != null) {
        v = integral.toIntegral(v);
      }
      if (narrow != null) {
        if (sat) {
          v = saturate(narrow.round(v, mode));
        }
        return narrow(narrow, v, mode, finite, relu);
      }
      if (to == Type.F64) {
        return bits(sat ? saturate(v) : v);
      }
      float r = mode == Rounding.RN ? (float) v : mode.toFloat(v, 0);
      r = ftz ? flush(r) : r;
      return bits(sat ? saturate(r) : r);
    };
  }

  private static Fn.One toInteger(Type from, Type to, Rounding mode, boolean ftz) {
    if (from == Type.F32 && to == Type.S32 && !ftz) {
      if (mode == Rounding.RZ) {
        return a -> (int) f(a);
      }
      return a -> (int) mode.toIntegral(f(a));
    }
    boolean wide = to.bits() == 64;
    long nan = from == Type.F64 || wide ? 1L << to.bits() - 1 : 0;
    return a -> {
      double v = widen(a, from, ftz);
      if (Double.isNaN(v)) {
        return nan;
      }
      return clamp(mode.toIntegral(v), to);
    };
  }

  private static long clamp(double v, Type to) {
    return switch (to) {
      case S64 -> (long) v;
      case U64, B64 ->
          v <= 0
              ? 0
              : v >= 0x1p64 ? -1 : v < 0x1p63 ? (long) v : (long) (v - 0x1p63) ^ Long.MIN_VALUE;
      default -> {
        long limit = to.signed() ? (1L << to.bits() - 1) - 1 : (1L << to.bits()) - 1;
        long least = to.signed() ? -limit - 1 : 0;
        yield Math.clamp((long) v, least, limit);
      }
    };
  }

  private static Fn.One fromInteger(Type from, Type to, Rounding mode, boolean sat) {
    if (mode == Rounding.RN && !sat) {
      if (to == Type.F32 && from == Type.S32) {
        return a -> bits((float) (int) a);
      }
      if (to == Type.F32 && from == Type.U32) {
        return a -> bits((float) (a & 0xffff_ffffL));
      }
      if (to == Type.F64 && from.bits() < 64) {
        return a -> bits((double) IntegerFamily.read(a, from));
      }
    }
    Halves narrow = format(to);
    boolean unsigned = !from.signed();
    return a -> {
      long v = IntegerFamily.read(a, from);
      // In two exact parts: the high 53 bits and the low 11.
      double high = unsigned ? (v >>> 11) * 2048.0 : (v >> 11) * 2048.0;
      double low = v & 0x7ff;
      double s = high + low;
      double e = Rounding.sumError(high, low, s);
      if (narrow != null) {
        double r = narrow.round(Rounding.odd(s, e), mode);
        return narrow.encode(sat ? saturate(r) : r);
      }
      if (to == Type.F64) {
        double r = mode.toDouble(s, e);
        return bits(sat ? saturate(r) : r);
      }
      float r = mode.toFloat(s, e);
      return bits(sat ? saturate(r) : r);
    };
  }

  private static Fn.One integers(Type from, Type to, boolean sat) {
    if (!sat) {
      return switch (to) {
        case U64, S64, B64, U32, S32, B32 -> {
          if (from == Type.U32 || from == Type.B32) {
            yield a -> a & 0xffff_ffffL;
          }
          if (from == Type.S32) {
            yield a -> (int) a;
          }
          yield a -> IntegerFamily.read(IntegerFamily.read(a, from), to);
        }
        default -> a -> IntegerFamily.read(IntegerFamily.read(a, from), to);
      };
    }
    return a -> {
      long v = IntegerFamily.read(a, from);
      boolean huge = !from.signed() && v < 0; // u64 beyond s64
      if (to == Type.U64) {
        return huge ? v : Math.max(v, 0);
      }
      long limit =
          to.bits() == 64
              ? Long.MAX_VALUE
              : to.signed() ? (1L << to.bits() - 1) - 1 : (1L << to.bits()) - 1;
      return huge ? limit : Math.clamp(v, to.signed() ? -limit - 1 : 0, limit);
    };
  }

  /// `cvt.pack.sat`: two integers into the low parts of a register, above what `c` has.
  private static void pack(Translator t, Instruction i, Mods m) {
    m.need("sat");
    String word = m.first();
    Type from = m.type();
    if (m.has("b32")) {
      m.take("b32");
    }
    int bits = Integer.parseInt(word.substring(1));
    boolean signed = word.startsWith("s");
    long limit = signed ? (1L << bits - 1) - 1 : (1L << bits) - 1;
    long least = signed ? -limit - 1 : 0;
    long low = (1L << bits) - 1;
    Fn.Three f =
        (a, b, c) ->
            Math.clamp(IntegerFamily.read(b, from), least, limit) & low
                | (Math.clamp(IntegerFamily.read(a, from), least, limit) & low) << bits
                | (bits == 16 ? 0 : c << 2 * bits);
    int a = t.value(i, 1, from);
    int b = t.value(i, 2, from);
    int c = i.operands().size() > 3 ? t.value(i, 3, Type.B32) : t.constant(0);
    t.three(i, f, t.destination(i.operands().get(0)), a, b, c);
  }
}
