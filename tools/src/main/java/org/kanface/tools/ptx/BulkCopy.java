package org.kanface.tools.ptx;

import java.util.List;
import org.kanface.tools.ptx.ir.Instruction;
import org.kanface.tools.ptx.ir.Operand;
import org.kanface.tools.ptx.ir.Space;
import org.kanface.tools.ptx.ir.Type;

/// `cp.async.bulk`: copies of many bytes by one thread between global and shared memory. Like
/// [AsyncCopy] it happens at once; a barrier then has these bytes.
final class BulkCopy extends Op {
  private static final int UNIT = 16;

  private final Symbols.Place to;
  private final Symbols.Place from;
  private final int size;
  private final Symbols.Place barrier;
  private final boolean completes;

  private BulkCopy(
      Instruction source,
      Symbols.Place to,
      Symbols.Place from,
      int size,
      Symbols.Place barrier,
      boolean completes) {
    super(source);
    this.to = to;
    this.from = from;
    this.size = size;
    this.barrier = barrier;
    this.completes = completes;
  }

  static void translate(Translator t, Instruction i, Mods m) {
    if (m.oneOf("commit_group", "wait_group") != null) {
      m.take("read");
      t.add(new MemoryFamily.Fence(i));
      return;
    }
    if (m.has("prefetch")) {
      MemoryFamily.nothing(t, i, m);
      return;
    }
    if (m.has("tensor")) {
      throw m.error("copies of tensors are not supported");
    }
    Space to = MemoryFamily.space(m);
    Space from = MemoryFamily.space(m);
    boolean completes = m.take("mbarrier::complete_tx::bytes");
    m.take("bulk_group");
    m.take("L2::cache_hint");
    List<Operand> o = i.operands();
    var target = Symbols.place(t, o.get(0), to);
    var source = Symbols.place(t, o.get(1), from);
    var barrier = completes ? Symbols.place(t, o.get(3), Space.SHARED) : target;
    t.add(new BulkCopy(i, target, source, t.value(i, 2, Type.B32), barrier, completes));
  }

  @Override
  void run(Warp w, int mask) {
    for (int m = mask; m != 0; m &= m - 1) {
      int l = Integer.numberOfTrailingZeros(m);
      int bytes = (int) w.r[size + l];
      if (bytes % UNIT != 0) {
        w.faulting = l;
        throw new Fault(
            Fault.Kind.MISALIGNED, "a copy of %d bytes: expected a multiple of 16", bytes);
      }
      for (int done = 0; done < bytes; done += UNIT) {
        probe(w, l, from, done, Probe.Access.LOAD);
        probe(w, l, to, done, Probe.Access.STORE);
        Raw.copy(unit(w, l, from, done), unit(w, l, to, done), UNIT);
      }
      if (completes) {
        long at = barrier.window().locate(w, l, w.r[barrier.base() + l] + barrier.offset(), 8);
        MemoryBarrier.complete(at, bytes);
      }
    }
    w.progressed();
  }

  private static long unit(Warp w, int lane, Symbols.Place place, int done) {
    return place.window().locate(w, lane, w.r[place.base() + lane] + place.offset() + done, UNIT);
  }

  private void probe(Warp w, int lane, Symbols.Place place, int done, Probe.Access access) {
    Probe probe = w.block.probe;
    if (probe != null) {
      w.address(place.window(), place.base(), place.offset() + done, 1 << lane);
      probe.access(w, this, 1 << lane, UNIT, UNIT, access);
    }
  }
}
