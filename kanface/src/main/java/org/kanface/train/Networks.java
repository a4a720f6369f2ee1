package org.kanface.train;

import java.util.Collections;
import java.util.List;
import org.kanface.config.ModelConfig;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.backbone.KanFace;

/// Builds a network from its configuration.
public final class Networks {
  private Networks() {}

  /// A freshly initialised network; throws [TrainingException] for a name without one.
  public static Module create(ModelConfig model, Init init) {
    if (model.network().equals("KANFace")) {
      return new KanFace(init, kanFace(model));
    }
    throw new TrainingException("network: " + model.network() + " cannot be built");
  }

  private static KanFace.Config kanFace(ModelConfig model) {
    List<Long> dims = model.stageDims().stream().map(Integer::longValue).toList();
    return new KanFace.Config(
        dims,
        Collections.nCopies(dims.size(), (long) model.heads()),
        model.rankRatio(),
        model.gridSize(),
        model.splineOrder(),
        switch (model.neuronFun()) {
          case MEAN -> Reduction.MEAN;
          case SUM -> Reduction.SUM;
        },
        model.embeddingSize(),
        model.dropPath());
  }
}
