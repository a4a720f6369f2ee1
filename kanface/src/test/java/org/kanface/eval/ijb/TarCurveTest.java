package org.kanface.eval.ijb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class TarCurveTest {
  @Test
  void reportsThePublishedRates() {
    double[] scores = {.95, .9, .9, .85, .8, .7, .7, .6, .55, .5, .4, .3, .2, .1};
    int[] labels = {1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 0, 0, 0};
    boolean[] same = new boolean[labels.length];
    for (int i = 0; i < labels.length; i++) {
      same[i] = labels[i] == 1;
    }

    TarCurve curve = TarCurve.of("ijbc-IJBC", scores, same);

    assertThat(curve.auc()).isCloseTo(0.816326531, within(1e-9));
    assertThat(curve.nearest().keySet())
        .containsExactly("1e-06", "1e-05", "0.0001", "0.001", "0.01", "0.1");
    for (String rate : TarCurve.RATES) {
      double expected = rate.equals("0.1") ? 57.14 : 14.29;
      assertThat(100 * curve.nearest().get(rate)).isCloseTo(expected, within(0.005));
    }
    // From (0, 1/7) a straight line to (1/7, 2/7): .9 is shared.
    assertThat(curve.interpolated().get("0.1")).isCloseTo(1 / 7.0 + 0.1, within(1e-12));
    assertThat(curve.atMost().get("0.1")).isCloseTo(1 / 7.0, within(1e-12));
    assertThat(curve.same()).isEqualTo(7);
  }
}
