package org.kanface.nn.kan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CurveToCoefTest {
  @Test
  void fewerPointsThanBasesGiveTheSmallestSolution() {
    // c = Aᵀ (A Aᵀ)⁻¹ y with A = [1 1 0; 0 1 1], A Aᵀ = [2 1; 1 2]
    double[][] c =
        new CurveToCoef(new double[][] {{1, 1, 0}, {0, 1, 1}}).solve(new double[][] {{3}, {3}});

    assertThat(new double[] {c[0][0], c[1][0], c[2][0]})
        .containsExactly(new double[] {1, 2, 1}, within(1e-12));
  }

  @Test
  void morePointsThanBasesGiveLeastSquares() {
    // the line through (0, 0), (1, 1), (2, 5): slope 2.5, offset -0.5
    double[][] c =
        new CurveToCoef(new double[][] {{1, 0}, {1, 1}, {1, 2}})
            .solve(new double[][] {{0}, {1}, {5}});

    assertThat(c[0][0]).isCloseTo(-0.5, within(1e-12));
    assertThat(c[1][0]).isCloseTo(2.5, within(1e-12));
  }

  @Test
  void aBasisThatNoPointSeesGetsZero() {
    double[][] c =
        new CurveToCoef(new double[][] {{1, 0}, {2, 0}, {3, 0}})
            .solve(new double[][] {{2}, {4}, {6}});

    assertThat(c[0][0]).isCloseTo(2, within(1e-12));
    assertThat(c[1][0]).isZero();
  }

  @Test
  void solvesManyCurvesAtOnce() {
    double[][] c =
        new CurveToCoef(new double[][] {{2, 0}, {0, 4}}).solve(new double[][] {{2, 6}, {4, 8}});

    assertThat(c[0]).containsExactly(new double[] {1, 3}, within(1e-12));
    assertThat(c[1]).containsExactly(new double[] {1, 2}, within(1e-12));
  }
}
