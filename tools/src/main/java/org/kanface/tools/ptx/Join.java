package org.kanface.tools.ptx;

import org.jspecify.annotations.Nullable;

/// A place where lanes that split meet again: the immediate post-dominator of their branch.
final class Join {
  final Frame frame;
  final int pc;
  final @Nullable Join outer;

  /// Who is still to come or here.
  int expected;

  /// Who is here.
  int arrived;

  Join(Frame frame, int pc, int expected, @Nullable Join outer) {
    this.frame = frame;
    this.pc = pc;
    this.expected = expected;
    this.outer = outer;
  }

  boolean complete() {
    return expected == arrived;
  }
}
