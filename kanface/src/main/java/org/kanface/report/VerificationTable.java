package org.kanface.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.kanface.eval.Verification;
import org.kanface.eval.VerificationResult;

/// All verification sets of a run side by side, in percent but for threshold and AUC.
public final class VerificationTable {
  private VerificationTable() {}

  /// A line a set, and for several a line with their means.
  public static TextTable of(List<VerificationResult> sets) {
    List<String> titles = new ArrayList<>(List.of("set", "pairs", "accuracy", "threshold", "AUC"));
    Verification.FALSE_ACCEPT_RATES.forEach(far -> titles.add("TAR@" + far));
    titles.add("VAL@1e-3");
    titles.add("pixels");
    TextTable table = new TextTable(titles);
    for (VerificationResult set : sets) {
      List<String> cells = new ArrayList<>();
      cells.add(set.name());
      cells.add(Integer.toString(set.pairs()));
      cells.add(format("%.2f ± %.2f", 100 * set.accuracy(), 100 * set.std()));
      cells.add(format("%.3f", set.threshold()));
      cells.add(format("%.4f", set.auc()));
      set.tar().values().forEach(tar -> cells.add(format("%.2f", 100 * tar)));
      cells.add(format("%.2f", 100 * set.validation().val()));
      cells.add(
          set.pixelBaselineAccuracy().isPresent()
              ? format("%.2f", 100 * set.pixelBaselineAccuracy().getAsDouble())
              : "–");
      table.add(cells);
    }
    if (sets.size() > 1) {
      table.add(means(sets));
    }
    return table;
  }

  private static List<String> means(List<VerificationResult> sets) {
    List<String> cells = new ArrayList<>();
    cells.add("mean");
    cells.add("");
    cells.add(format("%.2f", 100 * mean(sets.stream().map(VerificationResult::accuracy).toList())));
    cells.add("");
    cells.add(format("%.4f", mean(sets.stream().map(VerificationResult::auc).toList())));
    for (String far : Verification.FALSE_ACCEPT_RATES) {
      cells.add(
          format(
              "%.2f",
              100 * mean(sets.stream().map(s -> s.tar().getOrDefault(far, Double.NaN)).toList())));
    }
    cells.add(format("%.2f", 100 * mean(sets.stream().map(s -> s.validation().val()).toList())));
    cells.add("");
    return cells;
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency of its own
  private static String format(String format, Object... args) {
    return String.format(Locale.ROOT, format, args);
  }
}
