package org.kanface.golden;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.backbone.EdgeFace;
import org.kanface.nn.backbone.EdgeNext;
import org.kanface.nn.backbone.EfficientFr;
import org.kanface.nn.backbone.IResNet;
import org.kanface.nn.backbone.KanFace;
import org.kanface.nn.backbone.MobileFaceNet;
import org.kanface.tensor.Json;

/// The networks of model cases, by their `kind` and constructor arguments.
final class ModelKinds {
  private static final Pattern IRESNET =
      Pattern.compile("iresnet(18|34|50|100|200)-(gwp|gap|ada|flatten)");

  private ModelKinds() {}

  static boolean knows(String kind) {
    return switch (kind) {
      case "KANFace", "EdgeFace", "efficientFR", "MobileFaceNet" -> true;
      case "edgeface_xxs", "edgeface_xs_gamma_06", "edgeface_s_gamma_05", "edgeface_base" -> true;
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
      case "EdgeFace" -> edgeFace(args, embedding, init);
      case "efficientFR" -> new EfficientFr(init, embedding);
      case "MobileFaceNet" -> new MobileFaceNet(init, embedding);
      case "edgeface_xxs", "edgeface_xs_gamma_06", "edgeface_s_gamma_05", "edgeface_base" ->
          new EdgeNext(init, EdgeNext.Config.of(kind, embedding));
      default -> iResNet(kind, embedding, init);
    };
  }

  private static KanFace kanFace(Map<String, Object> args, long embedding, Init init) {
    double ratio = number(args, "rank_ratio", 0.6);
    KanFace.Config usual = KanFace.Config.of(ratio, (int) number(args, "grid_size", 5));
    Reduction reduction = "sum".equals(args.get("neuron_fun")) ? Reduction.SUM : Reduction.MEAN;
    return new KanFace(
        init,
        new KanFace.Config(
            dims(args, ratio, usual.dims()),
            longs(args, "heads", usual.heads()),
            ratio,
            usual.gridSize(),
            (int) number(args, "spline_order", number(args, "order", usual.splineOrder())),
            reduction,
            embedding,
            0));
  }

  private static EdgeFace edgeFace(Map<String, Object> args, long embedding, Init init) {
    double ratio = number(args, "rank_ratio", 0.6);
    EdgeFace.Config usual = EdgeFace.Config.of(ratio, embedding, 0);
    List<Long> dims = dims(args, ratio, usual.dims());
    List<Long> heads = longs(args, "heads", usual.heads());
    return new EdgeFace(init, new EdgeFace.Config(dims, heads, ratio, embedding, 0, 0));
  }

  /// Channels of the stages: a caller's own only where the rank ratio has none of its own.
  private static List<Long> dims(Map<String, Object> args, double ratio, List<Long> usual) {
    return ratio == 0.6 || ratio == 0.5 ? usual : longs(args, "dims", usual);
  }

  private static List<Long> longs(Map<String, Object> args, String key, List<Long> otherwise) {
    return args.get(key) instanceof List<?> list
        ? list.stream().map(v -> Json.integer(v, key)).toList()
        : otherwise;
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
          case "flatten" -> IResNet.Config.of(layers, IResNet.Pooling.FLATTEN).with(3);
          default -> IResNet.Config.of(layers, IResNet.Pooling.WEIGHTED);
        };
    return new IResNet(init, config.withEmbedding(embedding));
  }

  static double number(Map<String, Object> map, String key, double otherwise) {
    Object value = map.get(key);
    return value == null || Json.NULL.equals(value) ? otherwise : Json.number(value, key);
  }
}
