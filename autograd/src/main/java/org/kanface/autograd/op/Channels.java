package org.kanface.autograd.op;

import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Var;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;

/// A tensor seen as `[rows, channels]`: the channels are its last axis.
final class Channels {
  private Channels() {}

  static long rows(Var x) {
    return x.shape().span(0, x.shape().rank() - 1);
  }

  /// Throws unless `v` is absent or has one element a channel of `x`.
  static void check(String op, String what, Var x, @Nullable Var v) {
    Check.that(
        v == null || v.shape().equals(Shape.of(x.dim(-1))),
        op,
        "x %s: expected a %s of [%d], got %s",
        x.shape(),
        what,
        x.dim(-1),
        v == null ? "none" : v.shape());
  }
}
