package org.kanface.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.kanface.nn.SafeTensors;
import org.kanface.tensor.Shape;

/// AdaFace's head in a state dict, under the names of its published trainer, whose checkpoints hold
/// the network as `model.…` and beside it `head.kernel [embedding, classes]`, `head.t`,
/// `head.batch_mean` and `head.batch_std`, each of one number (`mk-minchul/AdaFace`).
///
/// `t`, which nothing reads, is written as 0 and may be missing.
final class AdaFaceState {
  /// What the head's names begin with.
  static final String HEAD = "head.";

  /// What the network's names begin with.
  static final String NETWORK = "model.";

  private static final String KERNEL = HEAD + "kernel";
  private static final String UNUSED = HEAD + "t";
  private static final List<String> STATISTICS = List.of(HEAD + "batch_mean", HEAD + "batch_std");

  private AdaFaceState() {}

  /// The head of a state dict, in the published order; empty where there is none. Throws
  /// [TrainingException], naming `file`, where a tensor is missing or has another shape than a head
  /// over embeddings.
  static SequencedMap<String, SafeTensors.Entry> of(
      Map<String, SafeTensors.Entry> found, String file) {
    var out = new LinkedHashMap<String, SafeTensors.Entry>();
    SafeTensors.Entry kernel = found.get(KERNEL);
    if (kernel == null || STATISTICS.stream().noneMatch(found::containsKey)) {
      return out; // a kernel alone is another head's
    }
    if (kernel.shape().rank() != 2) {
      throw new TrainingException(
          "%s: \"%s\" is %s, expected [embedding, classes]"
              .formatted(file, KERNEL, kernel.shape()));
    }
    out.put(KERNEL, kernel);
    out.put(UNUSED, found.getOrDefault(UNUSED, SafeTensors.Entry.of(Shape.of(1), new float[1])));
    for (String key : STATISTICS) {
      SafeTensors.Entry statistic = found.get(key);
      if (statistic == null || statistic.shape().numel() != 1) {
        throw new TrainingException(
            "%s: \"%s\" is %s, expected one number of AdaFace's head"
                .formatted(file, key, statistic == null ? "missing" : statistic.shape()));
      }
      out.put(key, statistic);
    }
    return out;
  }

  /// Adds to what follows from a network's tensors that it was trained under AdaFace: the loss, and
  /// for an iResNet with weighted pooling and a 3 × 3 stem that it is AdaFace's own.
  static void complete(Map<String, Object> values) {
    values.put("loss", "adaface");
    String network = String.valueOf(values.get("network"));
    if (network.matches("r[0-9]+")
        && values.get("pooling") instanceof String pooling
        && pooling.equals("gwp")
        && values.get("stem_kernel") instanceof Long stem
        && stem == 3) {
      values.put("network", network + "_ada");
    }
  }

  /// Whether a name may be one of the head's.
  static boolean has(String key) {
    return key.equals(KERNEL) || key.equals(UNUSED) || STATISTICS.contains(key);
  }

  /// Classes of a head; 0 where there is none.
  static long classes(Map<String, SafeTensors.Entry> head) {
    SafeTensors.Entry kernel = head.get(KERNEL);
    return kernel == null ? 0 : kernel.shape().dim(1);
  }

  /// Throws [TrainingException] where a head is for other embeddings than those of the network.
  static void check(Map<String, SafeTensors.Entry> head, long embedding, String file) {
    SafeTensors.Entry kernel = head.get(KERNEL);
    if (kernel != null && kernel.shape().dim(0) != embedding) {
      throw new TrainingException(
          "%s: \"%s\" is %s, expected [%d, classes] for embeddings of %d"
              .formatted(file, KERNEL, kernel.shape(), embedding, embedding));
    }
  }

  /// The entries without the head's.
  static SequencedMap<String, SafeTensors.Entry> without(Map<String, SafeTensors.Entry> found) {
    var out = new LinkedHashMap<>(found);
    out.keySet().removeIf(AdaFaceState::has);
    return out;
  }
}
