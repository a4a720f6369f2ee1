package org.kanface.nn.layer;

import java.util.function.UnaryOperator;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.Clamp;
import org.kanface.autograd.op.Elementwise;
import org.kanface.nn.Module;

/// A function of each element, without parameters.
public final class Activation extends Module {
  private final UnaryOperator<Var> function;
  private final boolean relu;

  private Activation(UnaryOperator<Var> function, boolean relu) {
    this.function = function;
    this.relu = relu;
  }

  /// `max(x, 0)`.
  public static Activation relu() {
    return new Activation(Elementwise::relu, true);
  }

  /// `min(max(x, 0), 6)` (Sandler et al. 2018, arXiv:1801.04381).
  public static Activation relu6() {
    return new Activation(x -> Clamp.of(x, 0, 6), false);
  }

  /// Whether a norm before this may rectify in the same pass.
  boolean isJoinable() {
    return relu && !isObserved();
  }

  @Override
  protected Var compute(Var x) {
    return function.apply(x);
  }
}
