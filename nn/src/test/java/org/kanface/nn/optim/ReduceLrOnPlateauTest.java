package org.kanface.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.kanface.tensor.ShapeException;

class ReduceLrOnPlateauTest {
  private static ReduceLrOnPlateau.Config config(boolean maximize, int cooldown) {
    return new ReduceLrOnPlateau.Config(maximize, 0.5, 1, 1e-4, cooldown, 0.2, 1e-8);
  }

  private static double[] rates(ReduceLrOnPlateau plateau, double... metrics) {
    return Arrays.stream(metrics).map(plateau::step).toArray();
  }

  @Test
  void halvesAfterMoreThanPatienceBadEpochs() {
    // bad epochs:                    0  0    1      2 → halve, 1    2 → halve
    assertThat(rates(new ReduceLrOnPlateau(config(false, 0), 1), 5, 4, 3.9999, 4, 4.1, 4.2, 1))
        .containsExactly(1, 1, 1, 0.5, 0.5, 0.25, 0.25);
  }

  @Test
  void growingMetricsAreBetterWhereAsked() {
    assertThat(rates(new ReduceLrOnPlateau(config(true, 0), 1), 1, 2, 3, 3, 3))
        .containsExactly(1, 1, 1, 1, 0.5);
  }

  @Test
  void cooldownEpochsDoNotCount() {
    assertThat(rates(new ReduceLrOnPlateau(config(false, 2), 1), 1, 1, 1, 1, 1, 1, 1))
        .containsExactly(1, 1, 0.5, 0.5, 0.5, 0.5, 0.25);
  }

  @Test
  void neverFallsBelowTheSmallestRate() {
    var plateau = new ReduceLrOnPlateau(config(false, 0), 0.3);

    assertThat(rates(plateau, 1, 1, 1, 1, 1)).containsExactly(0.3, 0.3, 0.2, 0.2, 0.2);
  }

  @Test
  void goesOnFromItsState() {
    var whole = new ReduceLrOnPlateau(config(false, 1), 1);
    double[] metrics = {3, 3, 2, 2, 2, 2, 2, 2, 2};
    double[] expected = rates(whole, metrics);
    var part = new ReduceLrOnPlateau(config(false, 1), 1);
    for (int i = 0; i < metrics.length; i++) {
      part = new ReduceLrOnPlateau(config(false, 1), part.state());
      assertThat(part.step(metrics[i])).isEqualTo(expected[i]);
    }
  }

  @Test
  void aFactorThatDoesNotReduceIsRefused() {
    assertThatThrownBy(() -> new ReduceLrOnPlateau.Config(false, 1, 1, 0, 0, 0, 0))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("factor: expected a number in (0, 1), got 1.0");
  }
}
