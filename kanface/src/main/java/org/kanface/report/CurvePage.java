package org.kanface.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Curves over a logarithmic rate, with the tables that belong to them, as one HTML file in the
/// style of a run's report.
public final class CurvePage {
  private final String title;
  private final StringBuilder body = new StringBuilder();

  /// An empty page.
  public CurvePage(String title) {
    this.title = title;
  }

  /// Appends curves between `low` and `high` of a logarithmic x axis; points beyond are left out,
  /// but for the last before `low`, which stands at the edge.
  public CurvePage curves(
      String heading, String xLabel, String yLabel, double low, double high, List<Series> curves) {
    List<Series> cut = new ArrayList<>();
    for (Series s : curves) {
      int first = 0;
      while (first + 1 < s.x().length && s.x()[first + 1] <= low) {
        first++;
      }
      int end = first;
      while (end < s.x().length && s.x()[end] <= high) {
        end++;
      }
      cut.add(
          new Series(
              s.name(),
              Arrays.copyOfRange(s.x(), first, end),
              Arrays.copyOfRange(s.y(), first, end)));
    }
    body.append(new LineChart(heading, xLabel, yLabel, true, low, cut).svg());
    return this;
  }

  /// Appends a table.
  public CurvePage table(String heading, TextTable table) {
    body.append("<h2>%s</h2>\n<table>".formatted(Markup.escape(heading)));
    String tag = "th";
    for (List<String> row : table.rows()) {
      body.append(tag.equals("th") ? "<thead><tr>" : "<tr>");
      for (String cell : row) {
        body.append("<%s>%s</%s>".formatted(tag, Markup.escape(cell), tag));
      }
      body.append(tag.equals("th") ? "</tr></thead><tbody>\n" : "</tr>\n");
      tag = "td";
    }
    body.append("</tbody></table>\n");
    return this;
  }

  /// Appends a remark.
  public CurvePage note(String text) {
    body.append("<p class=\"note\">%s</p>\n".formatted(Markup.escape(text)));
    return this;
  }

  /// Writes the page.
  public void write(Path path) throws IOException {
    Files.writeString(path, HtmlPage.of(title, "", body.toString()));
  }
}
