package org.kanface.tools.ptx;

import org.kanface.tools.ptx.ir.Instruction;

/// An op that decides where lanes go on.
abstract class Flow extends Op {
  Flow(Instruction source) {
    super(source);
  }

  /// Executes for the lanes of `mask`, which may be 0, out of group `g` at `g.pc`. Returns true
  /// with
  /// `g` moved on, or false if `g` no longer runs.
  abstract boolean step(Warp w, Group g, int mask);

  @Override
  final void run(Warp w, int mask) {
    throw new IllegalStateException("flow ops are stepped");
  }
}
