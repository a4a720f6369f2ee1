package org.kanface.tools.ptx;

import org.kanface.tools.ptx.ir.Instruction;

/// `atom.exch.b128` and `atom.cas.b128`, whose operands take two rows each. One host thread runs
/// the kernel, so a lane's read and write are one step.
final class WideAtomic extends Op {
  private static final int BYTES = 16;

  private final Symbols.Place place;
  private final int d;
  private final int value;

  /// What a comparison with `value` swaps in; -1 for an exchange.
  private final int next;

  WideAtomic(Instruction source, Symbols.Place place, int d, int value, int next) {
    super(source);
    this.place = place;
    this.d = d;
    this.value = value;
    this.next = next;
  }

  @Override
  void run(Warp w, int mask) {
    Probe probe = w.block.probe;
    if (probe != null) {
      w.address(place.window(), place.base(), place.offset(), mask);
      probe.access(w, this, mask, BYTES, BYTES, Probe.Access.ATOMIC);
    }
    boolean changed = false;
    for (int m = mask; m != 0; m &= m - 1) {
      int l = Integer.numberOfTrailingZeros(m);
      long at = place.window().locate(w, l, w.r[place.base() + l] + place.offset(), BYTES);
      long low = Raw.getLong(at);
      long high = Raw.getLong(at + 8);
      int from = next < 0 ? value : next;
      boolean swaps = next < 0 || low == w.r[value + l] && high == w.r[value + LANES + l];
      if (swaps) {
        changed |= low != w.r[from + l] || high != w.r[from + LANES + l];
        Raw.putLong(at, w.r[from + l]);
        Raw.putLong(at + 8, w.r[from + LANES + l]);
      }
      if (d >= 0) {
        w.r[d + l] = low;
        w.r[d + LANES + l] = high;
      }
    }
    if (changed) {
      w.progressed();
    } else {
      w.polls++;
    }
  }
}
