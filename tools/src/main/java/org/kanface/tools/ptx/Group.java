package org.kanface.tools.ptx;

import org.jspecify.annotations.Nullable;

/// Lanes of a warp that execute together.
final class Group {
  int mask;
  int pc;
  Frame frame;

  /// Where they wait for lanes they split from, innermost first.
  @Nullable Join join;

  Group(int mask, int pc, Frame frame, @Nullable Join join) {
    this.mask = mask;
    this.pc = pc;
    this.frame = frame;
    this.join = join;
  }
}
