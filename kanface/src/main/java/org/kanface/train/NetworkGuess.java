package org.kanface.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.kanface.nn.SafeTensors;
import org.kanface.nn.backbone.IResNet;
import org.kanface.tensor.Shape;

/// Tells a network and its sizes from the names and shapes of its tensors.
final class NetworkGuess {
  /// A tensor that only this kind of network has.
  private enum Kind {
    MOBILE("gdconv.depthwise.weight"),
    EDGENEXT("model.stem.0.weight"),
    KANFACE("head.coef"),
    EDGEFACE("downsample_layers.0.0.weight"),
    IRESNET("layer1.0.prelu.weight"),
    EFFICIENT("stage1.0.depthwise.weight");

    final String key;

    Kind(String key) {
      this.key = key;
    }
  }

  /// Tried in this order where ranks allow more than one ratio.
  private static final double[] USUAL_RATIOS = {0.6, 0.5};

  private final Map<String, SafeTensors.Entry> entries;
  private final String prefix;
  private final Map<String, Object> values = new LinkedHashMap<>();

  private NetworkGuess(Map<String, SafeTensors.Entry> entries, String prefix) {
    this.entries = entries;
    this.prefix = prefix;
  }

  /// What comes before the network's own keys, and the configuration keys that follow from them;
  /// null where no network here has such tensors.
  record Guess(String prefix, Map<String, Object> values) {}

  /// Throws [TrainingException] where the tensors hold two networks of a kind.
  static @Nullable Guess of(Map<String, SafeTensors.Entry> entries, String file) {
    for (Kind kind : Kind.values()) {
      var prefixes = prefixes(entries, kind.key);
      if (prefixes.size() > 1) {
        throw new TrainingException(
            "%s holds more than one network, under %s; name one of them with --prefix"
                .formatted(file, String.join(" and ", prefixes)));
      }
      if (!prefixes.isEmpty()) {
        var guess = new NetworkGuess(entries, prefixes.first());
        guess.sizes(kind);
        return new Guess(guess.prefix, guess.values);
      }
    }
    return null;
  }

  /// What stands before `key` in the names that end in it, up to a dot.
  static SortedSet<String> prefixes(Map<String, ?> entries, String key) {
    var found = new TreeSet<String>();
    for (String name : entries.keySet()) {
      if (name.equals(key) || name.endsWith("." + key)) {
        found.add(name.substring(0, name.length() - key.length()));
      }
    }
    return found;
  }

  private void sizes(Kind kind) {
    switch (kind) {
      case MOBILE -> {
        values.put("network", "MobileFaceNet");
        put("embedding_size", "conv3.weight", 0);
      }
      case EDGENEXT -> edgeNext();
      case KANFACE -> kanFace();
      case EDGEFACE -> {
        values.put("network", "EdgeFace");
        put("embedding_size", "head.linear2.weight", 0);
      }
      case IRESNET -> iResNet();
      case EFFICIENT -> {
        values.put("network", "EfficientFR");
        values.put("image_size", 224);
        put("embedding_size", "embedding.1.weight", 0);
      }
    }
  }

  private void edgeNext() {
    String network =
        switch ((int) dim("model.stem.0.weight", 0)) {
          case 24 -> "edgeface_xxs";
          case 48 -> "edgeface_s_gamma_05";
          case 80 -> "edgeface_base";
          default -> "edgeface_xs_gamma_06";
        };
    values.put("network", network);
    String linear = has("model.head.fc.weight") ? "model.head.fc" : "model.head.fc.linear2";
    put("embedding_size", linear + ".weight", 0);
  }

  private void kanFace() {
    values.put("network", "KANFace");
    long[] dims = new long[4];
    for (int stage = 0; stage < 4; stage++) {
      int conv = stage == 0 ? 0 : 1; // the norm comes first between stages
      dims[stage] = dim("downsample_layers." + stage + "." + conv + ".weight", 0);
    }
    values.put("dims", List.of(dims[0], dims[1], dims[2], dims[3]));
    for (String key : entries.keySet()) {
      if (key.startsWith(prefix) && key.endsWith(".xca.temperature")) {
        put("heads", key.substring(prefix.length()), 0);
        break;
      }
    }
    values.put("rank_ratio", rankRatio(dims));
    put("embedding_size", "head.coef", 1);
    long basis = dim("head.coef", 2); // intervals + order
    long order = dim("head.grid", 1) - basis - 1; // intervals + 2 order + 1 knots
    values.put("spline_order", order);
    values.put("grid_size", basis - order);
  }

  /// The ratio whose ranks, `⌊ratio · channels⌋`, every stage has: a usual one, else a round one.
  private double rankRatio(long[] dims) {
    for (double ratio : USUAL_RATIOS) {
      if (hasRanks(dims, ratio)) {
        return ratio;
      }
    }
    for (int digits : new int[] {10, 100, 1000}) {
      for (int i = 1; i <= digits; i++) {
        if (hasRanks(dims, (double) i / digits)) {
          return (double) i / digits;
        }
      }
    }
    return USUAL_RATIOS[0];
  }

  private boolean hasRanks(long[] dims, double ratio) {
    for (int stage = 0; stage < dims.length; stage++) {
      if ((long) (dims[stage] * ratio) != dim("stages." + stage + ".0.pwconv1.linear1.weight", 0)) {
        return false;
      }
    }
    return true;
  }

  private void iResNet() {
    var blocks = new int[4];
    for (int stage = 0; stage < 4; stage++) {
      while (has("layer" + (stage + 1) + "." + blocks[stage] + ".conv1.weight")) {
        blocks[stage]++;
      }
    }
    List<Integer> counted = List.of(blocks[0], blocks[1], blocks[2], blocks[3]);
    for (int layers : new int[] {18, 34, 50, 100, 200}) {
      if (IResNet.Config.blocksOf(layers).equals(counted)) {
        values.put("network", "r" + layers);
      }
    }
    put("stem_kernel", "conv1.weight", 2);
    put("embedding_size", "fc.weight", 0);
    boolean flat = dim("fc.weight", 1) > dim("bn2.weight", 0);
    values.put("pooling", flat ? "flatten" : "gwp");
  }

  private boolean has(String key) {
    return entries.containsKey(prefix + key);
  }

  private void put(String name, String key, int axis) {
    long size = dim(key, axis);
    if (size > 0) {
      values.put(name, size);
    }
  }

  /// 0 where there is no such tensor or axis.
  private long dim(String key, int axis) {
    SafeTensors.Entry entry = entries.get(prefix + key);
    Shape shape = entry == null ? Shape.SCALAR : entry.shape();
    return axis < shape.rank() ? shape.dim(axis) : 0;
  }
}
