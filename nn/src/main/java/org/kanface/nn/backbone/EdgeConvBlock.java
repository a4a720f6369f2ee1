package org.kanface.nn.backbone;

import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.ScaleResidual;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.Packing;
import org.kanface.nn.layer.Conv2d;
import org.kanface.nn.layer.LayerNorm;
import org.kanface.tensor.Shape;

/// EdgeNeXt's convolutional block (arXiv:2206.10589) under timm's names: `x + γ ·
/// MLP(LN(dwconv(x)))`,
/// `x [b, h, w, d]`. [ConvEncoder] is the same under KANFace's names.
final class EdgeConvBlock extends Module {
  private final Var gamma; // [d]
  private final Conv2d convDw; // k×k depthwise
  private final LayerNorm norm;
  private final EdgeMlp mlp; // d → 4d → d

  EdgeConvBlock(Init init, long dim, int kernel, Encoding encoding) {
    gamma =
        register(
            init.constant("gamma", Packing.plain(Shape.of(dim)), Encoding.INITIAL_LAYER_SCALE));
    convDw = register("conv_dw", new Conv2d(init, Conv2d.Config.depthwise(dim, kernel)));
    norm = register("norm", new LayerNorm(init, dim, Encoding.NORM_EPS));
    mlp = register("mlp", new EdgeMlp(init, dim, encoding.expansion() * dim, encoding.rankRatio()));
  }

  @Override
  protected Var compute(Var x) {
    return Graph.local(
        () -> ScaleResidual.of(mlp.forward(norm.forward(convDw.forward(x))), gamma, x));
  }
}
