package org.kanface.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.kanface.eval.ClosedSetResult;
import org.kanface.eval.Roc;
import org.kanface.eval.Verification;
import org.kanface.eval.VerificationResult;

/// A run as one HTML file: charts are inline SVG, images inline PNG, style inline CSS. It opens
/// without a network and is well-formed XML.
public final class HtmlReport {
  private static final double LOWEST_FAR = 1e-4;

  private HtmlReport() {}

  /// Writes the page.
  public static void write(Path path, RunReport report) throws IOException {
    Files.writeString(path, page(report));
  }

  static String page(RunReport report) throws IOException {
    StringBuilder body = new StringBuilder();
    StringBuilder links = new StringBuilder();
    section(body, links, "results", "Results", results(report.result()));
    section(body, links, "known", "Known people", known(report));
    section(body, links, "training", "Training", training(report));
    section(body, links, "verification", "Verification", verification(report.result().sets()));
    section(body, links, "hardest", "Hardest pairs", hardest(report.hardest()));
    section(body, links, "splines", "Learned edge functions", splines(report.edges()));
    section(body, links, "run", "Run", run(report));
    return HtmlPage.of(report.title(), links.toString(), body.toString());
  }

  private static void section(
      StringBuilder body, StringBuilder links, String id, String title, String content) {
    if (content.isEmpty()) {
      return;
    }
    links.append("<a href=\"#%s\">%s</a> ".formatted(id, title));
    body.append("<section id=\"%s\">\n<h2>%s</h2>\n%s</section>\n".formatted(id, title, content));
  }

  private static String results(RunResult result) {
    if (result.sets().isEmpty() && !result.closedSet().isEmpty()) {
      return ""; // its results are those on known people
    }
    if (result.sets().isEmpty() && result.absent().isEmpty()) {
      return "<p>No verification set was evaluated.</p>\n";
    }
    StringBuilder html = new StringBuilder();
    html.append(
        "<table><thead><tr><th>set</th><th>pairs</th><th>accuracy %</th><th>pixels alone"
            + " %</th><th>AUC</th>");
    Verification.FALSE_ACCEPT_RATES.forEach(
        far -> html.append("<th>TAR %% at FAR %s</th>".formatted(far)));
    html.append("<th>VAL % at FAR 1e-3</th><th>norm</th></tr></thead><tbody>\n");
    for (VerificationResult set : result.sets()) {
      html.append(
          format(
              "<tr><td>%s</td><td>%d</td><td><b>%.2f</b> ± %.2f</td><td>%s</td><td>%.4f</td>",
              Markup.escape(set.name()),
              set.pairs(),
              100 * set.accuracy(),
              100 * set.std(),
              set.pixelBaselineAccuracy().isPresent()
                  ? format("%.2f", 100 * set.pixelBaselineAccuracy().getAsDouble())
                  : "–",
              set.auc()));
      set.tar().values().forEach(tar -> html.append(format("<td>%.2f</td>", 100 * tar)));
      html.append(
          format("<td>%.2f</td><td>%.2f</td></tr>\n", 100 * set.validation().val(), set.xnorm()));
    }
    html.append("</tbody></table>\n");
    if (!result.absent().isEmpty()) {
      html.append(
          "<p>Asked for and not found: %s.</p>\n"
              .formatted(Markup.escape(String.join(", ", result.absent()))));
    }
    return html.append(
            """
            <p class="note">Accuracy: mean and standard deviation over ten folds, each with the threshold that is best
            on the other nine. "Pixels alone" compares the images themselves the same way.</p>
            """)
        .toString();
  }

  private static String known(RunReport report) {
    List<ClosedSetResult> sets = report.result().closedSet();
    if (sets.isEmpty()) {
      return "";
    }
    StringBuilder html = new StringBuilder();
    html.append(
        """
        <table><thead><tr><th>images</th><th>number</th><th>identities</th><th>accuracy %</th><th>weighted F1 %</th>
        <th>macro F1 %</th><th>with margin: accuracy %</th><th>weighted F1 %</th><th>loss</th></tr></thead><tbody>
        """);
    for (ClosedSetResult set : sets) {
      html.append(
          format(
              "<tr><td>%s</td><td>%d</td><td>%d</td><td><b>%.2f</b></td><td>%.2f</td><td>%.2f</td>"
                  + "<td>%.2f</td><td>%.2f</td><td>%.4f</td></tr>\n",
              Markup.escape(set.name()),
              set.plain().images(),
              set.plain().present(),
              100 * set.plain().accuracy(),
              100 * set.plain().weighted().f1(),
              100 * set.plain().macro().f1(),
              100 * set.withMargin().accuracy(),
              100 * set.withMargin().weighted().f1(),
              set.loss()));
    }
    html.append("</tbody></table>\n");
    report.epochs().forEach((title, series) -> chart(html, title, "epoch", "", series));
    return html.append(
            """
            <p class="note">Images of people that the network was trained on, held back from training. Each is given to
            the nearest centre; "with margin" the right one is first moved away, as in training. This says nothing about
            people that the network has not seen.</p>
            """)
        .toString();
  }

  private static String training(RunReport report) {
    StringBuilder html = new StringBuilder();
    chart(html, "Loss", "step", "loss", report.loss());
    chart(html, "Learning rate", "step", "rate", report.learningRate());
    chart(html, "Verification accuracy", "step", "accuracy", report.accuracy());
    return html.toString();
  }

  private static void chart(
      StringBuilder html, String title, String x, String y, List<Series> series) {
    if (series.stream().anyMatch(s -> s.x().length > 0)) {
      html.append(LineChart.linear(title, x, y, series).svg());
    }
  }

  private static String verification(List<VerificationResult> sets) {
    StringBuilder html = new StringBuilder();
    List<Series> curves = new ArrayList<>();
    for (VerificationResult set : sets) {
      Roc roc = set.roc().simplified();
      curves.add(new Series(set.name(), roc.fpr(), roc.tpr()));
    }
    if (!curves.isEmpty()) {
      html.append(
          new LineChart("ROC", "false accept rate", "true accept rate", true, LOWEST_FAR, curves)
              .svg());
    }
    for (VerificationResult set : sets) {
      html.append(
          new HistogramChart("Similarities on " + set.name(), set.histogram(), set.threshold())
              .svg());
    }
    return html.toString();
  }

  private static String hardest(List<PairImages> pairs) {
    StringBuilder html = new StringBuilder();
    for (boolean same : new boolean[] {true, false}) {
      List<PairImages> some = pairs.stream().filter(p -> p.pair().same() == same).toList();
      if (some.isEmpty()) {
        continue;
      }
      html.append(
          "<h3>%s</h3>\n<div class=\"pairs\">\n"
              .formatted(
                  same ? "One person, judged least alike" : "Two people, judged most alike"));
      for (PairImages pair : some) {
        html.append(
            format(
                "<figure>%s%s<figcaption>%s %d, cos %.3f</figcaption></figure>\n",
                image(pair.firstPng()),
                image(pair.secondPng()),
                Markup.escape(pair.set()),
                pair.pair().pair(),
                pair.pair().similarity()));
      }
      html.append("</div>\n");
    }
    return html.toString();
  }

  private static String image(byte[] png) {
    return "<img alt=\"\" src=\"data:image/png;base64,"
        + Base64.getEncoder().encodeToString(png)
        + "\"/>";
  }

  private static String splines(List<EdgeCurve> edges) {
    if (edges.isEmpty()) {
      return "";
    }
    StringBuilder html = new StringBuilder();
    html.append(
        """
        <p class="note">Each edge of the KAN layer has its own function of one input. Solid: the whole edge,
        SiLU path and spline; dashed: the spline alone. The vertical lines are the ends of the grid, −1 and 1.</p>
        <div class="edges">
        """);
    edges.forEach(edge -> html.append(new EdgeChart(edge).svg()));
    return html.append("</div>\n").toString();
  }

  private static String run(RunReport report) {
    RunStats stats = report.result().stats();
    StringBuilder html = new StringBuilder("<dl>\n");
    report.facts().forEach((label, value) -> fact(html, label, value));
    fact(html, "device", stats.device());
    fact(html, "threads", Integer.toString(stats.threads()));
    fact(html, "steps", Long.toString(stats.steps()));
    fact(html, "images per second", format("%.1f", stats.imagesPerSecond()));
    fact(html, "seconds", format("%.1f", stats.seconds()));
    fact(html, "peak memory", format("%.0f MB", stats.peakRssMb()));
    fact(html, "seed", Long.toString(stats.seed()));
    html.append("</dl>\n<details><summary>Configuration</summary>\n<table><tbody>\n");
    for (Map.Entry<String, Object> entry : report.config().entrySet()) {
      html.append(
          "<tr><td>%s</td><td>%s</td></tr>\n"
              .formatted(
                  Markup.escape(entry.getKey()), Markup.escape(entry.getValue().toString())));
    }
    return html.append("</tbody></table>\n</details>\n").toString();
  }

  private static void fact(StringBuilder html, String label, String value) {
    html.append("<dt>%s</dt><dd>%s</dd>\n".formatted(Markup.escape(label), Markup.escape(value)));
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency of its own
  private static String format(String format, Object... args) {
    return String.format(Locale.ROOT, format, args);
  }
}
