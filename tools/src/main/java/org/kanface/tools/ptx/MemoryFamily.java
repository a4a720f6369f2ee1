package org.kanface.tools.ptx;

import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Map;
import org.kanface.tools.ptx.ir.Instruction;
import org.kanface.tools.ptx.ir.Operand;
import org.kanface.tools.ptx.ir.Space;
import org.kanface.tools.ptx.ir.Type;

/// `ld`, `ldu`, `st`, prefetches, fences and `alloca`.
final class MemoryFamily {
  private static final Map<String, Space> SPACES =
      Map.of(
          "global",
          Space.GLOBAL,
          "shared",
          Space.SHARED,
          "shared::cta",
          Space.SHARED,
          "shared::cluster",
          Space.SHARED,
          "local",
          Space.LOCAL,
          "const",
          Space.CONST,
          "param",
          Space.PARAM,
          "param::entry",
          Space.PARAM,
          "param::func",
          Space.PARAM);

  private MemoryFamily() {}

  /// The leftmost state space, taken; generic if there is none.
  static Space space(Mods m) {
    String word = m.firstOf(SPACES.keySet());
    Space space = word == null ? null : SPACES.get(word);
    return space == null ? Space.GENERIC : space;
  }

  /// Takes cache and ordering hints; true if the access looks at what others write.
  static boolean hints(Mods m) {
    boolean strong = m.oneOf("volatile", "relaxed", "acquire", "mmio") != null;
    m.ignore(
        "weak", "release", "mmio", "acq_rel", "cta", "cluster", "gpu", "sys", "ca", "cg", "cs",
        "lu");
    strong |= m.take("cv");
    m.ignore("wb", "wt", "nc", "unified");
    m.ignorePrefix("L1::");
    m.ignorePrefix("L2::");
    return strong;
  }

  static Fn.Fetch fetch(Type type) {
    return switch (type) {
      case S8 -> Raw::getByte;
      case B8, U8 -> at -> Raw.getByte(at) & 0xff;
      case S16 -> Raw::getShort;
      case B16, U16, F16, BF16 -> at -> Raw.getShort(at) & 0xffff;
      case S32 -> Raw::getInt;
      case B32, U32, F32, F16X2, BF16X2 -> at -> Raw.getInt(at) & 0xffff_ffffL;
      default -> Raw::getLong;
    };
  }

  static Fn.Put put(Type type) {
    return switch (type.bits()) {
      case 8 -> (at, v) -> Raw.putByte(at, (byte) v);
      case 16 -> (at, v) -> Raw.putShort(at, (short) v);
      case 32 -> (at, v) -> Raw.putInt(at, (int) v);
      default -> Raw::putLong;
    };
  }

  static void load(Translator t, Instruction i, Mods m) {
    boolean cached = m.has("cg");
    boolean polls = hints(m);
    Space space = space(m);
    int count = m.vector();
    Type type = m.type();
    var place = Symbols.place(t, i.operands().get(1), space);
    int[] d = rows(t, i.operands().get(0), count, type, true);
    Type element = type == Type.B128 ? Type.B64 : type;
    if (polls) {
      if (space == Space.GLOBAL || space == Space.GENERIC) {
        t.link.requireOrder();
      }
      t.prepare(new Poll(i));
    } else if (cached) {
      t.prepare(new Poll(i)); // past the first cache: others' writes are seen
    }
    Fn.Fetch fetch = fetch(element);
    t.add(
        Specialised.make(
            Load.class,
            List.of(place.window(), fetch),
            i,
            place.window(),
            fetch,
            d,
            place.base(),
            place.offset(),
            element.bytes()));
  }

  static void store(Translator t, Instruction i, Mods m) {
    hints(m);
    Space space = space(m);
    int count = m.vector();
    Type type = m.type();
    var place = Symbols.place(t, i.operands().get(0), space);
    int[] values = rows(t, i.operands().get(1), count, type, false);
    Type element = type == Type.B128 ? Type.B64 : type;
    Fn.Put put = put(element);
    t.add(
        Specialised.make(
            Store.class,
            List.of(place.window(), put),
            i,
            place.window(),
            put,
            values,
            place.base(),
            place.offset(),
            element.bytes()));
  }

  private static int[] rows(Translator t, Operand o, int count, Type type, boolean write) {
    if (type == Type.B128) {
      int row = write ? t.destination(o) : t.value(o, Type.B64);
      return new int[] {row, row + Op.LANES};
    }
    if (count == 1) {
      Operand single = o instanceof Operand.Vector(var e) && e.size() == 1 ? e.getFirst() : o;
      return new int[] {write ? t.destination(single) : t.value(single, type)};
    }
    if (!(o instanceof Operand.Vector(var elements)) || elements.size() != count) {
      throw t.error("expected a vector of %d registers", count);
    }
    return elements.stream().mapToInt(e -> write ? t.destination(e) : t.value(e, type)).toArray();
  }

  /// Instructions without an effect here: prefetches and hints.
  static void nothing(Translator t, Instruction i, Mods m) {
    while (m.any()) {
      m.first();
    }
    t.add(new Nothing(i));
  }

  /// `createpolicy`: a hint for caches, which has no effect here.
  static void policy(Translator t, Instruction i, Mods m) {
    nothing(t, i, m);
    t.one(i, a -> a, t.destination(i.operands().get(0)), t.constant(0));
  }

  static void fence(Translator t, Instruction i, Mods m) {
    while (m.any()) {
      m.first();
    }
    t.add(new Fence(i));
  }

  static void nanosleep(Translator t, Instruction i, Mods m) {
    m.type();
    t.add(new Sleep(i, t.value(i, 0, Type.U32)));
  }

  /// `alloca d, size{, align}`: takes local memory until the function returns.
  static void alloca(Translator t, Instruction i, Mods m) {
    t.link.requireStack();
    m.type();
    int size = t.value(i, 1, Type.B64);
    long align =
        i.operands().size() > 2 && i.operands().get(2) instanceof Operand.Immediate n
            ? n.bits()
            : 16;
    t.add(new Alloca(i, t.destination(i.operands().get(0)), size, Math.max(16, align)));
  }

  static void stackSave(Translator t, Instruction i, Mods m) {
    m.type();
    t.one(i, a -> a, t.destination(i.operands().get(0)), t.constant(0));
  }

  /// Does nothing.
  static final class Nothing extends Op {
    Nothing(Instruction source) {
      super(source);
    }

    @Override
    void run(Warp w, int mask) {}
  }

  /// Orders memory accesses of the host's threads.
  static final class Fence extends Op {
    Fence(Instruction source) {
      super(source);
    }

    @Override
    void run(Warp w, int mask) {
      VarHandle.fullFence();
    }
  }

  /// `nanosleep`: the clock goes on by as much.
  static final class Sleep extends Op {
    private final int time;

    Sleep(Instruction source, int time) {
      super(source);
      this.time = time;
    }

    @Override
    void run(Warp w, int mask) {
      w.polls++;
      w.block.launch.sleep(w.r[time + Integer.numberOfTrailingZeros(mask)] & 0xffff_ffffL);
      VarHandle.fullFence();
    }
  }

  /// Notes that a lane looks at what others write, and makes their writes visible.
  static final class Poll extends Op {
    Poll(Instruction source) {
      super(source);
    }

    @Override
    void run(Warp w, int mask) {
      w.polls++;
      VarHandle.fullFence();
    }
  }

  /// Memory for `alloca`. Every lane gets what the greediest asks for.
  static final class Alloca extends Op {
    private final int d;
    private final int size;
    private final long align;

    Alloca(Instruction source, int d, int size, long align) {
      super(source);
      this.d = d;
      this.size = size;
      this.align = align;
    }

    @Override
    void run(Warp w, int mask) {
      Frame f = w.frame;
      long most = 0;
      for (int m = mask; m != 0; m &= m - 1) {
        most = Math.max(most, w.r[size + Integer.numberOfTrailingZeros(m)]);
      }
      long at = (f.local + f.code.localBytes + f.allocated + align - 1) / align * align;
      f.allocated = at + (most + 15) / 16 * 16 - f.local - f.code.localBytes;
      if (at + most > w.block.stackBytes) {
        throw new Fault(
            Fault.Kind.OUT_OF_BOUNDS,
            "alloca of %d bytes: a thread has %d bytes of local memory",
            most,
            w.block.stackBytes);
      }
      for (int m = mask; m != 0; m &= m - 1) {
        w.r[d + Integer.numberOfTrailingZeros(m)] = at;
      }
    }
  }
}
