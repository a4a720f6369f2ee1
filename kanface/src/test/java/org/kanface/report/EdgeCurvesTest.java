package org.kanface.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class EdgeCurvesTest {
  private static final int INPUTS = 3;
  private static final int OUTPUTS = 2;
  private static final int BASIS = 8; // five intervals, degree 3

  private static EdgeCurves layer(float[] coef, float[] scaleBase) {
    float[] grid = new float[INPUTS * 12];
    for (int i = 0; i < grid.length; i++) {
      grid[i] = -2.2f + 0.4f * (i % 12);
    }
    float[] ones = new float[INPUTS * OUTPUTS];
    Arrays.fill(ones, 1);
    return new EdgeCurves(INPUTS, OUTPUTS, 3, grid, coef, scaleBase, ones);
  }

  @Test
  void basisHasTheReferencesValues() {
    EdgeCurves layer = layer(new float[INPUTS * OUTPUTS * BASIS], new float[6]);

    double[] basis = layer.basis(0, 0.3);

    double[] expected = {0, 0, 0, 0.070312493, 0.61197913, 0.31510416, 0.0026041681, 0};
    for (int j = 0; j < BASIS; j++) {
      assertThat(basis[j]).isCloseTo(expected[j], within(1e-6));
    }
  }

  @Test
  void constantCoefficientsGiveAConstantInsideTheGrid() {
    float[] coef = new float[INPUTS * OUTPUTS * BASIS];
    Arrays.fill(coef, 2);

    EdgeCurve edge = layer(coef, new float[] {0, 0, 0, 1, 0, 0}).curve(1, 1);

    int middle = edge.x().length / 2;
    assertThat(edge.x()[0]).isCloseTo(-2.2, within(1e-6));
    assertThat(edge.spline()[0]).isZero();
    assertThat(edge.spline()[middle]).isCloseTo(2, within(1e-5));
    assertThat(edge.y()[middle + 10])
        .isCloseTo(
            2 + edge.x()[middle + 10] / (1 + Math.exp(-edge.x()[middle + 10])), within(1e-5));
  }

  @Test
  void strongestEdgesComeFirstOneAnInput() {
    float[] coef = new float[INPUTS * OUTPUTS * BASIS];
    coef[(2 * OUTPUTS + 1) * BASIS + 3] = 5; // input 2, output 1
    coef[(0 * OUTPUTS + 0) * BASIS + 4] = -3; // input 0, output 0

    List<EdgeCurve> edges = layer(coef, new float[6]).strongest(2);

    assertThat(edges).extracting(EdgeCurve::input).containsExactly(2, 0);
    assertThat(edges).extracting(EdgeCurve::output).containsExactly(1, 0);
    assertThat(layer(coef, new float[6]).strongest(99)).hasSize(3);
  }

  @Test
  void refusesTensorsThatDoNotFit() {
    assertThatThrownBy(() -> layer(new float[7], new float[6]))
        .hasMessage(
            "edge curves of 3 inputs and 2 outputs, degree 3: got 36 knots, 7 coefficients, 6 and 6"
                + " scales");
  }
}
