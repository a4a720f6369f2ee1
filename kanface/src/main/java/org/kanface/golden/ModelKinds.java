package org.kanface.golden;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.backbone.EdgeFace;
import org.kanface.nn.backbone.EfficientFr;
import org.kanface.nn.backbone.IResNet;
import org.kanface.nn.backbone.KanFace;
import org.kanface.tensor.Json;

/// The networks of model cases, by their `kind` and constructor arguments.
final class ModelKinds {
  private static final Pattern IRESNET = Pattern.compile("iresnet(18|34|50|100|200)-(gwp|gap|ada)");

  private ModelKinds() {}

  static boolean knows(String kind) {
    return switch (kind) {
      case "KANFace", "EdgeFace", "efficientFR" -> true;
      default -> IRESNET.matcher(kind).matches();
    };
  }

  /// Whether the reference's model returns embeddings of clipped length and the norms beside.
  static boolean splitsNorms(String kind) {
    return kind.endsWith("-ada");
  }

  static long embedding(Map<String, Object> args) {
    return (long) number(args, "num_features", number(args, "embedding_dim", 512));
  }

  static Module create(String kind, Map<String, Object> args, Init init) {
    long embedding = embedding(args);
    return switch (kind) {
      case "KANFace" -> kanFace(args, embedding, init);
      case "EdgeFace" ->
          new EdgeFace(init, EdgeFace.Config.of(number(args, "rank_ratio", 0.6), embedding, 0));
      case "efficientFR" -> new EfficientFr(init, embedding);
      default -> iResNet(kind, embedding, init);
    };
  }

  private static KanFace kanFace(Map<String, Object> args, long embedding, Init init) {
    KanFace.Config base =
        KanFace.Config.of(number(args, "rank_ratio", 0.6), (int) number(args, "grid_size", 5));
    Reduction reduction = "sum".equals(args.get("neuron_fun")) ? Reduction.SUM : Reduction.MEAN;
    return new KanFace(init, base.with(reduction).withEmbedding(embedding));
  }

  private static IResNet iResNet(String kind, long embedding, Init init) {
    Matcher m = IRESNET.matcher(kind);
    if (!m.matches()) {
      throw new IllegalArgumentException("no network of kind " + kind);
    }
    int layers = Integer.parseInt(m.group(1));
    IResNet.Config config =
        switch (m.group(2)) {
          case "ada" -> IResNet.Config.adaFace(layers);
          case "gap" -> IResNet.Config.of(layers, IResNet.Pooling.AVERAGE);
          default -> IResNet.Config.of(layers, IResNet.Pooling.WEIGHTED);
        };
    return new IResNet(init, config.withEmbedding(embedding));
  }

  static double number(Map<String, Object> map, String key, double otherwise) {
    Object value = map.get(key);
    return value == null || Json.NULL.equals(value) ? otherwise : Json.number(value, key);
  }
}
