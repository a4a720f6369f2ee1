package org.kanface.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.kanface.config.TrainConfig;

/// Everything a report page shows, as plain data. Empty lists leave their sections out.
///
/// @param title of the page
/// @param facts what ran where, label to value, in order
/// @param config the effective configuration, key to value
/// @param loss training loss over the steps
/// @param learningRate over the steps
/// @param accuracy of each verification set over the steps, as parts of 1
/// @param result the outcome
/// @param hardest pairs judged worst, with images; only for generated faces
/// @param edges learned functions of some edges of the KAN layer
public record RunReport(
    String title,
    Map<String, String> facts,
    Map<String, Object> config,
    List<Series> loss,
    List<Series> learningRate,
    List<Series> accuracy,
    RunResult result,
    List<PairImages> hardest,
    List<EdgeCurve> edges) {

  /// The report of a run whose curves are in `metrics`, as [MetricsLog] wrote them.
  public static RunReport of(
      TrainConfig config,
      Path metrics,
      Map<String, String> facts,
      RunResult result,
      List<PairImages> hardest,
      List<EdgeCurve> edges)
      throws IOException {
    List<Map<String, Object>> lines = MetricsLog.read(metrics);
    List<Map<String, Object>> training = kind(lines, MetricsLog.TRAIN);
    Map<Object, List<Map<String, Object>>> sets =
        kind(lines, MetricsLog.VERIFICATION).stream()
            .collect(
                Collectors.groupingBy(
                    line -> line.getOrDefault("name", ""),
                    LinkedHashMap::new,
                    Collectors.toList()));
    return new RunReport(
        config.name(),
        facts,
        config.toMap(),
        List.of(series("loss", training, "loss")),
        List.of(series("learning rate", training, "learning_rate")),
        sets.entrySet().stream()
            .map(e -> series(e.getKey().toString(), e.getValue(), "accuracy"))
            .toList(),
        result,
        hardest,
        edges);
  }

  private static List<Map<String, Object>> kind(List<Map<String, Object>> lines, String kind) {
    return lines.stream().filter(line -> kind.equals(line.get("kind"))).toList();
  }

  private static Series series(String name, List<Map<String, Object>> lines, String key) {
    return new Series(name, numbers(lines, "step"), numbers(lines, key));
  }

  private static double[] numbers(List<Map<String, Object>> lines, String key) {
    return lines.stream()
        .mapToDouble(line -> line.get(key) instanceof Number n ? n.doubleValue() : Double.NaN)
        .toArray();
  }
}
