package org.kanface.nn.layer;

import org.kanface.autograd.Var;
import org.kanface.nn.Module;
import org.kanface.tensor.Check;

/// Zeroes elements with probability `p` in training and divides the others by `1 - p`; in
/// evaluation `x` passes as it is. Source: Srivastava et al. 2014, JMLR 15.
public final class Dropout extends Module {
  private final double p;

  /// Throws [org.kanface.tensor.ShapeException] outside `0 ≤ p < 1`.
  public Dropout(double p) {
    Check.that(p >= 0 && p < 1, "Dropout", "p: expected a number in [0, 1), got %s", p);
    this.p = p;
  }

  @Override
  protected Var compute(Var x) {
    return isTraining() && p > 0 ? org.kanface.autograd.op.Dropout.of(x, p) : x;
  }
}
