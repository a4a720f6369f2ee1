package org.kanface.nn.backbone;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.Add;
import org.kanface.autograd.op.Concat;
import org.kanface.autograd.op.DropPath;
import org.kanface.autograd.op.Reshape;
import org.kanface.autograd.op.ScaleResidual;
import org.kanface.autograd.op.Slice;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.Packing;
import org.kanface.nn.layer.Conv2d;
import org.kanface.nn.layer.LayerNorm;
import org.kanface.nn.layer.LowRankLinear;
import org.kanface.nn.layer.ResidualMlp;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;

/// EdgeNeXt's split depthwise transpose attention block (arXiv:2206.10589) with low-rank linears.
///
/// `x [b, h, w, d]`: channels are cut into `scales` chunks that run through a chain of 3×3
/// depthwise convolutions (Res2Net), the result attends across channels ([Xca]) and passes an MLP.
/// The block's residual is its input, so all of this reaches the output through the MLP alone.
public final class SdtaEncoder extends Module {
  /// Sizes of a block. Throws [org.kanface.tensor.ShapeException] where the channels do not give
  /// `scales` chunks.
  public record Config(
      long dim, long heads, int scales, boolean position, Encoding encoding, double dropPath) {
    public Config {
      Check.positive("SdtaEncoder", "dim", dim);
      Check.positive("SdtaEncoder", "scales", scales);
      Check.that(
          scales == 1 || Math.ceilDiv(dim, (long) scales) * (scales - 1) < dim,
          "SdtaEncoder",
          "%d channels cannot be cut into %d chunks of %d",
          dim,
          scales,
          Math.ceilDiv(dim, (long) scales));
    }

    long chunk() {
      return Math.ceilDiv(dim, (long) scales);
    }

    int convolutions() {
      return Math.max(1, scales - 1);
    }
  }

  private final Config config;
  private final Var gammaXca; // [d]
  private final List<Conv2d> convs = new ArrayList<>(); // 3×3 depthwise, one fewer than chunks
  private final @Nullable FourierPosition position;
  private final LayerNorm normXca;
  private final Xca xca;
  private final ResidualMlp mlp; // d → 4d → d

  public SdtaEncoder(Init init, Config config) {
    this.config = config;
    long dim = config.dim;
    var encoding = config.encoding;
    var scale = Packing.plain(Shape.of(dim));
    gammaXca = register(init.constant("gamma_xca", scale, Encoding.INITIAL_LAYER_SCALE));
    Var gamma = register(init.constant("gamma", scale, Encoding.INITIAL_LAYER_SCALE));
    for (int i = 0; i < config.convolutions(); i++) {
      convs.add(
          register("convs." + i, new Conv2d(init, Conv2d.Config.depthwise(config.chunk(), 3))));
    }
    position = config.position ? register("pos_embd", new FourierPosition(init, dim)) : null;
    normXca = register("norm_xca", new LayerNorm(init, dim, Encoding.NORM_EPS));
    xca = register("xca", new Xca(init, dim, config.heads, encoding.rankRatio()));
    var norm = register("norm", new LayerNorm(init, dim, Encoding.NORM_EPS));
    long wide = encoding.expansion() * dim;
    var first = register("pwconv1", new LowRankLinear(init, dim, wide, encoding.rankRatio()));
    var second = register("pwconv2", new LowRankLinear(init, wide, dim, encoding.rankRatio()));
    mlp = new ResidualMlp(norm, first, second, gamma, config.dropPath);
  }

  @Override
  protected Var compute(Var x) {
    return Graph.local(
        () -> {
          Shape map = x.shape();
          Shape tokens = Shape.of(map.dim(0), map.dim(1) * map.dim(2), map.dim(3));
          Var t = Reshape.of(scales(x), tokens);
          if (position != null) { // the same for every sample
            Var encoding = position.forward(x);
            t = Add.of(t, Reshape.of(encoding, Shape.of(1, tokens.dim(1), tokens.dim(2))));
          }
          t = ScaleResidual.of(drop(xca.forward(normXca.forward(t))), gammaXca, t);
          return mlp.apply(Reshape.of(t, map), x, isTraining());
        });
  }

  /// The chunks after their chained convolutions, joined; the last chunk passes as it is.
  private Var scales(Var x) {
    long width = config.chunk();
    var parts = new ArrayList<Var>();
    Var t = Slice.of(x, 3, 0, width);
    for (int i = 0; i < convs.size(); i++) {
      if (i > 0) {
        t = Add.of(t, Slice.of(x, 3, i * width, (i + 1) * width));
      }
      t = convs.get(i).forward(t);
      parts.add(t);
    }
    if (config.scales > 1) {
      parts.add(Slice.of(x, 3, convs.size() * width, config.dim));
    }
    return Concat.of(3, parts);
  }

  private Var drop(Var x) {
    return isTraining() && config.dropPath > 0 ? DropPath.of(x, config.dropPath) : x;
  }
}
