package org.kanface.nn.backbone;

import java.util.ArrayList;
import java.util.List;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.Mean;
import org.kanface.autograd.op.Reshape;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.kan.KANLinear;
import org.kanface.nn.layer.Conv2d;
import org.kanface.nn.layer.LayerNorm;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;

/// KANFace: an EdgeNeXt-like backbone with low-rank linears and a [KANLinear] head.
///
/// Images `x [b, h, w, 3]` in [-1, 1] → embeddings `[b, embedding]`, not normalised. Four stages of
/// [ConvEncoder] blocks, the last block of stages 1-3 an [SdtaEncoder].
public final class KanFace extends Module {
  private static final int[] DEPTHS = {3, 3, 9, 3};
  private static final int[] KERNELS = {3, 5, 7, 9};
  private static final int[] SCALES = {2, 2, 3, 4};
  private static final int STEM = 4; // pixels a side of the first patches
  private static final int SMALLEST_IMAGE = 32;

  /// The network's sizes. Throws [org.kanface.tensor.ShapeException] where they do not fit.
  ///
  /// @param dims channels of the four stages
  /// @param heads attention heads of the four stages (the first has none)
  public record Config(
      List<Long> dims,
      List<Long> heads,
      double rankRatio,
      int gridSize,
      int splineOrder,
      Reduction reduction,
      long embedding,
      double dropPath) {
    public Config {
      dims = List.copyOf(dims);
      heads = List.copyOf(heads);
      Check.that(
          dims.size() == 4 && heads.size() == 4,
          "KanFace",
          "expected 4 dims and 4 heads, got %d and %d",
          dims.size(),
          heads.size());
      Check.that(
          rankRatio > 0 && rankRatio <= 1,
          "KanFace",
          "rank_ratio: expected a number in (0, 1], got %s",
          rankRatio);
      Check.positive("KanFace", "grid_size", gridSize);
      Check.positive("KanFace", "embedding_size", embedding);
      Check.that(
          dropPath >= 0 && dropPath < 1,
          "KanFace",
          "drop_path: expected a number in [0, 1), got %s",
          dropPath);
    }

    /// The published variants: ratio 0.5 is wide (48, 96, 160, 304), all others are small (32, 64,
    /// 100, 192).
    public static Config of(double rankRatio, int gridSize) {
      List<Long> dims =
          rankRatio == 0.5 ? List.of(48L, 96L, 160L, 304L) : List.of(32L, 64L, 100L, 192L);
      return new Config(
          dims, List.of(4L, 4L, 4L, 4L), rankRatio, gridSize, 3, Reduction.MEAN, 512, 0);
    }

    public Config with(Reduction next) {
      return new Config(dims, heads, rankRatio, gridSize, splineOrder, next, embedding, dropPath);
    }
  }

  private final List<Module> trunk = new ArrayList<>(); // down-sampling and blocks in order
  private final LayerNorm norm;
  private final KANLinear head;

  public KanFace(Init init, Config config) {
    var convs = new ArrayList<Conv2d>();
    var downs = new ArrayList<Downsample>();
    for (int stage = 0; stage < 4; stage++) {
      downs.add(register("downsample_layers." + stage, downsample(init, config, stage)));
    }
    var encoding = new Encoding(config.rankRatio, 4);
    int blocks = 0;
    for (int depth : DEPTHS) {
      blocks += depth;
    }
    int index = 0;
    for (int stage = 0; stage < 4; stage++) {
      trunk.add(downs.get(stage));
      for (int j = 0; j < DEPTHS[stage]; j++) {
        double drop = config.dropPath * index++ / (blocks - 1);
        long dim = config.dims.get(stage);
        boolean attends = stage > 0 && j == DEPTHS[stage] - 1;
        Module block =
            attends
                ? new SdtaEncoder(
                    init,
                    new SdtaEncoder.Config(
                        dim, config.heads.get(stage), SCALES[stage], stage == 1, encoding, drop))
                : new ConvEncoder(init, dim, KERNELS[stage], encoding, drop);
        trunk.add(register("stages." + stage + "." + j, block));
      }
    }
    long last = config.dims.get(3);
    norm = register("norm", new LayerNorm(init, last, Encoding.NORM_EPS));
    head =
        register(
            "head",
            new KANLinear(
                init,
                KANLinear.Config.of(
                    last,
                    config.embedding,
                    config.gridSize,
                    config.splineOrder,
                    config.reduction)));
    modules()
        .values()
        .forEach(
            m -> {
              if (m instanceof Conv2d conv) {
                convs.add(conv);
              }
            });
    convs.forEach(c -> c.kaimingNormal(init));
  }

  private static Downsample downsample(Init init, Config config, int stage) {
    long out = config.dims.get(stage);
    return stage == 0
        ? Downsample.stem(init, out, STEM)
        : Downsample.between(init, config.dims.get(stage - 1), out);
  }

  /// The head, for its edge functions and its grid.
  public KANLinear head() {
    return head;
  }

  @Override
  protected Var compute(Var x) {
    Shape s = x.shape();
    Check.that(
        s.rank() == 4 && s.dim(3) == 3 && s.dim(1) >= SMALLEST_IMAGE && s.dim(2) >= SMALLEST_IMAGE,
        "KanFace",
        "images %s: expected [n, h, w, 3] of at least %d × %d pixels",
        s,
        SMALLEST_IMAGE,
        SMALLEST_IMAGE);
    Var y = x;
    for (Module m : trunk) {
      y = m.forward(y);
    }
    Shape map = y.shape();
    Var pooled =
        Mean.of(Reshape.of(y, Shape.of(map.dim(0), map.dim(1) * map.dim(2), map.dim(3))), 1);
    return head.forward(norm.forward(pooled));
  }
}
