package org.kanface.autograd.op;

import org.kanface.autograd.Var;

/// Stochastic depth (arXiv:1603.09382): whole samples, the entries of the first axis, are zeroed
/// with probability `p` and else divided by `1 - p`.
public final class DropPath {
  private DropPath() {}

  /// `x` itself where `p` is 0. Throws [org.kanface.tensor.ShapeException] outside `0 <= p < 1`.
  public static Var of(Var x, double p) {
    return Dropout.drop(x, x.dim(0), p);
  }
}
