package org.kanface.gallery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LearnedThresholdTest {
  @Test
  void takesTheMiddleOfTheWidestGapThatDecidesMost() {
    double[] cosines = {0.9, 0.7, 0.4, 0.5, 0.1, -0.2};
    boolean[] same = {true, true, true, false, false, false};

    // cuts at 0.6 and 0.25 are wrong once; the second gap is the wider
    var found = LearnedThreshold.of(cosines, same, Metric.COSINE);
    assertThat(found.value()).isEqualTo((0.4 + 0.1) / 2);
    assertThat(found.accuracy()).isEqualTo(5 / 6.0);

    double[] distances = {0.1, 0.3, 0.6, 0.5, 1.2, 1.3};
    var far = LearnedThreshold.of(distances, same, Metric.EUCLIDEAN);
    assertThat(far.value()).isEqualTo((0.6 + 1.2) / 2);
  }

  @Test
  void nothingAndEverythingCanBeAlike() {
    var none = LearnedThreshold.of(new double[] {0.5, 0.6}, new boolean[2], Metric.COSINE);
    assertThat(Metric.COSINE.isAlike(0.6, none.value())).isFalse();
    assertThat(none.accuracy()).isEqualTo(1);

    var all =
        LearnedThreshold.of(new double[] {0.5, 0.6}, new boolean[] {true, true}, Metric.COSINE);
    assertThat(Metric.COSINE.isAlike(0.5, all.value())).isTrue();
    assertThat(all.accuracy()).isEqualTo(1);
  }

  /// Three pairs compare alike: a threshold takes all or none.
  @Test
  void equalComparisonsFallOnOneSide() {
    double[] c = {0.5, 0.5, 0.5, 0.2};
    var found = LearnedThreshold.of(c, new boolean[] {true, false, true, false}, Metric.COSINE);

    assertThat(found.value()).isEqualTo(0.35);
    assertThat(found.accuracy()).isEqualTo(0.75);
    assertThatThrownBy(() -> LearnedThreshold.of(new double[0], new boolean[0], Metric.COSINE))
        .hasMessageContaining("one or more, got 0 and 0");
  }
}
