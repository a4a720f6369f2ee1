package org.kanface.eval.megaface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kanface.eval.EvaluationException;
import org.kanface.eval.HashFill;
import org.kanface.eval.megaface.DistractorSearch.Point;

class DistractorSearchTest {
  private static final int DIM = 8;
  private static final int[] LABELS = {0, 0, 0, 1, 1, 2, 3, 3, 3, 3};

  private static float[] probes() {
    float[] rows = new float[LABELS.length * DIM];
    for (int i = 0; i < rows.length; i++) {
      rows[i] =
          (float)
              (3 * HashFill.uniform("person", LABELS[i / DIM] * DIM + i % DIM)
                  + 2 * HashFill.uniform("probe", i));
    }
    return rows;
  }

  private static float[] strangers(int from, int count) {
    float[] rows = new float[count * DIM];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (float) HashFill.uniform("stranger", from * DIM + i);
    }
    return rows;
  }

  private static double cosine(float[] a, int i, float[] b, int j) {
    double dot = 0;
    double aa = 0;
    double bb = 0;
    for (int k = 0; k < DIM; k++) {
      dot += (double) a[i * DIM + k] * b[j * DIM + k];
      aa += (double) a[i * DIM + k] * a[i * DIM + k];
      bb += (double) b[j * DIM + k] * b[j * DIM + k];
    }
    return dot / Math.sqrt(aa * bb);
  }

  private static Point count(int n) {
    float[] probes = probes();
    float[] strangers = strangers(0, Math.max(1, n));
    int searches = 0;
    int first = 0;
    int tenth = 0;
    for (int i = 0; i < LABELS.length; i++) {
      for (int j = 0; j < LABELS.length; j++) {
        if (i != j && LABELS[i] == LABELS[j]) {
          double mate = cosine(probes, i, probes, j);
          int better = 0;
          for (int d = 0; d < n; d++) {
            better += cosine(probes, i, strangers, d) >= mate ? 1 : 0;
          }
          searches++;
          first += better == 0 ? 1 : 0;
          tenth += better < 10 ? 1 : 0;
        }
      }
    }
    return new Point(n, (double) first / searches, (double) tenth / searches);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 64, 300})
  void agreesWithCounting(int block) {
    try (var search = new DistractorSearch(probes(), DIM, LABELS, new long[] {0, 3, 50, 1000})) {
      for (int from = 0; from < 300; from += block) {
        int count = Math.min(block, 300 - from);
        search.accept(count, Arrays.copyOf(strangers(from, count), (count + 2) * DIM));
      }

      assertThat(search.searches()).isEqualTo(3 * 2 + 2 + 4 * 3);
      List<Point> expected = new ArrayList<>();
      for (int n : new int[] {0, 3, 50, 300}) {
        expected.add(count(n));
      }
      assertThat(search.points()).isEqualTo(expected);
      assertThat(expected.get(3).rank1()).isBetween(0.1, 0.95);
    }
  }

  @Test
  void aStrangerAsSimilarAsTheMateIsAhead() {
    float[] probes = {1, 0, 1, 0};
    try (var search = new DistractorSearch(probes, 2, new int[] {5, 5}, new long[] {1})) {
      search.accept(1, new float[] {2, 0});

      assertThat(search.points()).containsExactly(new Point(1, 0, 1));
    }
  }

  @Test
  void refusesWhatCannotBeSearched() {
    assertThatThrownBy(
            () -> new DistractorSearch(new float[4], 2, new int[] {1, 2}, new long[] {1}))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("needs a person with two probes or more, got 2 probes");
    assertThatThrownBy(() -> new DistractorSearch(probes(), DIM, LABELS, new long[] {10, 10}))
        .hasMessage("numbers of distractors: expected ascending ones, got [10, 10]");
    assertThatThrownBy(
            () ->
                new DistractorSearch(
                    new float[] {Float.NaN, 1, 1, 1}, 2, new int[] {1, 1}, new long[0]))
        .hasMessage("an embedding is not finite");
  }
}
