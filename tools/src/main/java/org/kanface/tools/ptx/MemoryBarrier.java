package org.kanface.tools.ptx;

import org.jspecify.annotations.Nullable;
import org.kanface.tools.ptx.ir.Instruction;
import org.kanface.tools.ptx.ir.Operand;
import org.kanface.tools.ptx.ir.Space;
import org.kanface.tools.ptx.ir.Type;

/// `mbarrier`: a barrier that lies in shared memory as 64 bits. Here those are the phase (1 bit),
/// the
/// count of a phase (20 bits), and how many are still to arrive (20 bits).
final class MemoryBarrier extends Op {
  private enum Kind {
    INIT,
    INVAL,
    ARRIVE,
    DROP,
    TEST,
    PARITY
  }

  private static final long COUNT = (1L << 20) - 1;

  private final Kind kind;
  private final Symbols.Place place;
  private final int d;
  private final int operand;

  private MemoryBarrier(Instruction source, Kind kind, Symbols.Place place, int d, int operand) {
    super(source);
    this.kind = kind;
    this.place = place;
    this.d = d;
    this.operand = operand;
  }

  static void translate(Translator t, Instruction i, Mods m) {
    String name = m.need("init", "inval", "arrive", "arrive_drop", "test_wait", "try_wait");
    m.ignore("release", "acquire", "relaxed", "cta", "noComplete");
    boolean parity = m.take("parity");
    if (m.has("expect_tx")) {
      throw m.error("transaction counts are not supported");
    }
    Space space = MemoryFamily.space(m);
    m.type();
    switch (name) {
      case "init" ->
          t.add(
              new MemoryBarrier(
                  i, Kind.INIT, Symbols.place(t, at(i, 0), space), -1, t.value(i, 1, Type.B32)));
      case "inval" ->
          t.add(
              new MemoryBarrier(
                  i, Kind.INVAL, Symbols.place(t, at(i, 0), space), -1, t.constant(0)));
      case "arrive", "arrive_drop" -> {
        @Nullable Operand count = i.operands().size() > 2 ? i.operands().get(2) : null;
        t.add(
            new MemoryBarrier(
                i,
                name.equals("arrive") ? Kind.ARRIVE : Kind.DROP,
                Symbols.place(t, at(i, 1), space),
                t.destination(at(i, 0)),
                count == null ? t.constant(1) : t.value(count, Type.B32)));
      }
      default -> {
        int state = t.value(i, 2, parity ? Type.B32 : Type.B64);
        t.prepare(new MemoryFamily.Poll(i));
        t.add(
            new MemoryBarrier(
                i,
                parity ? Kind.PARITY : Kind.TEST,
                Symbols.place(t, at(i, 1), space),
                t.predicateDestination(at(i, 0)),
                state));
      }
    }
  }

  private static Operand at(Instruction i, int n) {
    return i.operands().get(n);
  }

  @Override
  void run(Warp w, int mask) {
    for (int m = mask; m != 0; m &= m - 1) {
      int l = Integer.numberOfTrailingZeros(m);
      long at = place.window().locate(w, l, w.r[place.base() + l] + place.offset(), 8);
      long state = Raw.getLong(at);
      long value = w.r[operand + l];
      switch (kind) {
        case INIT -> Raw.putLong(at, value & COUNT | (value & COUNT) << 20);
        case INVAL -> Raw.putLong(at, 0);
        case ARRIVE, DROP -> {
          w.r[d + l] = state;
          Raw.putLong(at, arrived(state, value, kind == Kind.DROP));
          w.progressed();
        }
        case TEST -> set(w, l, (state ^ value) >>> 63 != 0);
        case PARITY -> set(w, l, state >>> 63 != (value & 1));
      }
    }
  }

  private static long arrived(long state, long count, boolean drops) {
    long expected = (state & COUNT) - (drops ? count : 0);
    long pending = (state >>> 20 & COUNT) - count;
    long phase = state >>> 63;
    if (pending <= 0) {
      phase ^= 1;
      pending = expected;
    }
    return phase << 63 | pending << 20 | expected;
  }

  private void set(Warp w, int lane, boolean value) {
    if (d >= 0) {
      w.p[d] = value ? w.p[d] | 1 << lane : w.p[d] & ~(1 << lane);
    }
  }
}
