package org.kanface.tools.ptx;

import org.kanface.tools.ptx.ir.Instruction;

/// `bra`: lanes of the guard jump, the others fall through.
final class Branch extends Flow implements Retargetable {
  private int target;

  Branch(Instruction source, int target) {
    super(source);
    this.target = target;
  }

  int target() {
    return target;
  }

  @Override
  public void retarget(int[] starts) {
    target = starts[target];
  }

  @Override
  boolean step(Warp w, Group g, int mask) {
    if (mask == g.mask) {
      g.pc = target;
    } else if (mask == 0) {
      g.pc++;
    } else {
      Probe probe = w.block.probe;
      if (probe != null) {
        probe.diverges(w, this, mask, g.mask & ~mask);
      }
      w.split(g, mask, target);
      g.mask &= ~mask;
      g.pc++;
    }
    return w.keepsRunning(g);
  }
}
