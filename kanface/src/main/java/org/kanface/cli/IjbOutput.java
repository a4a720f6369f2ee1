package org.kanface.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.kanface.eval.ijb.Identification;
import org.kanface.eval.ijb.IjbTarget;
import org.kanface.eval.ijb.TarCurve;
import org.kanface.report.CurvePage;
import org.kanface.report.Series;
import org.kanface.report.TextTable;
import org.kanface.tensor.Json;

/// What `kanface ijb` tells: tables, `result.json`, and a page with the curves.
///
/// @param facts members of the file beside the figures
record IjbOutput(
    IjbTarget target,
    Map<String, Object> facts,
    List<TarCurve> curves,
    List<Identification.Result> searches) {
  private static final double LOWEST = 1e-6;
  private static final double HIGHEST = 0.1;

  /// Where the results go, made if it is not there.
  static Path folder(Path resultDir, String job) throws IOException {
    return Files.createDirectories(resultDir.resolve(job));
  }

  /// Writes both files and prints the tables.
  void write(Path folder, PrintWriter out) throws IOException {
    TextTable published = published();
    TextTable others = others();
    published.lines().forEach(out::println);
    others.lines().forEach(out::println);
    CurvePage page = new CurvePage("ROC on " + target);
    List<Series> lines = new ArrayList<>();
    for (TarCurve c : curves) {
      String name = String.format(Locale.ROOT, "%s (AUC = %.4f %%)", c.method(), 100 * c.auc());
      lines.add(new Series(name, c.roc().fpr(), c.roc().tpr()));
    }
    String heading = lines.size() == 1 ? "ROC, " + lines.getFirst().name() : "ROC";
    page.curves(heading, "False Positive Rate", "True Positive Rate", LOWEST, HIGHEST, lines);
    page.table("TAR % at FAR, nearest point (as published)", published);
    page.table("TAR % at FAR, other rules", others);
    if (!searches.isEmpty()) {
      TextTable found = oneToMany();
      found.lines().forEach(out::println);
      page.table("One to many, %", found);
    }
    page.write(folder.resolve(target.prefix() + ".html"));
    Path file = folder.resolve("result.json");
    Path temporary = folder.resolve("result.json.tmp");
    Files.writeString(temporary, Json.writePretty(json()));
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    out.println("results: " + folder);
  }

  private TextTable published() {
    TextTable table = new TextTable(titles());
    for (TarCurve c : curves) {
      table.add(row(c.method(), c.nearest()));
    }
    return table;
  }

  private TextTable others() {
    TextTable table = new TextTable(titles());
    for (TarCurve c : curves) {
      table.add(row(c.method() + ", interpolated", c.interpolated()));
      table.add(row(c.method() + ", at most", c.atMost()));
    }
    return table;
  }

  private static List<String> titles() {
    List<String> titles = new ArrayList<>(List.of("Methods"));
    titles.addAll(TarCurve.RATES);
    return titles;
  }

  private static List<String> row(String method, Map<String, Double> rates) {
    List<String> cells = new ArrayList<>(List.of(method));
    rates.values().forEach(tar -> cells.add(percent(tar)));
    return cells;
  }

  private TextTable oneToMany() {
    List<String> titles = new ArrayList<>(List.of("Gallery", "rule", "people", "mated", "unmated"));
    Identification.RANKS.forEach(k -> titles.add("rank-" + k));
    Identification.FALSE_POSITIVE_RATES.forEach(rate -> titles.add("TPIR@" + rate));
    TextTable table = new TextTable(titles);
    for (Identification.Result r : searches) {
      List<String> cells =
          new ArrayList<>(
              List.of(
                  r.gallery(),
                  r.openSet() ? "open set" : "published",
                  Integer.toString(r.people()),
                  Integer.toString(r.mated()),
                  Integer.toString(r.unmated())));
      Identification.RANKS.forEach(k -> cells.add(percent(r.rank().getOrDefault(k, Double.NaN))));
      r.tpir().values().forEach(v -> cells.add(percent(v)));
      table.add(cells);
    }
    List<Identification.Result> open =
        searches.stream().filter(Identification.Result::openSet).toList();
    if (open.size() > 1) {
      List<String> cells = new ArrayList<>(List.of("mean", "open set", "", "", ""));
      Identification.RANKS.forEach(
          k -> cells.add(percent(mean(open, r -> r.rank().getOrDefault(k, Double.NaN)))));
      Identification.FALSE_POSITIVE_RATES.forEach(
          rate -> cells.add(percent(mean(open, r -> r.tpir().getOrDefault(rate, Double.NaN)))));
      table.add(cells);
    }
    return table;
  }

  private static double mean(
      List<Identification.Result> results, Function<Identification.Result, Double> value) {
    ToDoubleFunction<Identification.Result> number = value::apply;
    return results.stream().mapToDouble(number).average().orElse(Double.NaN);
  }

  private static String percent(double share) {
    return Double.isNaN(share) ? "–" : String.format(Locale.ROOT, "%.2f", 100 * share);
  }

  private Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>(facts);
    json.put("one_to_one", curves.stream().map(IjbOutput::entry).toList());
    json.put("one_to_many", searches.stream().map(IjbOutput::entry).toList());
    return json;
  }

  private static Object entry(TarCurve c) {
    return Json.of(
        "method", c.method(),
        "pairs", c.pairs(),
        "same", c.same(),
        "auc", c.auc(),
        "tar", c.nearest(),
        "tar_interpolated", c.interpolated(),
        "tar_at_most", c.atMost());
  }

  private static Object entry(Identification.Result r) {
    Map<String, Object> ranks = new LinkedHashMap<>();
    r.rank().forEach((k, share) -> ranks.put(Integer.toString(k), share));
    return Json.of(
        "gallery", r.gallery(),
        "rule", r.openSet() ? "open set" : "published",
        "people", r.people(),
        "mated", r.mated(),
        "unmated", r.unmated(),
        "rank", ranks,
        "tpir", r.tpir());
  }
}
