package org.kanface.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.kanface.report.Series;
import org.kanface.tensor.Json;

/// The curves of a run: loss and learning rate by step, accuracy of each set by step.
final class History {
  private EpochHistory epochs = new EpochHistory();
  private final List<double[]> loss = new ArrayList<>(); // step, loss, rate
  private final Map<String, List<double[]>> accuracy = new LinkedHashMap<>(); // step, accuracy

  /// What every epoch achieved on known people; empty where there are none.
  EpochHistory epochs() {
    return epochs;
  }

  void loss(long step, double value, double rate) {
    loss.add(new double[] {step, value, rate});
  }

  void accuracy(String set, long step, double value) {
    accuracy.computeIfAbsent(set, _ -> new ArrayList<>()).add(new double[] {step, value});
  }

  /// The last loss, NaN where there is none.
  double lastLoss() {
    return loss.isEmpty() ? Double.NaN : loss.getLast()[1];
  }

  /// The best accuracy of a set so far, 0 where there is none.
  double best(String set) {
    return accuracy.getOrDefault(set, List.of()).stream().mapToDouble(p -> p[1]).max().orElse(0);
  }

  /// The best mean accuracy over all sets at one verification, 0 where there was none.
  double bestMean() {
    var sums = new TreeMap<Double, Double>(); // by step
    accuracy.values().forEach(points -> points.forEach(p -> sums.merge(p[0], p[1], Double::sum)));
    return sums.values().stream().mapToDouble(v -> v / accuracy.size()).max().orElse(0);
  }

  List<Series> lossSeries() {
    return List.of(series("loss", loss, 1));
  }

  List<Series> rateSeries() {
    return List.of(series("learning rate", loss, 2));
  }

  List<Series> accuracySeries() {
    return accuracy.entrySet().stream().map(e -> series(e.getKey(), e.getValue(), 1)).toList();
  }

  private static Series series(String name, List<double[]> points, int column) {
    return new Series(
        name,
        points.stream().mapToDouble(p -> p[0]).toArray(),
        points.stream().mapToDouble(p -> p[column]).toArray());
  }

  /// As JSON, for the checkpoint.
  Map<String, Object> toMap() {
    var sets = new LinkedHashMap<String, Object>();
    accuracy.forEach((name, points) -> sets.put(name, lists(points)));
    return Json.of("loss", lists(loss), "accuracy", sets, "epochs", epochs.toMap());
  }

  private static List<Object> lists(List<double[]> points) {
    var out = new ArrayList<Object>();
    for (double[] p : points) {
      var row = new ArrayList<Object>();
      for (double v : p) {
        row.add(v);
      }
      out.add(row);
    }
    return out;
  }

  static History of(Object json) {
    var history = new History();
    Map<String, Object> map = Json.object(json, "history");
    read(map.get("loss"), history.loss);
    Json.object(Json.member(map, "accuracy", "history"), "accuracy")
        .forEach(
            (set, points) ->
                read(points, history.accuracy.computeIfAbsent(set, _ -> new ArrayList<>())));
    if (map.containsKey("epochs")) { // runs of earlier versions have none
      history.epochs = EpochHistory.of(Json.member(map, "epochs", "history"));
    }
    return history;
  }

  private static void read(@Nullable Object json, List<double[]> target) {
    for (Object row : Json.array(json == null ? List.of() : json, "history")) {
      target.add(
          Json.array(row, "history").stream()
              .mapToDouble(v -> Json.number(v, "history"))
              .toArray());
    }
  }
}
