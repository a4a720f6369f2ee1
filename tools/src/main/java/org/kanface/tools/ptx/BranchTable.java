package org.kanface.tools.ptx;

import org.kanface.tools.ptx.ir.Instruction;

/// `brx.idx`: each lane jumps to the target that its index selects.
final class BranchTable extends Flow implements Retargetable {
  private final int index;
  private final int[] targets;

  BranchTable(Instruction source, int index, int[] targets) {
    super(source);
    this.index = index;
    this.targets = targets;
  }

  int[] targets() {
    return targets;
  }

  @Override
  public void retarget(int[] starts) {
    for (int i = 0; i < targets.length; i++) {
      targets[i] = starts[targets[i]];
    }
  }

  @Override
  boolean step(Warp w, Group g, int mask) {
    if (mask == 0) {
      g.pc++;
      return true;
    }
    int rest = mask;
    int fallThrough = g.mask & ~mask;
    if (fallThrough != 0) {
      w.split(g, fallThrough, g.pc + 1);
    }
    while (true) {
      long i = w.r[index + Integer.numberOfTrailingZeros(rest)] & 0xffff_ffffL;
      if (i >= targets.length) {
        throw new Fault(
            Fault.Kind.TRAP, "brx.idx with index %d in a table of %d targets", i, targets.length);
      }
      int same = 0;
      for (int m = rest; m != 0; m &= m - 1) {
        int l = Integer.numberOfTrailingZeros(m);
        same |= (w.r[index + l] & 0xffff_ffffL) == i ? 1 << l : 0;
      }
      rest &= ~same;
      if (rest == 0) {
        g.mask = same;
        g.pc = targets[(int) i];
        return w.keepsRunning(g);
      }
      w.split(g, same, targets[(int) i]);
    }
  }
}
