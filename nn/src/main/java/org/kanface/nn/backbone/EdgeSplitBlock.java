package org.kanface.nn.backbone;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.Add;
import org.kanface.autograd.op.Concat;
import org.kanface.autograd.op.Reshape;
import org.kanface.autograd.op.ScaleResidual;
import org.kanface.autograd.op.Slice;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.Packing;
import org.kanface.nn.layer.Conv2d;
import org.kanface.nn.layer.LayerNorm;
import org.kanface.tensor.Shape;

/// EdgeNeXt's split depthwise transpose attention block (arXiv:2206.10589) under timm's names,
/// `x [b, h, w, d]`. [SdtaEncoder], which explains it, is the same under KANFace's names.
final class EdgeSplitBlock extends Module {
  private final SdtaEncoder.Config config;
  private final Var gammaXca; // [d]
  private final List<Conv2d> convs = new ArrayList<>(); // 3×3 depthwise, one fewer than chunks
  private final @Nullable FourierPosition position;
  private final LayerNorm normXca;
  private final Xca xca;
  private final EdgeMlp mlp; // d → 4d → d

  EdgeSplitBlock(Init init, SdtaEncoder.Config config) {
    this.config = config;
    long dim = config.dim();
    double ratio = config.encoding().rankRatio();
    var scale = Packing.plain(Shape.of(dim));
    gammaXca = register(init.constant("gamma_xca", scale, Encoding.INITIAL_LAYER_SCALE));
    Var gamma = register(init.constant("gamma", scale, Encoding.INITIAL_LAYER_SCALE));
    for (int i = 0; i < config.convolutions(); i++) {
      convs.add(
          register("convs." + i, new Conv2d(init, Conv2d.Config.depthwise(config.chunk(), 3))));
    }
    position = config.position() ? register("pos_embd", new FourierPosition(init, dim)) : null;
    normXca = register("norm_xca", new LayerNorm(init, dim, Encoding.NORM_EPS));
    xca = register("xca", new Xca(init, dim, config.heads(), ratio));
    var norm = register("norm", new LayerNorm(init, dim, Encoding.NORM_EPS));
    long wide = config.encoding().expansion() * dim;
    mlp = register("mlp", new EdgeMlp(init, wide, ratio, norm, gamma));
  }

  @Override
  protected Var compute(Var x) {
    return Graph.local(
        () -> {
          Shape map = x.shape();
          Shape tokens = Shape.of(map.dim(0), map.dim(1) * map.dim(2), map.dim(3));
          Var t = Reshape.of(chunks(x), tokens);
          if (position != null) { // the same for every sample
            Var encoding = position.forward(x);
            t = Add.of(t, Reshape.of(encoding, Shape.of(1, tokens.dim(1), tokens.dim(2))));
          }
          t = ScaleResidual.of(xca.forward(normXca.forward(t)), gammaXca, t);
          return mlp.end(Reshape.of(t, map), x);
        });
  }

  /// The chunks after their chained convolutions, joined; the last chunk passes as it is.
  private Var chunks(Var x) {
    long width = config.chunk();
    var parts = new ArrayList<Var>();
    Var t = Slice.of(x, 3, 0, width);
    for (int i = 0; i < convs.size(); i++) {
      t = i == 0 ? t : Add.of(t, Slice.of(x, 3, i * width, (i + 1) * width));
      t = convs.get(i).forward(t);
      parts.add(t);
    }
    if (config.scales() > 1) {
      parts.add(Slice.of(x, 3, convs.size() * width, config.dim()));
    }
    return Concat.of(3, parts);
  }
}
