package org.kanface.nn.kan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.nn.HashFill;
import org.kanface.nn.Init;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.ShapeException;

/// Other knots must leave the edge functions as they are, as far as splines on them can.
class GridChangeTest {
  private static final double[] INNER = new double[101];

  static {
    Arrays.setAll(INNER, p -> -1 + p * 0.02);
  }

  private static KANLinear layer(int gridSize) {
    var layer =
        new KANLinear(
            Init.of(Device.cpu(), 3), KANLinear.Config.of(3, 2, gridSize, 3, Reduction.MEAN));
    int basis = gridSize + 3;
    var smooth = new float[6 * basis];
    for (int c = 0; c < smooth.length; c++) {
      smooth[c] = (float) Math.sin(c / basis + 4.0 * (c % basis) / basis);
    }
    layer.coef().load(smooth);
    return layer;
  }

  private static double distance(KANLinear a, KANLinear b) {
    double worst = 0;
    for (int i = 0; i < 3; i++) {
      for (int o = 0; o < 2; o++) {
        double[] before = a.edge(i, o, INNER).whole();
        double[] after = b.edge(i, o, INNER).whole();
        for (int p = 0; p < INNER.length; p++) {
          worst = Math.max(worst, Math.abs(before[p] - after[p]));
        }
      }
    }
    return worst;
  }

  /// Every knot of a grid is one of a grid twice as fine, so its splines are there too.
  @Test
  void twiceAsFineIsTheSameFunction() {
    try (KANLinear coarse = layer(5)) {
      coarse.coef().load(HashFill.values("c", 48, 1)); // rough
      KANLinear fine = coarse.extended(Init.of(Device.cpu(), 9), 10);
      assertThat(fine.config().gridSize()).isEqualTo(10);
      assertThat(fine.coef().externalShape()).isEqualTo(Shape.of(3, 2, 13));
      assertThat(distance(coarse, fine)).isLessThan(2e-5);
      fine.close();
    }
  }

  @Test
  void finerComesClose() {
    try (KANLinear coarse = layer(5);
        KANLinear fine = coarse.extended(Init.of(Device.cpu(), 9), 17)) {
      assertThat(distance(coarse, fine)).isLessThan(2e-3);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.05, 1})
  void updatedGridFollowsTheSamplesAndKeepsTheFunction(double uniformShare) {
    var random = new SplittableRandom(5);
    var samples = new double[400][3];
    for (double[] s : samples) {
      Arrays.setAll(s, i -> random.nextDouble(-1, 1));
    }
    samples[0] = new double[] {-1, -1, -1};
    samples[1] = new double[] {1, 1, 1};
    try (KANLinear before = layer(20);
        KANLinear after = layer(20)) {
      after.updateGrid(samples, uniformShare, 0.01);

      for (int i = 0; i < 3; i++) {
        double[] knots = after.knots(i);
        assertThat(knots).isSorted();
        assertThat(knots[3]).isEqualTo(-1.01f);
        assertThat(knots[23]).isEqualTo(1.01f);
      }
      assertThat(distance(before, after)).isLessThan(1e-3);
    }
  }

  @Test
  void aConstantInputKeepsARange() {
    try (KANLinear layer = layer(5)) {
      layer.updateGrid(new double[][] {{2, 2, 2}, {2, 2, 2}}, 0.5, 0);

      double[] knots = layer.knots(0);
      assertThat(knots[3]).isEqualTo(1);
      assertThat(knots[8]).isEqualTo(3);
      assertThat(knots).doesNotContain(Double.NaN);
    }
  }

  @Test
  void tooFewSamplesAreRefused() {
    try (KANLinear layer = layer(5)) {
      assertThatThrownBy(() -> layer.updateGrid(new double[][] {{1, 2, 3}}, 0.5, 0))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("at least 2 samples of 3 inputs, got 1");
    }
  }
}
