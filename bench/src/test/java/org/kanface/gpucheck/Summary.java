package org.kanface.gpucheck;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.kanface.tensor.Json;

/// The report on a page.
final class Summary {
  private static final int MOST_FAILURES = 20; // of a part
  private static final int MOST_KERNELS = 12; // of an item

  private final StringBuilder text = new StringBuilder();

  private Summary() {}

  static String of(Map<String, Object> report, List<PartReport> parts) {
    var summary = new Summary();
    summary.line(
        "device %s, commit %s, JDK %s",
        report.get("device"), report.get("commit"), report.get("jdk"));
    if (String.valueOf(report.get("device")).startsWith("cuda-sim")) {
      summary.line("a simulated device: its times say nothing about a GPU");
    }
    summary.lines("gpu", report);
    summary.lines("doctor", report);
    for (PartReport part : parts) {
      summary.part(part);
    }
    return summary.text.toString();
  }

  private void line(String format, Object... arguments) {
    text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }

  private void lines(String key, Map<String, Object> report) {
    if (report.get(key) instanceof List<?> lines) {
      lines.forEach(l -> line("  %s", l));
    }
  }

  private void part(PartReport part) {
    var failures = part.failures();
    line("");
    line(
        "%s: %d well, %d not",
        part.part().title(), part.items().size() - failures.size(), failures.size());
    failures.stream()
        .limit(MOST_FAILURES)
        .forEach(f -> line("  %s: %s", f.get("item"), f.get("why")));
    if (failures.size() > MOST_FAILURES) {
      line("  … and %d more, in gpu-check.json", failures.size() - MOST_FAILURES);
    }
    if (part.part() == Part.TIMES) {
      part.items().stream().filter(i -> Boolean.TRUE.equals(i.get("ok"))).forEach(this::times);
    }
  }

  private void times(Map<String, Object> item) {
    line("  %s", item.get("item"));
    item.forEach(
        (key, value) -> {
          if (value instanceof Number n && !key.equals("ms")) {
            line("    %-40s %.4g", key, n.doubleValue());
          }
        });
    if (item.get("kernels") instanceof List<?> rows) {
      line("    %-60s %8s %10s %8s %9s", "kernel", "calls", "µs a call", "GB/s", "GFLOP/s");
      rows.stream()
          .map(r -> Json.object(r, "kernel"))
          .sorted((a, b) -> Double.compare(total(b), total(a)))
          .limit(MOST_KERNELS)
          .forEach(
              r ->
                  line(
                      "    %-60s %8.1f %10.2f %8s %9s",
                      r.get("kernel"),
                      number(r, "calls"),
                      number(r, "us_a_call"),
                      rate(number(r, "gb_per_s")),
                      rate(number(r, "gflop_per_s"))));
    }
  }

  private static double total(Map<String, Object> row) {
    return number(row, "calls") * number(row, "us_a_call");
  }

  private static double number(Map<String, Object> row, String key) {
    return row.get(key) instanceof Number n ? n.doubleValue() : 0;
  }

  private static String rate(double value) {
    return value == 0 ? "" : String.format(Locale.ROOT, "%.0f", value);
  }
}
