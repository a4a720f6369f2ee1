package org.kanface.nn.layer;

import org.kanface.autograd.Var;
import org.kanface.autograd.op.Prelu;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.Packing;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;

/// Rectifier with a learnt slope a channel (the last axis): `x` where `x > 0`, else `weight * x`.
///
/// Slopes begin at 0.25. Source: He et al. 2015, arXiv:1502.01852.
public final class PRelu extends Module {
  private static final double INITIAL_SLOPE = 0.25;

  private final Var weight; // [channels]

  public PRelu(Init init, long channels) {
    Check.positive("PRelu", "channels", channels);
    weight = register(init.constant("weight", Packing.plain(Shape.of(channels)), INITIAL_SLOPE));
  }

  @Override
  protected Var compute(Var x) {
    return Prelu.of(x, weight);
  }

  /// The slopes, for a norm that rectifies in the same pass.
  Var slopes() {
    return weight;
  }
}
