package org.kanface.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class HtmlReportTest {

  private static Document parse(String page) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(page)));
  }

  @Test
  void fullPageIsWellFormedAndNeedsNothingElse(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("report.html");
    HtmlReport.write(file, SampleRun.report());
    String page = Files.readString(file);

    Document document = parse(page);

    assertThat(document.getElementsByTagName("section").getLength()).isEqualTo(6);
    assertThat(document.getElementsByTagName("svg").getLength()).isEqualTo(3 + 1 + 2 + 24);
    assertThat(document.getElementsByTagName("img").getLength()).isEqualTo(48);
    assertThat(document.getElementsByTagName("script").getLength()).isZero();
    assertThat(page).doesNotContain("NaN").doesNotContain("Infinity");
    assertThat(page.replace("http://www.w3.org/1999/xhtml", "")).doesNotContain("http");
    assertThat(page)
        .contains("63.40", "Asked for and not found: agedb_30", "lfw &lt;hard&gt; &amp;");
  }

  @Test
  void emptyRunStillMakesAPage() throws Exception {
    RunResult nothing =
        new RunResult("x", List.of(), List.of(), Double.NaN, new RunStats(0, 0, 0, 1, 1, "CPU", 0));
    RunReport report =
        new RunReport(
            "x", Map.of(), Map.of(), List.of(), List.of(), List.of(), Map.of(), nothing, List.of(),
            List.of());

    Document document = parse(HtmlReport.page(report));

    assertThat(document.getElementsByTagName("section").getLength()).isEqualTo(2);
  }

  @Test
  void longCurvesAreThinnedWithoutLosingTheirExtremes() {
    int n = 100_000;
    double[] x = new double[n];
    double[] y = new double[n];
    for (int i = 0; i < n; i++) {
      x[i] = i;
    }
    y[43_210] = 7;

    String svg = LineChart.linear("t", "x", "y", List.of(new Series("s", x, y))).svg();

    assertThat(svg.length()).isLessThan(60_000);
    Axis axis = Axis.linear(new double[][] {y}, 276, 40).padded(0.04);
    assertThat(svg).contains(" %.1f".formatted(axis.at(7)));
  }

  @Test
  void ticksAreRound() {
    assertThat(new Axis(0, 1, false, 0, 100).ticks())
        .containsExactly(0.0, 0.2, 0.4, 3 * 0.2, 0.8, 1.0);
    assertThat(new Axis(1e-4, 1, true, 0, 100).ticks().stream().map(Axis::label))
        .containsExactly("1e-4", "0.001", "0.01", "0.1", "1");
    assertThat(Axis.label(-2.5)).isEqualTo("\u22122.5");
    assertThat(Axis.label(120000)).isEqualTo("1.2e5");
    assertThat(Axis.label(0.002)).isEqualTo("0.002");
  }
}
