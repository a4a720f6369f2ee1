package org.kanface.tools.ptx;

import org.kanface.tools.ptx.ir.Instruction;

/// `st` of one to eight elements. A [Specialised] template.
final class Store extends Op {
  private final Window window;
  private final Fn.Put put;
  private final int[] values;
  private final int base;
  private final long offset;
  private final int bytes;

  Store(
      Instruction source,
      Window window,
      Fn.Put put,
      int[] values,
      int base,
      long offset,
      int bytes) {
    super(source);
    this.window = window;
    this.put = put;
    this.values = values;
    this.base = base;
    this.offset = offset;
    this.bytes = bytes;
  }

  /// Whether others can see what is stored: not in the thread's local memory.
  private boolean visible(Warp w, int mask) {
    long first = w.r[base + Integer.numberOfTrailingZeros(mask)] + offset;
    return window.generic(w, first) >> Window.WINDOW_SHIFT << Window.WINDOW_SHIFT != Window.LOCAL;
  }

  @Override
  void run(Warp w, int mask) {
    int total = bytes * values.length;
    Probe probe = w.block.probe;
    if (probe != null) {
      w.address(window, base, offset, mask);
      probe.access(w, this, mask, total, bytes, Probe.Access.STORE);
    }
    if (visible(w, mask)) {
      w.progressed();
    }
    long[] r = w.r;
    int from = values[0];
    for (int m = mask; m != 0; m &= m - 1) {
      int l = Integer.numberOfTrailingZeros(m);
      long at = window.locate(w, l, r[base + l] + offset, total);
      put.put(at, r[from + l]);
      for (int i = 1; i < values.length; i++) {
        put.put(at + (long) i * bytes, r[values[i] + l]);
      }
    }
  }

  @Override
  byte storedByte(Warp w, int lane, int n) {
    return (byte) (w.r[values[n / bytes] + lane] >>> 8 * (n % bytes));
  }

  @Override
  boolean storesRegisters() {
    return true;
  }
}
