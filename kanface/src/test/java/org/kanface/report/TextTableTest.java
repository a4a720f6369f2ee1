package org.kanface.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextTableTest {
  private static TextTable published() {
    return new TextTable("Methods", "1e-06", "1e-05", "0.0001", "0.001", "0.01", "0.1")
        .add(List.of("ijbc-IJBC", "85.89", "92.26", "95.17", "97.02", "98.25", "99.13"));
  }

  @Test
  void looksLikeThePublishedOne() {
    assertThat(published().lines())
        .containsExactly(
            "+-----------+-------+-------+--------+-------+-------+-------+",
            "|  Methods  | 1e-06 | 1e-05 | 0.0001 | 0.001 |  0.01 |  0.1  |",
            "+-----------+-------+-------+--------+-------+-------+-------+",
            "| ijbc-IJBC | 85.89 | 92.26 | 95.17  | 97.02 | 98.25 | 99.13 |",
            "+-----------+-------+-------+--------+-------+-------+-------+");
  }

  @Test
  void verificationSetsStandSideBySide() {
    var sets = SampleRun.result().sets();
    List<String> lines = VerificationTable.of(sets).lines();

    assertThat(sets).hasSizeGreaterThan(1);
    assertThat(lines).hasSize(3 + sets.size() + 1 + 1);
    assertThat(lines.get(1))
        .contains("set", "pairs", "accuracy", "threshold", "AUC", "TAR@1e-3", "VAL@1e-3");
    double sum = 0;
    for (int i = 0; i < sets.size(); i++) {
      assertThat(lines.get(3 + i))
          .contains(
              sets.get(i).name(),
              "%.2f ± %.2f".formatted(100 * sets.get(i).accuracy(), 100 * sets.get(i).std()),
              "%.4f".formatted(sets.get(i).auc()));
      sum += sets.get(i).accuracy();
    }
    assertThat(lines.get(3 + sets.size()))
        .contains("mean", " %.2f ".formatted(100 * sum / sets.size()));
    assertThat(VerificationTable.of(sets.subList(0, 1)).lines()).hasSize(5);
  }

  @Test
  void refusesARowOfAnotherLength() {
    assertThatThrownBy(() -> new TextTable("a", "b").add(List.of("1")))
        .hasMessage("[TextTable] expected 2 cells, got 1");
  }

  @Test
  void aLongLegendStandsInTheChart() {
    double[] one = {1, 10};
    Series a = new Series("short", one, one);
    Series b = new Series("a name that leaves no room for others".repeat(3), one, one);

    String beside = LineChart.linear("t", "x", "y", List.of(a, a)).svg();
    String within = LineChart.linear("t", "x", "y", List.of(a, b)).svg();

    assertThat(beside).contains("y=\"9\" width=\"12\"").doesNotContain("y=\"255\" width");
    assertThat(within).contains("x=\"606.0\" y=\"255\" width=\"12\"", "y=\"239\" width=\"12\"");
  }

  @Test
  void pageHoldsCurvesWithinTheRangeAndTheTable(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("roc.html");
    double[] fpr = {0, 1e-9, 1e-7, 1e-5, 1e-2, 0.5, 1};
    double[] tpr = {0, 0.1, 0.5, 0.7, 0.9, 0.95, 1};
    new CurvePage("ROC <1>")
        .curves("ROC", "FPR", "TPR", 1e-6, 0.1, List.of(new Series("a & b", fpr, tpr)))
        .table("TAR", published())
        .note("x < y")
        .write(file);

    String page = Files.readString(file);
    var document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
    assertThat(document.getElementsByTagName("svg").getLength()).isEqualTo(1);
    assertThat(document.getElementsByTagName("td").getLength()).isEqualTo(7);
    assertThat(page).contains("1e-6", "85.89", "x &lt; y", "a &amp; b").doesNotContain("NaN");
    String path = page.substring(page.indexOf(" d=\"") + 4);
    assertThat(path.substring(0, path.indexOf('"')).split("[ML]")).hasSize(1 + 3);
  }
}
