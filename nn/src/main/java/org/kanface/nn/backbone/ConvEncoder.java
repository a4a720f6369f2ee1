package org.kanface.nn.backbone;

import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.DropPath;
import org.kanface.autograd.op.ScaleResidual;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.Packing;
import org.kanface.nn.layer.Conv2d;
import org.kanface.nn.layer.LayerNorm;
import org.kanface.nn.layer.LowRankLinear;
import org.kanface.tensor.Shape;

/// EdgeNeXt's convolutional block (arXiv:2206.10589) with low-rank linears:
/// `x + γ · W₂ gelu(W₁ LN(dwconv(x)))`, `x [b, h, w, d]`.
public final class ConvEncoder extends Module {
  private final double dropPath;
  private final Var gamma; // [d]
  private final Conv2d dwconv; // k×k depthwise
  private final LayerNorm norm;
  private final LowRankLinear pwconv1; // d → 4d
  private final LowRankLinear pwconv2; // 4d → d

  public ConvEncoder(Init init, long dim, int kernel, Encoding encoding, double dropPath) {
    this.dropPath = dropPath;
    gamma =
        register(
            init.constant("gamma", Packing.plain(Shape.of(dim)), Encoding.INITIAL_LAYER_SCALE));
    dwconv = register("dwconv", new Conv2d(init, Conv2d.Config.depthwise(dim, kernel)));
    norm = register("norm", new LayerNorm(init, dim, Encoding.NORM_EPS));
    long wide = encoding.expansion() * dim;
    pwconv1 = register("pwconv1", new LowRankLinear(init, dim, wide, encoding.rankRatio()));
    pwconv2 = register("pwconv2", new LowRankLinear(init, wide, dim, encoding.rankRatio()));
  }

  @Override
  protected Var compute(Var x) {
    return Graph.local(
        () -> {
          Var y = pwconv2.forwardGelu(pwconv1.forward(norm.forward(dwconv.forward(x))));
          return residual(x, y);
        });
  }

  private Var residual(Var x, Var y) {
    Var kept = isTraining() && dropPath > 0 ? DropPath.of(y, dropPath) : y;
    return ScaleResidual.of(kept, gamma, x);
  }
}
