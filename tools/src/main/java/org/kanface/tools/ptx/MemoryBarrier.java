package org.kanface.tools.ptx;

import java.util.List;
import org.kanface.tools.ptx.ir.Instruction;
import org.kanface.tools.ptx.ir.Operand;
import org.kanface.tools.ptx.ir.Space;
import org.kanface.tools.ptx.ir.Type;

/// `mbarrier`: a barrier that lies in shared memory as 64 bits. Here those are the phase (1 bit),
/// the bytes that copies are still to bring (22 bits, signed), how many threads are still to arrive
/// (20 bits) and the count of a phase (20 bits). A phase ends when nobody and nothing is missing.
final class MemoryBarrier extends Op {
  private enum Kind {
    INIT,
    INVAL,
    ARRIVE,
    DROP,
    EXPECT,
    EXPECT_ARRIVE,
    COMPLETE,
    TEST,
    PARITY
  }

  private static final long COUNT = (1L << 20) - 1;
  private static final int BYTES_SHIFT = 40;

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
    if (m.take("pending_count")) {
      m.type();
      t.one(i, Type.B64, state -> state >>> 20 & COUNT);
      return;
    }
    String name =
        m.need(
            "init",
            "inval",
            "arrive",
            "arrive_drop",
            "test_wait",
            "try_wait",
            "expect_tx",
            "complete_tx");
    m.ignore("release", "acquire", "relaxed", "cta", "cluster", "noComplete");
    boolean parity = m.take("parity");
    boolean expects = m.take("expect_tx");
    if (expects && name.equals("arrive_drop")) {
      throw m.error("transaction counts are not supported here");
    }
    Space space = MemoryFamily.space(m);
    m.type();
    List<Operand> o = i.operands();
    boolean results =
        switch (name) {
          case "arrive", "arrive_drop", "test_wait", "try_wait" -> true;
          default -> false;
        };
    var place = Symbols.place(t, o.get(results ? 1 : 0), space);
    switch (name) {
      case "init" -> add(t, Kind.INIT, place, -1, t.value(i, 1, Type.B32));
      case "inval" -> add(t, Kind.INVAL, place, -1, t.constant(0));
      case "expect_tx" -> add(t, Kind.EXPECT, place, -1, t.value(i, 1, Type.B32));
      case "complete_tx" -> add(t, Kind.COMPLETE, place, -1, t.value(i, 1, Type.B32));
      case "arrive", "arrive_drop" -> {
        int count = o.size() > 2 ? t.value(o.get(2), Type.B32) : t.constant(1);
        var kind = expects ? Kind.EXPECT_ARRIVE : Kind.ARRIVE;
        kind = name.equals("arrive_drop") ? Kind.DROP : kind;
        add(t, kind, place, t.destination(o.get(0)), count);
      }
      default -> {
        int state = t.value(i, 2, parity ? Type.B32 : Type.B64);
        t.prepare(new MemoryFamily.Poll(i));
        add(t, parity ? Kind.PARITY : Kind.TEST, place, t.predicateDestination(o.get(0)), state);
      }
    }
  }

  private static void add(Translator t, Kind kind, Symbols.Place place, int d, int operand) {
    t.add(new MemoryBarrier(t.current(), kind, place, d, operand));
  }

  /// `cp.async.mbarrier.arrive.noinc`: copies are done at once, so it arrives.
  static void arrive(Translator t, Instruction i, Symbols.Place place) {
    t.add(new MemoryBarrier(i, Kind.ARRIVE, place, -1, t.constant(1)));
  }

  /// A copy of `bytes` bytes for the barrier at the native address `at` is done.
  static void complete(long at, long bytes) {
    Raw.putLong(at, ended(add(Raw.getLong(at), -bytes)));
  }

  @Override
  void run(Warp w, int mask) {
    Probe probe = w.block.probe;
    boolean waits = kind == Kind.TEST || kind == Kind.PARITY;
    if (probe != null && !waits) {
      w.address(place.window(), place.base(), place.offset(), mask);
      boolean first = kind == Kind.INIT || kind == Kind.INVAL;
      probe.access(w, this, mask, 8, 8, first ? Probe.Access.STORE : Probe.Access.ATOMIC);
    }
    int passed = 0;
    for (int m = mask; m != 0; m &= m - 1) {
      int l = Integer.numberOfTrailingZeros(m);
      long at = place.window().locate(w, l, w.r[place.base() + l] + place.offset(), 8);
      long state = Raw.getLong(at);
      long value = w.r[operand + l];
      long next =
          switch (kind) {
            case INIT -> value & COUNT | (value & COUNT) << 20;
            case INVAL -> 0;
            case ARRIVE -> arrived(state, value, false);
            case DROP -> arrived(state, value, true);
            case EXPECT -> add(state, value & 0xffff_ffffL);
            case EXPECT_ARRIVE -> arrived(add(state, value & 0xffff_ffffL), 1, false);
            case COMPLETE -> ended(add(state, -(value & 0xffff_ffffL)));
            case TEST, PARITY -> state;
          };
      boolean over = kind == Kind.TEST ? (state ^ value) < 0 : state >>> 63 != (value & 1);
      passed |= over ? 1 << l : 0;
      if (!waits) {
        Raw.putLong(at, next);
        w.progressed();
        if (d >= 0) {
          w.r[d + l] = state;
        }
      }
    }
    if (waits) {
      waited(w, mask, passed);
    }
  }

  private void waited(Warp w, int mask, int passed) {
    if (d >= 0) {
      w.p[d] = w.p[d] & ~mask | passed;
    }
    Probe probe = w.block.probe;
    if (probe != null && passed != 0) {
      w.address(place.window(), place.base(), place.offset(), passed);
      probe.access(w, this, passed, 8, 8, Probe.Access.ATOMIC);
      probe.warpSynchronises(w, passed);
    }
  }

  private static long arrived(long state, long count, boolean drops) {
    long expected = (state & COUNT) - (drops ? count : 0);
    long pending = Math.max(0, (state >>> 20 & COUNT) - count);
    return ended(state & ~(COUNT << 20 | COUNT) | pending << 20 | expected & COUNT);
  }

  /// More bytes to come.
  private static long add(long state, long bytes) {
    long phase = state & Long.MIN_VALUE;
    long rest = (state & ~Long.MIN_VALUE) + (bytes << BYTES_SHIFT);
    return phase | rest & ~Long.MIN_VALUE;
  }

  /// The next phase, if this one is complete.
  private static long ended(long state) {
    boolean missing = (state & ~(Long.MIN_VALUE | COUNT)) != 0;
    return missing
        ? state
        : (state ^ Long.MIN_VALUE) & (Long.MIN_VALUE | COUNT) | (state & COUNT) << 20;
  }
}
