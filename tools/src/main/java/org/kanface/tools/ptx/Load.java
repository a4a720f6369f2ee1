package org.kanface.tools.ptx;

import org.kanface.tools.ptx.ir.Instruction;

/// `ld` of one to eight elements. A [Specialised] template.
final class Load extends Op {
  private final Window window;
  private final Fn.Fetch fetch;
  private final int[] d;
  private final int base;
  private final long offset;
  private final int bytes;

  Load(
      Instruction source,
      Window window,
      Fn.Fetch fetch,
      int[] d,
      int base,
      long offset,
      int bytes) {
    super(source);
    this.window = window;
    this.fetch = fetch;
    this.d = d;
    this.base = base;
    this.offset = offset;
    this.bytes = bytes;
  }

  @Override
  void run(Warp w, int mask) {
    int total = bytes * d.length;
    Probe probe = w.block.probe;
    if (probe != null) {
      w.address(window, base, offset, mask);
      probe.access(w, this, mask, total, bytes, Probe.Access.LOAD);
    }
    long[] r = w.r;
    if (d.length == 1) {
      int to = d[0];
      if (mask == ALL) {
        for (int l = 0; l < LANES; l++) {
          r[to + l] = fetch.get(window.locate(w, l, r[base + l] + offset, total));
        }
        return;
      }
      for (int m = mask; m != 0; m &= m - 1) {
        int l = Integer.numberOfTrailingZeros(m);
        r[to + l] = fetch.get(window.locate(w, l, r[base + l] + offset, total));
      }
      return;
    }
    for (int m = mask; m != 0; m &= m - 1) {
      int l = Integer.numberOfTrailingZeros(m);
      long at = window.locate(w, l, r[base + l] + offset, total);
      for (int i = 0; i < d.length; i++) {
        r[d[i] + l] = fetch.get(at + (long) i * bytes);
      }
    }
  }
}
