package org.kanface.nn.backbone;

import java.util.List;
import org.kanface.autograd.Var;
import org.kanface.nn.Init;
import org.kanface.nn.layer.Dropout;
import org.kanface.nn.layer.LowRankLinear;
import org.kanface.tensor.Check;

/// EdgeFace (George et al. 2023, arXiv:2307.01838) as KANFace's authors compare with it: KANFace's
/// stages, dropout and a low-rank linear head.
///
/// Images `x [b, h, w, 3]` in [-1, 1] → embeddings `[b, embedding]`, not normalised. For networks
/// under the names of their own authors see [EdgeNext].
public final class EdgeFace extends FaceStages {
  /// The network's sizes. Throws [org.kanface.tensor.ShapeException] where they do not fit.
  ///
  /// @param dropout of the pooled vector in training, published as 0.2
  public record Config(
      List<Long> dims,
      List<Long> heads,
      double rankRatio,
      long embedding,
      double dropPath,
      double dropout) {
    public Config {
      dims = List.copyOf(dims);
      heads = List.copyOf(heads);
      new Sizes(dims, heads, rankRatio, dropPath).check("EdgeFace");
      Check.positive("EdgeFace", "embedding_size", embedding);
    }

    /// Sizes that go with a rank ratio, as in [KanFace.Config#of]; the published one is 0.6.
    public static Config of(double rankRatio, long embedding, double dropout) {
      List<Long> heads = List.of(4L, 4L, 4L, 4L);
      return new Config(Sizes.dimsOf(rankRatio), heads, rankRatio, embedding, 0, dropout);
    }
  }

  private final Dropout dropout;
  private final LowRankLinear head;

  public EdgeFace(Init init, Config config) {
    super(
        init, new Sizes(config.dims, config.heads, config.rankRatio, config.dropPath), "EdgeFace");
    dropout = register("dropout", new Dropout(config.dropout));
    head =
        register(
            "head",
            new LowRankLinear(init, config.dims.get(3), config.embedding, config.rankRatio));
    redrawConvolutions(init);
  }

  @Override
  protected Var compute(Var x) {
    return head.forward(dropout.forward(vectors(x)));
  }
}
