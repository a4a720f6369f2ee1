package org.kanface.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ClassReportTest {
  private static void assertScores(
      ClassReport.Scores s, double precision, double recall, double f) {
    assertThat(s.precision()).isCloseTo(precision, within(1e-15));
    assertThat(s.recall()).isCloseTo(recall, within(1e-15));
    assertThat(s.f1()).isCloseTo(f, within(1e-15));
  }

  /// Own images 3, 2, 1; given 3, 3, 0; correct 2, 2, 0. Precision ⅔ ⅔ 0, recall ⅔ 1 0, F1 ⅔ ⅘ 0.
  @Test
  void aClassThatNothingIsGivenToHasPrecisionZero() {
    var report = ClassReport.of(new int[] {0, 0, 0, 1, 1, 2}, new int[] {0, 0, 1, 1, 1, 0}, 3);

    assertThat(report.images()).isEqualTo(6);
    assertThat(report.present()).isEqualTo(3);
    assertThat(report.accuracy()).isEqualTo(4 / 6.0);
    assertScores(report.weighted(), 10 / 18.0, 4 / 6.0, 0.6);
    assertScores(report.macro(), 4 / 9.0, 5 / 9.0, 22 / 45.0);
  }

  /// Class 3 has no image but is given one: it counts for macro means alone. Class 4 is nowhere.
  /// Precision 1 ⅔ 0 0, recall ⅔ 1 0 0, F1 ⅘ ⅘ 0 0.
  @Test
  void absentClassesHaveNoWeight() {
    var report = ClassReport.of(new int[] {0, 0, 0, 1, 1, 2}, new int[] {0, 0, 1, 1, 1, 3}, 5);

    assertThat(report.present()).isEqualTo(3);
    assertScores(report.weighted(), 13 / 18.0, 4 / 6.0, 2 / 3.0);
    assertScores(report.macro(), 5 / 12.0, 5 / 12.0, 0.4);
  }

  /// Recall weighted by the classes' own images is the accuracy, always.
  @Test
  void allRightAndAllWrong() {
    int[] truth = {1, 0, 2, 2};

    var right = ClassReport.of(truth, truth, 3);
    var wrong = ClassReport.of(truth, new int[] {0, 1, 1, 0}, 3);

    assertThat(right.accuracy()).isEqualTo(1);
    assertScores(right.weighted(), 1, 1, 1);
    assertScores(right.macro(), 1, 1, 1);
    assertThat(wrong.accuracy()).isZero();
    assertScores(wrong.weighted(), 0, 0, 0);
  }

  @Test
  void refusesClassesOutside() {
    assertThatThrownBy(() -> ClassReport.of(new int[] {0}, new int[] {3}, 3))
        .isInstanceOf(EvaluationException.class)
        .hasMessage("class 3: expected 0 to 2");
    assertThatThrownBy(() -> ClassReport.of(new int[] {0, 1}, new int[] {1}, 3))
        .hasMessage("expected one prediction an image, got 1 for 2 images");
  }
}
