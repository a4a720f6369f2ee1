package org.kanface.nn.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.kanface.kernels.Margin;
import org.kanface.tensor.ShapeException;

class MarginLossTest {
  @Test
  void readsTheReferencesMarginList() {
    assertThat(MarginLoss.combined(64, 1, 0.5, 0, 0, false)).isEqualTo(MarginLoss.arcFace(64, 0.5));
    assertThat(MarginLoss.combined(64, 1, 0, 0.4, 0, false)).isEqualTo(MarginLoss.cosFace(64, 0.4));
    assertThat(MarginLoss.combined(64, 1, 0, 0, 0.2, true))
        .isEqualTo(new Margin(Margin.Kind.ANGULAR, 64, 0, 0.2, true));
  }

  @Test
  void refusesWhatWasNeverComputed() {
    refuse(2, 0, 0, "(2.0, 0.0, 0.0): m1 must be 1");
    refuse(1, 0.3, 0.2, "not both");
    refuse(1, 0, -0.1, "not both");
    refuse(1, -0.5, 0, "expected a margin in [0, π), got -0.5");
    refuse(1, 4, 0, "expected a margin in [0, π), got 4.0");
    refuse(1, Double.NaN, 0, "got NaN");
    refuse(Double.NaN, 0.5, 0, "m1 must be 1");
  }

  private static void refuse(double m1, double m2, double m3, String message) {
    assertThatThrownBy(() -> MarginLoss.combined(64, m1, m2, m3, 0, false))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining(message);
  }

  @Test
  void refusesAScaleOfNothing() {
    assertThatThrownBy(() -> MarginLoss.arcFace(0, 0.5))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("scale");
  }
}
