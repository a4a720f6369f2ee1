package org.kanface.tools.ptx;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Lanes of a warp that execute together.
final class Group {
  int mask;
  int pc;
  Frame frame;

  /// Where they wait for lanes they split from, innermost first.
  @Nullable Join join;

  /// For [#seenBefore]: a state of the past, turns since then, and after how many to take a new
  /// one.
  private long remembered;

  private int since;
  private int patience = 1;

  Group(int mask, int pc, Frame frame, @Nullable Join join) {
    this.mask = mask;
    this.pc = pc;
    this.frame = frame;
    this.join = join;
  }

  /// Whether place and registers are those of an earlier turn: if memory does not change either,
  /// the
  /// lanes go round in circles (Brent 1980, with hashes).
  boolean seenBefore() {
    long state = pc;
    for (Frame f = frame; f != null; f = f.caller) {
      state = state * 31 + Arrays.hashCode(f.p);
      for (long value : f.r) {
        state = Long.rotateLeft(state ^ value, 23) * 0x9E37_79B9_7F4A_7C15L;
      }
      state = state * 31 + f.returnTo;
    }
    if (state == remembered) {
      return true;
    }
    if (++since == patience) {
      remembered = state;
      since = 0;
      patience *= 2;
    }
    return false;
  }
}
