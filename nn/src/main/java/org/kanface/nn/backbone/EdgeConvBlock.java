package org.kanface.nn.backbone;

import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.Packing;
import org.kanface.nn.layer.Conv2d;
import org.kanface.nn.layer.LayerNorm;
import org.kanface.tensor.Shape;

/// EdgeNeXt's convolutional block (arXiv:2206.10589) under timm's names: `x + γ ·
/// MLP(LN(dwconv(x)))`, `x [b, h, w, d]`. [ConvEncoder] is the same under KANFace's names.
final class EdgeConvBlock extends Module {
  private final Conv2d convDw; // k×k depthwise
  private final EdgeMlp mlp; // d → 4d → d

  EdgeConvBlock(Init init, long dim, int kernel, Encoding encoding) {
    var scale = Packing.plain(Shape.of(dim));
    Var gamma = register(init.constant("gamma", scale, Encoding.INITIAL_LAYER_SCALE));
    convDw = register("conv_dw", new Conv2d(init, Conv2d.Config.depthwise(dim, kernel)));
    var norm = register("norm", new LayerNorm(init, dim, Encoding.NORM_EPS));
    long wide = encoding.expansion() * dim;
    mlp = register("mlp", new EdgeMlp(init, wide, encoding.rankRatio(), norm, gamma));
  }

  @Override
  protected Var compute(Var x) {
    return Graph.local(() -> mlp.end(convDw.forward(x), x));
  }
}
