package org.kanface.nn.layer;

import org.kanface.autograd.Var;
import org.kanface.autograd.op.DropPath;
import org.kanface.autograd.op.NormMlp;
import org.kanface.autograd.op.ScaleResidual;

/// The end of a ConvNeXt-like block over its layers: `residual + gamma ·
/// second(gelu(first(norm(x))))` in one pass that keeps nothing of the wide activations
/// ([NormMlp]).
///
/// The layers belong to the block, which registers them under its own names.
public final class ResidualMlp {
  private final LayerNorm norm;
  private final NormMlp.Weights weights;
  private final Var gamma; // [width]
  private final double dropPath;

  /// @param gamma layer scale, `[width]`
  /// @param dropPath share of the samples that skip the MLP in training
  public ResidualMlp(
      LayerNorm norm, LowRankLinear first, LowRankLinear second, Var gamma, double dropPath) {
    this.norm = norm;
    this.gamma = gamma;
    this.dropPath = dropPath;
    weights =
        new NormMlp.Weights(
            norm.weight(),
            norm.bias(),
            first.down(),
            first.up(),
            first.bias(),
            second.down(),
            second.up(),
            second.bias());
  }

  /// `x [..., width]` and `residual` of the same shape → `[..., width]`.
  public Var apply(Var x, Var residual, boolean training) {
    if (!training || dropPath == 0) {
      return NormMlp.of(x, norm.eps(), weights, gamma, residual);
    }
    Var y = NormMlp.of(x, norm.eps(), weights, null, null);
    return ScaleResidual.of(DropPath.of(y, dropPath), gamma, residual);
  }
}
