package org.kanface.golden;

import java.util.List;
import java.util.Map;
import org.kanface.autograd.Var;
import org.kanface.kernels.Margin;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.Parameter;
import org.kanface.nn.World;
import org.kanface.nn.loss.AdaFaceHead;
import org.kanface.nn.loss.ArcFaceHead;
import org.kanface.nn.loss.MarginLoss;
import org.kanface.nn.loss.PartialFc;
import org.kanface.tensor.Json;

/// The loss head of a model case.
///
/// @param module holds the class centres, its only trained parameter
/// @param onFeatures whether it divides feature vectors by their lengths itself
record ModelHead(Module module, Loss loss, boolean onFeatures) {
  /// The loss of a batch.
  interface Loss {
    Var of(Var embeddings, long[] labels);
  }

  static boolean knows(String kind) {
    return List.of("partial_fc", "arcface_head", "adaface").contains(kind);
  }

  static ModelHead of(Map<String, Object> settings, long classes, long embedding, Init init) {
    return switch (Json.string(Json.member(settings, "kind", "loss"), "kind")) {
      case "adaface" -> {
        var config =
            new AdaFaceHead.Config(
                classes,
                embedding,
                ModelKinds.number(settings, "s", 64),
                ModelKinds.number(settings, "m", 0.4),
                ModelKinds.number(settings, "h", 0.333),
                ModelKinds.number(settings, "t_alpha", 1));
        var head = new AdaFaceHead(init, config);
        yield new ModelHead(head, head::loss, true);
      }
      case "arcface_head" -> {
        var head = new ArcFaceHead(init, classes, embedding);
        double scale = ModelKinds.number(settings, "s", 30);
        double margin = ModelKinds.number(settings, "m", 0.5);
        yield new ModelHead(head, (x, labels) -> head.loss(x, labels, scale, margin), false);
      }
      default -> {
        var head = new PartialFc(init, World.SINGLE, new PartialFc.Config(classes, embedding, 1));
        Margin margin = margins(settings);
        yield new ModelHead(head, (x, labels) -> head.loss(x, labels, margin), false);
      }
    };
  }

  private static Margin margins(Map<String, Object> settings) {
    List<Object> m = Json.array(Json.member(settings, "margins", "loss"), "margins");
    return MarginLoss.combined(
        ModelKinds.number(settings, "s", 64),
        Json.number(m.get(0), "m1"),
        Json.number(m.get(1), "m2"),
        Json.number(m.get(2), "m3"),
        ModelKinds.number(settings, "filter", 0),
        false);
  }

  Parameter weight() {
    return module.trained().getFirst();
  }
}
