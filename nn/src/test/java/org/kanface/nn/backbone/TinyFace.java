package org.kanface.nn.backbone;

import java.util.List;
import org.kanface.kernels.KanLinear.Reduction;

/// A KANFace small enough for tests: images of 32 × 32, embeddings of width 16.
final class TinyFace {
  static final KanFace.Config CONFIG =
      new KanFace.Config(
          List.of(8L, 8L, 8L, 12L), List.of(4L, 4L, 4L, 4L), 0.5, 5, 3, Reduction.MEAN, 16, 0.1);

  private TinyFace() {}
}
