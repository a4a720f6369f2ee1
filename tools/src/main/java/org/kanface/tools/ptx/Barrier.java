package org.kanface.tools.ptx;

import org.kanface.tools.ptx.ir.Instruction;

/// `bar`/`barrier` of a block: `sync`, `arrive` and `red`.
final class Barrier extends Flow {
  /// What arriving threads do.
  enum Mode {
    SYNC,
    ARRIVE,
    POPC,
    AND,
    OR
  }

  private final Mode mode;

  /// Rows of the barrier's number and the thread count; -1 for the whole block.
  private final int number;

  private final int count;

  /// Result and operand of `red`.
  private final int d;

  private final int predicate;
  private final boolean inverted;

  Barrier(
      Instruction source,
      Mode mode,
      int number,
      int count,
      int d,
      int predicate,
      boolean inverted) {
    super(source);
    this.mode = mode;
    this.number = number;
    this.count = count;
    this.d = d;
    this.predicate = predicate;
    this.inverted = inverted;
  }

  /// Whether it waits for all threads of the block.
  boolean wholeBlock() {
    return count < 0;
  }

  @Override
  boolean step(Warp w, Group g, int mask) {
    if (mask == 0) {
      g.pc++;
      return true;
    }
    if (mask != g.mask) {
      w.split(g, g.mask & ~mask, g.pc + 1);
      g.mask = mask;
    }
    int lane = Integer.numberOfTrailingZeros(mask);
    int id = (int) w.r[number + lane];
    int threads = count < 0 ? -1 : (int) w.r[count + lane];
    if (id < 0 || id >= BlockBarrier.COUNT) {
      throw new Fault(Fault.Kind.BARRIER, "barrier %d does not exist: there are 0 to 15", id);
    }
    int bits = predicate < 0 ? 0 : (inverted ? ~w.p[predicate] : w.p[predicate]) & mask;
    Probe probe = w.block.probe;
    if (probe != null) {
      probe.arrives(w, this, mask, id);
    }
    boolean waits = mode != Mode.ARRIVE;
    if (!waits) {
      g.pc++;
    }
    w.block.barrier(id).arrive(w, waits ? g : null, this, mask, threads, Integer.bitCount(bits));
    return !waits;
  }

  /// Stores what `red` computed over `threads` threads of which `holding` had a true predicate.
  void deliver(Warp w, Group g, int holding, int threads) {
    Frame f = g.frame;
    switch (mode) {
      case POPC -> {
        for (int m = g.mask; m != 0; m &= m - 1) {
          f.r[d + Integer.numberOfTrailingZeros(m)] = holding;
        }
      }
      case AND -> set(f, g.mask, holding == threads);
      case OR -> set(f, g.mask, holding > 0);
      case SYNC, ARRIVE -> {}
    }
    g.pc++;
    w.makeReady(g);
  }

  private void set(Frame f, int mask, boolean value) {
    f.p[d] = value ? f.p[d] | mask : f.p[d] & ~mask;
  }
}
