package org.kanface.nn.backbone;

import java.util.function.UnaryOperator;
import org.kanface.autograd.Var;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.layer.Linear;
import org.kanface.nn.layer.LowRankLinear;

/// `fc2(gelu(fc1(x)))` on the last axis, `dim → wide → dim`; linears of low rank or, at rank ratio
/// 0, plain.
final class EdgeMlp extends Module {
  private final Module fc1;
  private final UnaryOperator<Var> fc2OfGelu;

  EdgeMlp(Init init, long dim, long wide, double rankRatio) {
    if (rankRatio == 0) {
      fc1 = register("fc1", new Linear(init, dim, wide, true));
      fc2OfGelu = register("fc2", new Linear(init, wide, dim, true))::forwardGelu;
    } else {
      fc1 = register("fc1", new LowRankLinear(init, dim, wide, rankRatio));
      fc2OfGelu = register("fc2", new LowRankLinear(init, wide, dim, rankRatio))::forwardGelu;
    }
  }

  @Override
  protected Var compute(Var x) {
    return fc2OfGelu.apply(fc1.forward(x));
  }
}
