package org.kanface.tools.ptx;

import org.kanface.tools.ptx.ir.Instruction;
import org.kanface.tools.ptx.ir.Operand;
import org.kanface.tools.ptx.ir.Space;
import org.kanface.tools.ptx.ir.Type;

/// `cp.async`: copies from global to shared memory. The copy happens at once, which is one of the
/// orders that the definition allows.
final class AsyncCopy extends Op {
  private final Symbols.Place to;
  private final Symbols.Place from;
  private final int bytes;

  /// The row with how many bytes are read, the rest being 0; -1 for all.
  private final int size;

  private AsyncCopy(Instruction source, Symbols.Place to, Symbols.Place from, int bytes, int size) {
    super(source);
    this.to = to;
    this.from = from;
    this.bytes = bytes;
    this.size = size;
  }

  static void translate(Translator t, Instruction i, Mods m) {
    m.need("async");
    if (m.take("bulk")) {
      BulkCopy.translate(t, i, m);
      return;
    }
    if (m.oneOf("commit_group", "wait_group", "wait_all") != null) {
      t.add(new MemoryFamily.Fence(i));
      return;
    }
    if (m.take("mbarrier")) {
      m.need("arrive");
      boolean counts = m.take("noinc");
      Space space = MemoryFamily.space(m);
      m.type();
      var barrier = Symbols.place(t, i.operands().get(0), space);
      if (counts) {
        MemoryBarrier.arrive(t, i, barrier);
      } else {
        t.add(new MemoryFamily.Fence(i)); // one more to arrive, and it arrives
      }
      return;
    }
    m.need("ca", "cg");
    m.need("shared", "shared::cta");
    m.need("global");
    m.ignorePrefix("L2::");
    var to = Symbols.place(t, i.operands().get(0), Space.SHARED);
    var from = Symbols.place(t, i.operands().get(1), Space.GLOBAL);
    if (!(i.operands().get(2) instanceof Operand.Immediate bytes)) {
      throw m.error("expected a number of bytes");
    }
    int size = -1;
    if (i.operands().size() > 3) {
      Operand last = i.operands().get(3);
      if (last instanceof Operand.Reg(var register, _) && register.predicate()) {
        // where it is true the source is not read
        int ignores = t.predicate(last);
        size = t.freshRow();
        t.prepare(new Kept(i, size, ignores, (int) bytes.bits()));
      } else {
        size = t.value(last, Type.B32);
      }
    }
    t.add(new AsyncCopy(i, to, from, (int) bytes.bits(), size));
  }

  /// How many bytes are read: none where the predicate is set.
  private static final class Kept extends Op {
    private final int d;
    private final int predicate;
    private final int bytes;

    Kept(Instruction source, int d, int predicate, int bytes) {
      super(source);
      this.d = d;
      this.predicate = predicate;
      this.bytes = bytes;
    }

    @Override
    void run(Warp w, int mask) {
      for (int m = mask; m != 0; m &= m - 1) {
        int l = Integer.numberOfTrailingZeros(m);
        w.r[d + l] = (w.p[predicate] >>> l & 1) != 0 ? 0 : bytes;
      }
    }
  }

  @Override
  void run(Warp w, int mask) {
    Probe probe = w.block.probe;
    if (probe != null) {
      w.address(from.window(), from.base(), from.offset(), mask);
      probe.access(w, this, mask, bytes, bytes, Probe.Access.LOAD);
      w.address(to.window(), to.base(), to.offset(), mask);
      probe.access(w, this, mask, bytes, bytes, Probe.Access.STORE);
    }
    w.progressed();
    for (int m = mask; m != 0; m &= m - 1) {
      int l = Integer.numberOfTrailingZeros(m);
      long target = to.window().locate(w, l, w.r[to.base() + l] + to.offset(), bytes);
      int read = size < 0 ? bytes : (int) w.r[size + l];
      if (read < bytes) {
        Raw.fill(target, bytes, (byte) 0);
      }
      if (read > 0) {
        long source = from.window().locate(w, l, w.r[from.base() + l] + from.offset(), 1);
        Raw.copy(source, target, Math.min(read, bytes));
      }
    }
  }
}
