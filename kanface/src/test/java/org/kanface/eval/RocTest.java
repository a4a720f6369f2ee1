package org.kanface.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RocTest {

  private static Roc golden() {
    double[] scores = new double[200];
    boolean[] same = new boolean[200];
    for (int i = 0; i < 200; i++) {
      same[i] = HashFill.uniform("roc.l", i) > 0;
      scores[i] = Math.rint((HashFill.uniform("roc.s", i) + (same[i] ? 0.35 : 0)) * 100) / 100;
    }
    return Roc.of(scores, same);
  }

  @Test
  void matchesTheReferenceCurve() {
    Roc roc = golden();
    Roc simplified = roc.simplified();

    assertThat(simplified.fpr()).hasSize(81);
    assertThat(roc.fpr()).hasSize(95);
    assertThat(roc.auc()).isCloseTo(0.7616419109, within(1e-10));
    assertThat(simplified.auc()).isCloseTo(roc.auc(), within(1e-12));
  }

  @Test
  void nearestPointRuleMatchesTheReference() {
    Roc roc = golden();

    for (double far : new double[] {1e-6, 1e-5, 1e-4, 1e-3}) {
      assertThat(100 * roc.tarNearest(far)).isCloseTo(32.98, within(0.005));
    }
    assertThat(100 * roc.tarNearest(1e-2)).isCloseTo(35.11, within(0.005));
    assertThat(100 * roc.tarNearest(1e-1)).isCloseTo(40.43, within(0.005));
  }

  @Test
  void atMostNeverCountsAPointAboveTheRate() {
    // Ranked: same, different, same, different; the curve is (0,0) (0,.5) (.5,.5) (.5,1) (1,1).
    Roc roc = Roc.of(new double[] {4, 3, 2, 1}, new boolean[] {true, false, true, false});

    assertThat(roc.fpr()).containsExactly(0, 0, 0.5, 0.5, 1);
    assertThat(roc.tpr()).containsExactly(0, 0.5, 0.5, 1, 1);
    assertThat(roc.tarAtMost(0.4)).isEqualTo(0.5);
    assertThat(roc.tarNearest(0.4)).isEqualTo(1);
    assertThat(roc.auc()).isEqualTo(0.75);
    assertThat(roc.scores()).containsExactly(Double.POSITIVE_INFINITY, 4, 3, 2, 1);
  }

  @Test
  void interpolatesBetweenPoints() {
    // The curve is (0,0) (0,.5) (.5,.5) (.5,1) (1,1).
    Roc upright = Roc.of(new double[] {4, 3, 2, 1}, new boolean[] {true, false, true, false});
    assertThat(upright.tarInterpolated(0)).isEqualTo(0.5);
    assertThat(upright.tarInterpolated(0.4)).isEqualTo(0.5);
    assertThat(upright.tarInterpolated(0.5)).isEqualTo(1);
    assertThat(upright.tarInterpolated(1)).isEqualTo(1);
    // Two scores are shared: (0,0) (.5,.5) (1,1).
    Roc slanted = Roc.of(new double[] {2, 2, 1, 1}, new boolean[] {true, false, true, false});
    assertThat(slanted.tarInterpolated(0.2)).isEqualTo(0.2);
    assertThat(slanted.tarAtMost(0.2)).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 5, 40, 1000, 3000})
  void simplifiesInOnePassAsInTwo(int n) {
    for (int levels : new int[] {3, 50, 1 << 20}) {
      double[] scores = new double[n];
      boolean[] same = new boolean[n];
      for (int i = 0; i < n; i++) {
        same[i] = HashFill.uniform("simple.l" + levels, i) > 0.3;
        scores[i] = Math.rint((HashFill.uniform("simple.s" + levels, i)) * levels);
      }
      Roc two = Roc.of(scores, same).simplified();
      Roc one = Roc.simplifiedOf(scores, same);
      assertThat(one.fpr()).containsExactly(two.fpr());
      assertThat(one.tpr()).containsExactly(two.tpr());
      assertThat(one.scores()).containsExactly(two.scores());
    }
  }

  @Test
  void equalScoresFormOnePoint() {
    Roc roc = Roc.of(new double[] {0.0, -0.0, 0.0}, new boolean[] {true, false, true});

    assertThat(roc.fpr()).containsExactly(0, 1);
    assertThat(roc.auc()).isEqualTo(0.5);
  }

  @Test
  void unorderedScoresRankLast() {
    Roc roc = Roc.of(new double[] {Double.NaN, 0.1}, new boolean[] {false, true});

    assertThat(roc.auc()).isEqualTo(1);
  }

  @Test
  void refusesAMissingLabel() {
    assertThatThrownBy(() -> Roc.of(new double[3], new boolean[2]))
        .hasMessage("a ROC needs a label for each score: got 3 scores and 2 labels");
  }
}
