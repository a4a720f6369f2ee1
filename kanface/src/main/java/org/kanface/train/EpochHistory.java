package org.kanface.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import org.kanface.report.Series;
import org.kanface.tensor.Json;

/// What every epoch of a training that is judged on known people achieved, under EfficientFR's
/// names: `train_loss`, `dev_loss`, `train_acc`, `dev_acc` and `lr`, the margin in force; besides
/// `dev_acc_plain` and `dev_f1_plain`, weighted, without it.
final class EpochHistory {
  /// One epoch; `trainAccuracy` is NaN where steps use a sample of the classes.
  record Epoch(
      double trainLoss,
      double devLoss,
      double trainAccuracy,
      double devAccuracy,
      double rate,
      double plainAccuracy,
      double plainF1) {}

  private static final List<String> NAMES =
      List.of(
          "train_loss", "dev_loss", "train_acc", "dev_acc", "lr", "dev_acc_plain", "dev_f1_plain");

  private final Map<String, List<Double>> values = new LinkedHashMap<>();

  EpochHistory() {
    NAMES.forEach(name -> values.put(name, new ArrayList<>()));
  }

  void add(Epoch e) {
    double[] all = {
      e.trainLoss, e.devLoss, e.trainAccuracy, e.devAccuracy, e.rate, e.plainAccuracy, e.plainF1
    };
    for (int i = 0; i < all.length; i++) {
      list(NAMES.get(i)).add(all[i]);
    }
  }

  private List<Double> list(String name) {
    return Objects.requireNonNull(values.get(name), name);
  }

  boolean isEmpty() {
    return list("lr").isEmpty();
  }

  /// The best `dev_acc` so far, negative where there is none.
  double best() {
    return list("dev_acc").stream().mapToDouble(v -> v).max().orElse(-1);
  }

  /// Curves over the epochs, from 1.
  List<Series> series(SequencedMap<String, String> labels) {
    return labels.entrySet().stream()
        .map(
            e -> {
              double[] y = list(e.getKey()).stream().mapToDouble(v -> v).toArray();
              double[] x = new double[y.length];
              Arrays.setAll(x, i -> i + 1);
              return new Series(e.getValue(), x, y);
            })
        .toList();
  }

  /// Lists by name, for the checkpoint and the result.
  Map<String, Object> toMap() {
    var out = new LinkedHashMap<String, Object>();
    values.forEach((name, list) -> out.put(name, List.copyOf(list)));
    return out;
  }

  static EpochHistory of(Object json) {
    var history = new EpochHistory();
    Map<String, Object> map = Json.object(json, "epochs");
    history.values.forEach(
        (name, list) -> {
          for (Object v : Json.array(Json.member(map, name, "epochs"), name)) {
            list.add(Json.NULL.equals(v) ? Double.NaN : Json.number(v, name)); // NaN is null there
          }
        });
    return history;
  }
}
