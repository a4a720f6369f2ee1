package org.kanface.nn.backbone;

import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.Packing;
import org.kanface.nn.layer.Conv2d;
import org.kanface.nn.layer.LayerNorm;
import org.kanface.nn.layer.LowRankLinear;
import org.kanface.nn.layer.ResidualMlp;
import org.kanface.tensor.Shape;

/// EdgeNeXt's convolutional block (arXiv:2206.10589) with low-rank linears:
/// `x + γ · W₂ gelu(W₁ LN(dwconv(x)))`, `x [b, h, w, d]`.
public final class ConvEncoder extends Module {
  private final Conv2d dwconv; // k×k depthwise
  private final ResidualMlp mlp;

  public ConvEncoder(Init init, long dim, int kernel, Encoding encoding, double dropPath) {
    Var gamma =
        register(
            init.constant("gamma", Packing.plain(Shape.of(dim)), Encoding.INITIAL_LAYER_SCALE));
    dwconv = register("dwconv", new Conv2d(init, Conv2d.Config.depthwise(dim, kernel)));
    var norm = register("norm", new LayerNorm(init, dim, Encoding.NORM_EPS));
    long wide = encoding.expansion() * dim;
    var first = register("pwconv1", new LowRankLinear(init, dim, wide, encoding.rankRatio()));
    var second = register("pwconv2", new LowRankLinear(init, wide, dim, encoding.rankRatio()));
    mlp = new ResidualMlp(norm, first, second, gamma, dropPath);
  }

  @Override
  protected Var compute(Var x) {
    return Graph.local(() -> mlp.apply(dwconv.forward(x), x, isTraining()));
  }
}
