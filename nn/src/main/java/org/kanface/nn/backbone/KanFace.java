package org.kanface.nn.backbone;

import java.util.List;
import org.kanface.autograd.Var;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.nn.Init;
import org.kanface.nn.kan.KANLinear;
import org.kanface.tensor.Check;

/// KANFace: an EdgeNeXt-like backbone with low-rank linears and a [KANLinear] head.
///
/// Images `x [b, h, w, 3]` in [-1, 1] → embeddings `[b, embedding]`, not normalised. Four stages of
/// [ConvEncoder] blocks, the last block of stages 1-3 an [SdtaEncoder].
public final class KanFace extends FaceStages {
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
      new Sizes(dims, heads, rankRatio, dropPath).check("KanFace");
      Check.positive("KanFace", "grid_size", gridSize);
      Check.positive("KanFace", "embedding_size", embedding);
    }

    /// The published variants: ratio 0.5 is wide (48, 96, 160, 304), all others are small (32, 64,
    /// 100, 192).
    public static Config of(double rankRatio, int gridSize) {
      List<Long> heads = List.of(4L, 4L, 4L, 4L);
      return new Config(
          Sizes.dimsOf(rankRatio), heads, rankRatio, gridSize, 3, Reduction.MEAN, 512, 0);
    }

    public Config withEmbedding(long size) {
      return new Config(dims, heads, rankRatio, gridSize, splineOrder, reduction, size, dropPath);
    }

    public Config with(Reduction next) {
      return new Config(dims, heads, rankRatio, gridSize, splineOrder, next, embedding, dropPath);
    }
  }

  private final KANLinear head;

  public KanFace(Init init, Config config) {
    super(init, new Sizes(config.dims, config.heads, config.rankRatio, config.dropPath), "KanFace");
    head =
        register(
            "head",
            new KANLinear(
                init,
                KANLinear.Config.of(
                    config.dims.get(3),
                    config.embedding,
                    config.gridSize,
                    config.splineOrder,
                    config.reduction)));
    redrawConvolutions(init);
  }

  /// The head, for its edge functions and its grid.
  public KANLinear head() {
    return head;
  }

  @Override
  protected Var compute(Var x) {
    return head.forward(vectors(x));
  }
}
