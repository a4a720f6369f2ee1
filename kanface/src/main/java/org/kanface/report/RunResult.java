package org.kanface.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.kanface.eval.ClassReport;
import org.kanface.eval.ClosedSetResult;
import org.kanface.eval.VerificationResult;
import org.kanface.tensor.Json;

/// The outcome of a run, written as `result.json`.
///
/// @param config its name
/// @param sets what was verified
/// @param absent verification sets that were asked for and not found
/// @param finalLoss mean loss of the last log window; NaN where nothing was trained
/// @param closedSet how images of known people, held back from training, were named; empty where
///     there are none
/// @param epochs what every epoch achieved on those: lists by name, empty likewise
/// @param stats what it took
public record RunResult(
    String config,
    List<VerificationResult> sets,
    List<String> absent,
    double finalLoss,
    List<ClosedSetResult> closedSet,
    Map<String, Object> epochs,
    RunStats stats) {
  public RunResult {
    sets = List.copyOf(sets);
    absent = List.copyOf(absent);
    closedSet = List.copyOf(closedSet);
  }

  /// A run without images of known people.
  public RunResult(
      String config,
      List<VerificationResult> sets,
      List<String> absent,
      double finalLoss,
      RunStats stats) {
    this(config, sets, absent, finalLoss, List.of(), Map.of(), stats);
  }

  /// Writes to a temporary name first, so that a reader never sees half a file.
  public void write(Path path) throws IOException {
    Path temporary = path.resolveSibling(path.getFileName() + ".tmp");
    Files.writeString(temporary, Json.writePretty(toMap()));
    Files.move(
        temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /// The members of the file.
  public Map<String, Object> toMap() {
    List<Object> entries = new ArrayList<>();
    sets.forEach(set -> entries.add(entry(set)));
    Map<String, Object> map =
        Json.of("config", config, "sets", entries, "absent", absent, "final_loss", finalLoss);
    if (!closedSet.isEmpty()) {
      map.put("closed_set", closedSet.stream().map(RunResult::entry).toList());
      map.put("history", epochs);
    }
    map.putAll(stats.toMap());
    return map;
  }

  /// A closed set as JSON members.
  public static Map<String, Object> entry(ClosedSetResult set) {
    return Json.of(
        "name", set.name(),
        "images", (long) set.plain().images(),
        "classes", (long) set.plain().present(),
        "loss", set.loss(),
        "with_margin", entry(set.withMargin()),
        "plain", entry(set.plain()));
  }

  private static Map<String, Object> entry(ClassReport report) {
    return Json.of(
        "accuracy", report.accuracy(),
        "weighted_precision", report.weighted().precision(),
        "weighted_recall", report.weighted().recall(),
        "weighted_f1", report.weighted().f1(),
        "macro_precision", report.macro().precision(),
        "macro_recall", report.macro().recall(),
        "macro_f1", report.macro().f1());
  }

  /// One verification set as JSON members.
  public static Map<String, Object> entry(VerificationResult set) {
    return Json.of(
        "name", set.name(),
        "pairs", set.pairs(),
        "accuracy", set.accuracy(),
        "std", set.std(),
        "threshold", set.threshold(),
        "auc", set.auc(),
        "tar", set.tar(),
        "tar_nearest", set.tarNearest(),
        "val", set.validation().val(),
        "val_std", set.validation().std(),
        "val_far", set.validation().far(),
        "xnorm", set.xnorm(),
        "non_finite", set.nonFinite(),
        "pixel_baseline_accuracy",
            set.pixelBaselineAccuracy().isPresent()
                ? (Object) set.pixelBaselineAccuracy().getAsDouble()
                : Json.NULL);
  }
}
