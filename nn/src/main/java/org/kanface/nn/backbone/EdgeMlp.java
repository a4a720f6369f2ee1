package org.kanface.nn.backbone;

import java.util.function.BinaryOperator;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.Elementwise;
import org.kanface.autograd.op.ScaleResidual;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.layer.LayerNorm;
import org.kanface.nn.layer.Linear;
import org.kanface.nn.layer.LowRankLinear;
import org.kanface.nn.layer.ResidualMlp;

/// `fc2(gelu(fc1(x)))` on the last axis, `dim → wide → dim`, under timm's names; linears of low
/// rank or, at rank ratio 0, plain.
final class EdgeMlp extends Module {
  private final Module fc1;
  private final Module fc2;
  private final BinaryOperator<Var> end;

  /// @param norm of the block, registered there, and `gamma` its layer scale: for [#end]
  EdgeMlp(Init init, long wide, double rankRatio, LayerNorm norm, Var gamma) {
    long dim = gamma.dim(0);
    if (rankRatio == 0) {
      fc1 = register("fc1", new Linear(init, dim, wide, true));
      var second = register("fc2", new Linear(init, wide, dim, true));
      fc2 = second;
      end =
          (x, residual) -> {
            Var y = second.forwardGelu(fc1.forward(norm.forward(x)));
            return ScaleResidual.of(y, gamma, residual);
          };
    } else {
      var first = register("fc1", new LowRankLinear(init, dim, wide, rankRatio));
      var second = register("fc2", new LowRankLinear(init, wide, dim, rankRatio));
      fc1 = first;
      fc2 = second;
      var fused = new ResidualMlp(norm, first, second, gamma, 0);
      end = (x, residual) -> fused.apply(x, residual, isTraining());
    }
  }

  /// The end of a block: `residual + gamma · fc2(gelu(fc1(norm(x))))`.
  Var end(Var x, Var residual) {
    return end.apply(x, residual);
  }

  @Override
  protected Var compute(Var x) {
    return fc2.forward(Elementwise.gelu(fc1.forward(x)));
  }
}
