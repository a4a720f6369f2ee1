package org.kanface.nn.backbone;

import java.util.ArrayList;
import java.util.List;
import org.kanface.autograd.Var;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.Parameter;
import org.kanface.nn.layer.Conv2d;
import org.kanface.nn.layer.LayerNorm;
import org.kanface.nn.layer.Linear;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;

/// The published EdgeFace networks (George et al. 2023, arXiv:2307.01838) under their own names:
/// EdgeNeXt (arXiv:2206.10589) as timm has it, with a linear layer to the embedding, and in the
/// gamma variants all linears of low rank.
///
/// Images `x [b, h, w, 3]` in [-1, 1], at least 32 pixels a side → embeddings `[b, embedding]`, not
/// normalised.
public final class EdgeNext extends Module {
  private static final int[] KERNELS = {3, 5, 7, 9};
  private static final int[] SCALES = {2, 2, 3, 4};
  private static final int STEM = 4; // pixels a side of the first patches
  private static final int SMALLEST_IMAGE = 32;
  private static final double STD = 0.02;

  /// @param depths blocks of the four stages
  /// @param dims channels of the four stages
  /// @param heads attention heads of every stage but the first
  /// @param rankRatio of the low-rank linears; 0 for plain ones
  public record Config(
      List<Integer> depths, List<Long> dims, long heads, double rankRatio, long embedding) {
    public Config {
      depths = List.copyOf(depths);
      dims = List.copyOf(dims);
      Check.that(
          depths.size() == 4 && dims.size() == 4,
          "EdgeNext",
          "expected 4 depths and 4 dims, got %d and %d",
          depths.size(),
          dims.size());
      Check.that(
          rankRatio >= 0 && rankRatio <= 1,
          "EdgeNext",
          "rank_ratio: expected 0 for plain linears or a number up to 1, got %s",
          rankRatio);
      Check.positive("EdgeNext", "embedding_size", embedding);
    }

    /// A published network: `edgeface_xxs`, `edgeface_xs_gamma_06`, `edgeface_s_gamma_05` or
    /// `edgeface_base`.
    public static Config of(String name, long embedding) {
      List<Integer> depths = List.of(3, 3, 9, 3);
      return switch (name) {
        case "edgeface_xxs" ->
            new Config(List.of(2, 2, 6, 2), List.of(24L, 48L, 88L, 168L), 4, 0, embedding);
        case "edgeface_xs_gamma_06" ->
            new Config(depths, List.of(32L, 64L, 100L, 192L), 4, 0.6, embedding);
        case "edgeface_s_gamma_05" ->
            new Config(depths, List.of(48L, 96L, 160L, 304L), 8, 0.5, embedding);
        case "edgeface_base" -> new Config(depths, List.of(80L, 160L, 288L, 584L), 8, 0, embedding);
        default ->
            throw new IllegalArgumentException("[EdgeNext] no EdgeFace network is called " + name);
      };
    }
  }

  private final Config config;
  private final List<Module> trunk = new ArrayList<>(); // down-sampling and blocks in order
  private final LayerNorm norm;
  private final Module fc;

  public EdgeNext(Init init, Config config) {
    this.config = config;
    trunk.add(register("model.stem", Downsample.stem(init, config.dims.get(0), STEM)));
    var encoding = new Encoding(config.rankRatio, 4);
    for (int stage = 0; stage < 4; stage++) {
      long dim = config.dims.get(stage);
      String path = "model.stages." + stage + ".";
      if (stage > 0) {
        long before = config.dims.get(stage - 1);
        trunk.add(register(path + "downsample", Downsample.between(init, before, dim)));
      }
      int depth = config.depths.get(stage);
      for (int j = 0; j < depth; j++) {
        Module block;
        if (stage > 0 && j == depth - 1) {
          var sizes =
              new SdtaEncoder.Config(dim, config.heads, SCALES[stage], stage == 1, encoding, 0);
          block = new EdgeSplitBlock(init, sizes);
        } else {
          block = new EdgeConvBlock(init, dim, KERNELS[stage], encoding);
        }
        trunk.add(register(path + "blocks." + j, block));
      }
    }
    long last = config.dims.get(3);
    norm = register("model.head.norm", new LayerNorm(init, last, Encoding.NORM_EPS));
    redraw(init); // before the head: it and low-rank linears keep what they drew
    fc = register("model.head.fc", Xca.linear(init, last, config.embedding, config.rankRatio));
  }

  /// timm's initial weights: N(0, 0.02²) cut off at two deviations, biases 0.
  private void redraw(Init init) {
    for (Module m : modules().values()) {
      boolean plainLinear = m instanceof Linear && config.rankRatio == 0;
      if (!(m instanceof Conv2d) && !plainLinear) {
        continue;
      }
      for (Parameter p : m.state().values()) {
        int n = Math.toIntExact(p.externalShape().numel());
        p.load(p.externalShape().rank() == 1 ? new float[n] : init.truncatedNormal(n, STD, 2));
      }
    }
  }

  @Override
  protected Var compute(Var x) {
    Shape s = x.shape();
    Check.that(
        s.rank() == 4 && s.dim(3) == 3 && s.dim(1) >= SMALLEST_IMAGE && s.dim(2) >= SMALLEST_IMAGE,
        "EdgeNext",
        "images %s: expected [n, h, w, 3] of at least %d × %d pixels",
        s,
        SMALLEST_IMAGE,
        SMALLEST_IMAGE);
    Var y = x;
    for (Module m : trunk) {
      y = m.forward(y);
    }
    return fc.forward(norm.forward(FaceStages.meanOfPositions(y)));
  }
}
