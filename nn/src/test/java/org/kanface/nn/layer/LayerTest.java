package org.kanface.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.ShapeException;
import org.kanface.tensor.Tensor;

class LayerTest {
  private static final Device DEVICE = Device.cpu();

  private static float[] forward(Module module, Shape shape, float... x) {
    try (Graph graph = Graph.training(3)) {
      return module.forward(graph.constant(Tensor.of(DEVICE, shape, x))).value().toFloats();
    }
  }

  @Test
  void batchNormNormalisesTheBatchAndMovesItsStatistics() {
    try (var norm = new BatchNorm(Init.of(DEVICE, 1), BatchNorm.Config.of(2))) {
      // channel 0: 1, 3: mean 2, variance 1, unbiased 2; channel 1: 0, 0
      float[] y = forward(norm, Shape.of(2, 2), 1, 0, 3, 0);

      assertThat(y).containsExactly(new float[] {-1, 0, 1, 0}, within(1e-5f));
      assertThat(norm.state().get("running_mean").external())
          .containsExactly(new float[] {0.2f, 0}, within(1e-7f));
      assertThat(norm.state().get("running_var").external())
          .containsExactly(new float[] {0.9f + 0.1f * 2, 0.9f}, within(1e-6f));
      assertThat(norm.state().get("num_batches_tracked").var().value().toLongs())
          .containsExactly(1);

      norm.train(false);
      float[] eval = forward(norm, Shape.of(1, 2), 0.2f, 0);
      assertThat(eval).containsExactly(new float[] {0, 0}, within(1e-6f));
      assertThat(norm.state().get("num_batches_tracked").var().value().toLongs())
          .containsExactly(1);
    }
  }

  @Test
  void aFixedWeightIsABuffer() {
    try (var norm = new BatchNorm(Init.of(DEVICE, 1), BatchNorm.Config.of(2).fixedWeight())) {
      assertThat(norm.trained()).extracting(p -> p.var().name()).containsExactly("bias");
      assertThat(norm.state().get("weight").external()).containsExactly(1, 1);
    }
  }

  @Test
  void badSettingsOfBatchNormAreNamed() {
    assertThatThrownBy(() -> new BatchNorm.Config(2, 1e-5, 1.5, true))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("momentum: expected a number in [0, 1], got 1.5");
    assertThatThrownBy(() -> BatchNorm.Config.of(0))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("channels");
  }

  @Test
  void prelusBeginAtAQuarter() {
    try (var prelu = new PRelu(Init.of(DEVICE, 1), 2)) {
      assertThat(forward(prelu, Shape.of(2, 2), -4, 4, 1, -1)).containsExactly(-1, 4, 1, -0.25f);
    }
  }

  @Test
  void poolsReduceImages() {
    float[] x = {1, 2, 3, 4, 5, 6, 7, 8, 9}; // [1, 3, 3, 1]
    Shape image = Shape.of(1, 3, 3, 1);

    assertThat(forward(new MaxPool(2, 1, 0), image, x)).containsExactly(5, 6, 8, 9);
    assertThat(forward(new AveragePool(2, 1, 0), image, x)).containsExactly(3, 4, 6, 7);
    assertThat(forward(new AveragePool(3, 3, 1), image, x)[0])
        .isCloseTo(12 / 9f, within(1e-6f)); // padding counts
    assertThat(forward(new AdaptiveAveragePool(1, 1), image, x)[0]).isCloseTo(5, within(1e-6f));
    assertThat(forward(new AdaptiveAveragePool(2, 2), image, x)).containsExactly(3, 4, 6, 7);
  }

  @Test
  void dropoutDropsInTrainingAlone() {
    var x = new float[1_000];
    Arrays.fill(x, 1);
    try (var dropout = new Dropout(0.25)) {
      float[] y = forward(dropout, Shape.of(1_000), x);
      int kept = 0;
      for (float v : y) {
        assertThat(v).isIn(0f, 1 / 0.75f);
        kept += v > 0 ? 1 : 0;
      }
      assertThat(kept).isBetween(690, 810);

      dropout.train(false);
      assertThat(forward(dropout, Shape.of(1_000), x)).isEqualTo(x);
    }
  }

  @ParameterizedTest
  @CsvSource({"32, 128, 0.6, 19", "192, 192, 0.6, 115", "304, 1216, 0.5, 152", "3, 9, 0.1, 2"})
  void ranksAreTruncated(long in, long out, double ratio, long rank) {
    assertThat(LowRankLinear.rank(in, out, ratio)).isEqualTo(rank);
  }

  @Test
  void observersSeeOutputs() {
    var seen = new float[1];
    try (var linear = new Linear(Init.of(DEVICE, 1), 1, 1, true);
        Graph graph = Graph.inference()) {
      linear.observe(y -> seen[0] = y.value().toFloats()[0]);
      Var y = linear.forward(graph.constant(Tensor.of(DEVICE, Shape.of(1, 1), 2)));
      assertThat(seen[0]).isEqualTo(y.value().toFloats()[0]);
      seen[0] = Float.NaN;
      linear.observe(null);
      linear.forward(graph.constant(Tensor.of(DEVICE, Shape.of(1, 1), 2)));
      assertThat(seen[0]).isNaN();
    }
  }

  @Test
  void gaussianPoolWeightsPositionsAndDividesByTheirNumber() {
    double[] kernel = GaussianPool.kernel(7, 3);
    assertThat(Arrays.stream(kernel).sum()).isCloseTo(1, within(1e-12));
    assertThat(kernel[24]).isCloseTo(0.030709107640298, within(1e-14));
    assertThat(kernel[0]).isCloseTo(0.011297249357586, within(1e-14));

    var x = new float[49 * 2];
    x[2 * 24] = 49; // channel 0, the centre
    x[2 * 48 + 1] = 98; // channel 1, a corner
    float[] y = forward(new GaussianPool(7, 3), Shape.of(1, 7, 7, 2), x);
    assertThat(y).containsExactly(new float[] {0.030709107f, 2 * 0.011297249f}, within(1e-8f));
    assertThatThrownBy(() -> forward(new GaussianPool(7, 3), Shape.of(1, 1, 1), 1))
        .hasMessage("[GaussianPool] x [1, 1, 1]: expected [n, h, w, c]");
  }

  @Test
  void gaussianPoolIsAsWideBesideAnyMap() {
    double side = Math.exp(-0.25 / (2 * 9 * Math.pow(2 / 7.0, 2)));
    double edge = Math.exp(-1 / (2 * 9 * Math.pow(3 / 7.0, 2)));
    double sum = 2 * side * (1 + 2 * edge);
    float[] y =
        forward(
            new GaussianPool(7, 3), Shape.of(1, 2, 3, 1), 6, 0, 0, 0, 12, 0); // a corner, a middle
    assertThat(y[0]).isCloseTo((float) ((side * edge + 2 * side) / sum), within(1e-7f));
    assertThat(forward(new GaussianPool(7, 3), Shape.of(1, 1, 1, 1), 5)).containsExactly(5);
  }

  @Test
  void flattenGoesChannelByChannel() {
    assertThat(forward(new Flatten(), Shape.of(1, 1, 3, 2), 0, 10, 1, 11, 2, 12))
        .containsExactly(0, 1, 2, 10, 11, 12);
    assertThat(forward(new Flatten(), Shape.of(2, 1, 1, 2), 0, 10, 1, 11))
        .containsExactly(0, 10, 1, 11);
  }

  @Test
  void sequentialCountsPartsWithoutParametersToo() {
    Init init = Init.of(DEVICE, 1);
    try (var net =
        new Sequential(new Flatten(), new Linear(init, 2, 1, false), Activation.relu6())) {
      assertThat(net.state().keySet()).containsExactly("1.weight");
      net.state().get("1.weight").load(new float[] {1, 2});
      assertThat(forward(net, Shape.of(3, 1, 1, 2), 1, 2, -1, 0, 9, 9)).containsExactly(5, 0, 6);
    }
  }
}
