package org.kanface.tools.ptx;

import org.kanface.tools.ptx.ir.Instruction;

/// `ret`, and `exit` for whole threads.
final class Return extends Flow {
  private final boolean exit;

  Return(Instruction source, boolean exit) {
    super(source);
    this.exit = exit;
  }

  @Override
  boolean step(Warp w, Group g, int mask) {
    if (mask == 0) {
      g.pc++;
      return true;
    }
    if (mask != g.mask) {
      int stay = g.mask & ~mask;
      w.split(g, stay, g.pc + 1);
      g.mask = mask;
    }
    if (exit || g.frame.caller == null) {
      w.exit(g);
      return false;
    }
    return w.leave(g);
  }
}
