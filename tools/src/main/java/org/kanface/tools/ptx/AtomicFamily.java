package org.kanface.tools.ptx;

import static org.kanface.tools.ptx.Floats.bits;
import static org.kanface.tools.ptx.Floats.d;
import static org.kanface.tools.ptx.Floats.f;

import java.util.List;
import org.kanface.tools.ptx.ir.Instruction;
import org.kanface.tools.ptx.ir.Operand;
import org.kanface.tools.ptx.ir.Space;
import org.kanface.tools.ptx.ir.Type;

/// `atom` and `red`.
final class AtomicFamily {
  private AtomicFamily() {}

  static void atom(Translator t, Instruction i, Mods m) {
    boolean returns = i.opcode().equals("atom");
    m.ignore("relaxed", "acquire", "release", "acq_rel", "cta", "cluster", "gpu", "sys", "noftz");
    m.ignorePrefix("L2::");
    Space space = MemoryFamily.space(m);
    String name = m.need("exch", "cas", "add", "inc", "dec", "min", "max", "and", "or", "xor");
    int count = m.vector();
    Type type = m.type();
    int first = returns ? 1 : 0;
    var place = Symbols.place(t, i.operands().get(first), space);
    Operand to = i.operands().get(0);
    if (type == Type.B128) {
      int value = t.value(i, first + 1, Type.B64);
      int next = name.equals("cas") ? t.value(i, first + 2, Type.B64) : -1;
      t.link.requireOrder();
      t.add(new WideAtomic(i, place, returns ? t.destination(to) : -1, value, next));
      return;
    }
    if (count > 1) {
      vector(t, i, name, type, count, place, returns, m);
      return;
    }
    int b = t.value(i, first + 1, type);
    int c = name.equals("cas") ? t.value(i, first + 2, type) : b;
    int d = returns ? t.destination(to) : -1;
    Fn.Three update = name.equals("cas") ? swap(type) : with(update(name, type, m));
    t.add(new Atomic(i, place, update, d, b, c, type, t.ordered(name, type, space, d)));
  }

  /// Each element is an atomic of its own.
  private static void vector(
      Translator t,
      Instruction i,
      String name,
      Type type,
      int count,
      Symbols.Place place,
      boolean returns,
      Mods m) {
    Fn.Three update = with(update(name, type, m));
    List<Operand> to = elements(t, returns ? i.operands().get(0) : new Operand.Vector(List.of()));
    List<Operand> from = elements(t, i.operands().get(returns ? 2 : 1));
    if (from.size() != count || returns && to.size() != count) {
      throw m.error("expected vectors of %d registers", count);
    }
    t.link.requireOrder();
    for (int n = 0; n < count; n++) {
      var element =
          new Symbols.Place(place.base(), place.offset() + (long) n * type.bytes(), place.window());
      int b = t.value(from.get(n), type);
      int d = returns ? t.destination(to.get(n)) : -1;
      t.add(new Atomic(i, element, update, d, b, b, type, true)).counted = n == 0;
    }
  }

  private static List<Operand> elements(Translator t, Operand o) {
    if (!(o instanceof Operand.Vector(var elements))) {
      throw t.error("expected a vector of registers");
    }
    return elements;
  }

  /// `old == b ? c : old`.
  private static Fn.Three swap(Type type) {
    return switch (type.bits()) {
      case 16 -> (old, b, c) -> (short) old == (short) b ? c : old;
      case 32 -> (old, b, c) -> (int) old == (int) b ? c : old;
      default -> (old, b, c) -> old == b ? c : old;
    };
  }

  private static Fn.Three with(Fn.Two f) {
    return (old, b, _) -> f.apply(old, b);
  }

  private static Fn.Two update(String name, Type type, Mods m) {
    return switch (name) {
      case "exch" -> (_, b) -> b;
      case "and" -> (a, b) -> a & b;
      case "or" -> (a, b) -> a | b;
      case "xor" -> (a, b) -> a ^ b;
      case "inc" -> (a, b) -> Integer.compareUnsigned((int) a, (int) b) >= 0 ? 0 : a + 1;
      case "dec" ->
          (a, b) -> (int) a == 0 || Integer.compareUnsigned((int) a, (int) b) > 0 ? b : a - 1;
      case "add" -> sum(type);
      case "min", "max" -> extreme(name.equals("min"), type, m);
      default -> throw m.error("not supported");
    };
  }

  private static Fn.Two sum(Type type) {
    return switch (type) {
      case F32 -> (a, b) -> bits(f(a) + f(b));
      case F64 -> (a, b) -> bits(d(a) + d(b));
      case F16, F16X2 -> halves(Halves.F16, type);
      case BF16, BF16X2 -> halves(Halves.BF16, type);
      default -> (a, b) -> a + b;
    };
  }

  private static Fn.Two halves(Halves format, Type type) {
    Fn.Two one =
        (a, b) ->
            format.encode(
                format.round(Halves.add(format.decode(a), format.decode(b)), Rounding.RN));
    return type.bits() == 32
        ? IntegerFamily.halves(one)
        : (a, b) -> one.apply(a & 0xffff, b & 0xffff);
  }

  private static Fn.Two extreme(boolean least, Type type, Mods m) {
    return switch (type) {
      case S32 ->
          least ? (a, b) -> Math.min((int) a, (int) b) : (a, b) -> Math.max((int) a, (int) b);
      case U32 ->
          least
              ? (a, b) -> Math.min(a & 0xffff_ffffL, b & 0xffff_ffffL)
              : (a, b) -> Math.max(a & 0xffff_ffffL, b & 0xffff_ffffL);
      case S64 -> least ? Math::min : Math::max;
      case U64 ->
          least
              ? (a, b) -> Long.compareUnsigned(a, b) < 0 ? a : b
              : (a, b) -> Long.compareUnsigned(a, b) > 0 ? a : b;
      case F32 ->
          least
              ? (a, b) -> bits(Floats.min(f(a), f(b), false))
              : (a, b) -> bits(Floats.max(f(a), f(b), false));
      default -> throw m.error("the type .%s is not supported here", type.spelling());
    };
  }

  /// Reads, computes and writes back as one step, lane by lane.
  static final class Atomic extends Op {
    private final Symbols.Place place;
    private final Fn.Three update;
    private final int d;
    private final int b;
    private final int c;
    private final Type type;

    /// Whether the result depends on the order of blocks.
    final boolean ordered;

    Atomic(
        Instruction source,
        Symbols.Place place,
        Fn.Three update,
        int d,
        int b,
        int c,
        Type type,
        boolean ordered) {
      super(source);
      this.place = place;
      this.update = update;
      this.d = d;
      this.b = b;
      this.c = c;
      this.type = type;
      this.ordered = ordered;
    }

    @Override
    void run(Warp w, int mask) {
      int bytes = type.bytes();
      Probe probe = w.block.probe;
      if (probe != null) {
        w.address(place.window(), place.base(), place.offset(), mask);
        probe.access(w, this, mask, bytes, bytes, Probe.Access.ATOMIC);
      }
      boolean changed = false;
      for (int m = mask; m != 0; m &= m - 1) {
        int l = Integer.numberOfTrailingZeros(m);
        long at = place.window().locate(w, l, w.r[place.base() + l] + place.offset(), bytes);
        long x = w.r[b + l];
        long y = w.r[c + l];
        long old;
        long next;
        do {
          old = read(at, bytes);
          next = update.apply(old, x, y);
        } while (!replace(at, bytes, old, next));
        changed |=
            bytes == 8
                ? old != next
                : bytes == 4 ? (int) old != (int) next : (short) old != (short) next;
        if (d >= 0) {
          w.r[d + l] = type.signed() ? old : IntegerFamily.read(old, unsigned(bytes));
        }
      }
      if (changed) {
        w.progressed();
      } else {
        w.polls++;
      }
    }

    private static Type unsigned(int bytes) {
      return bytes == 8 ? Type.U64 : bytes == 4 ? Type.U32 : Type.U16;
    }

    private static long read(long at, int bytes) {
      return switch (bytes) {
        case 8 -> Raw.volatileLong(at);
        case 4 -> Raw.volatileInt(at);
        default -> (short) (Raw.volatileInt(at & ~3) >>> 8 * (int) (at & 3));
      };
    }

    private static boolean replace(long at, int bytes, long old, long next) {
      if (bytes == 8) {
        return Raw.casLong(at, old, next);
      }
      if (bytes == 4) {
        return Raw.casInt(at, (int) old, (int) next);
      }
      int shift = 8 * (int) (at & 3);
      int word = Raw.volatileInt(at & ~3);
      if ((short) (word >>> shift) != (short) old) {
        return false;
      }
      int replaced = word & ~(0xffff << shift) | ((int) next & 0xffff) << shift;
      return Raw.casInt(at & ~3, word, replaced);
    }
  }
}
