package org.kanface.nn.kan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UniformGridTest {
  @Test
  void knotsOfFiveIntervals() {
    float[] knots = UniformGrid.knots(5, 3, -1, 1);

    assertThat(knots)
        .containsExactly(
            new float[] {-2.2f, -1.8f, -1.4f, -1, -0.6f, -0.2f, 0.2f, 0.6f, 1, 1.4f, 1.8f, 2.2f},
            within(3e-7f));
    // 0.4f = 0.4000000059…; the inner ones are one fused multiply-add from the nearer end
    assertThat(Arrays.copyOfRange(knots, 3, 9))
        .containsExactly(
            -1,
            Math.fma(0.4f, 1, -1f),
            Math.fma(0.4f, 2, -1f),
            Math.fma(-0.4f, 2, 1f),
            Math.fma(-0.4f, 1, 1f),
            1);
    // the outer ones are repeated additions
    assertThat(knots[11]).isEqualTo(1 + 0.4f + 0.4f + 0.4f);
    assertThat(knots[0]).isEqualTo(-1 - 0.4f - 0.4f - 0.4f);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 15, 20, 25, 30, 50})
  void basesSumToOneOnTheInnerRange(int gridSize) {
    float[] row = UniformGrid.knots(gridSize, 3, -1, 1);
    var knots = new double[row.length];
    Arrays.setAll(knots, j -> row[j]);
    var x = new double[41];
    Arrays.setAll(x, p -> -1 + p * 0.05);

    for (double[] basis : BSpline.basis(knots, 3, x)) {
      assertThat(Arrays.stream(basis).sum()).isCloseTo(1, within(1e-6));
    }
    assertThat(row[row.length - 1])
        .isCloseTo(1 + 6f / gridSize, within(2e-6f * (1 + 6f / gridSize)));
  }
}
