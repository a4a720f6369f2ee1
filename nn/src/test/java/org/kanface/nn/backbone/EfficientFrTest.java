package org.kanface.nn.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.kernels.DType;
import org.kanface.nn.HashFill;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.Parameter;
import org.kanface.nn.SplitMixFill;
import org.kanface.nn.loss.ArcFaceHead;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.ShapeException;
import org.kanface.tensor.Tensor;

class EfficientFrTest {
  private static final int CLASSES = 540;
  private static final long SEED = 20240601;

  private static double[] images(long seed, int n, int height, int width) {
    int[] pixels = new SplitMixFill(seed).pixels(n, height, width);
    var x = new double[pixels.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = pixels[i] / 255f;
    }
    return x;
  }

  private static Tensor floats(double[] values, Shape shape) {
    var x = new float[values.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) values[i];
    }
    return Tensor.of(Device.cpu(), shape, x);
  }

  @Test
  void stateDictIsTheReferences() {
    try (var net = new EfficientFr(Init.of(Device.cpu(), 1), 512)) {
      List<String> keys = List.copyOf(net.state().keySet());

      assertThat(keys).hasSize(97).startsWith("stem.0.weight", "stem.1.weight", "stem.1.bias");
      assertThat(keys)
          .containsSubsequence(
              "stage2.0.depthwise.weight",
              "stage2.0.pointwise.weight",
              "stage2.0.bn.weight",
              "stage2.1.conv1.depthwise.weight",
              "stage2.1.conv2.bn.num_batches_tracked",
              "embedding.1.weight",
              "embedding.1.bias",
              "embedding.2.running_var");
      assertThat(net.state().get("stage1.0.depthwise.weight").externalShape())
          .isEqualTo(Shape.of(32, 1, 3, 3));
      assertThat(net.state().get("stage4.1.conv2.pointwise.weight").externalShape())
          .isEqualTo(Shape.of(512, 512, 1, 1));
      assertThat(net.trainedCount()).isEqualTo(1_162_368);
    }
  }

  /// Check values of two independent implementations in float64.
  @ParameterizedTest
  @CsvSource({
    "32, 32, 7, 23.307943 -2.4819207 -14.990018 10.830288 65.998847 8.2487546, 16.340494,"
        + " 1572.35041, 1395.83776",
    "50, 37, 11, 11.977359 -1.0056033 -7.2986465 15.184981 64.573071 11.055933, 49.968015,"
        + " 1755.63472, 1811.48954",
    "224, 224, 9, -18.197167 23.456732 14.261225 -69.80718 -24.657725 10.963346, 69.693048,"
        + " 3389.96298, 4367.61255"
  })
  void embeddingIsTheReferences(
      int height, int width, long seed, String first, double last, double sum, double l2) {
    try (var net = new EfficientFr(Init.of(Device.cpu(), 1), 512);
        Graph graph = Graph.inference()) {
      new SplitMixFill(SEED).fill(net);
      net.train(false);
      Shape s = Shape.of(1, height, width, 3);
      float[] y =
          net.forward(graph.constant(floats(images(seed, 1, height, width), s))).value().toFloats();

      assertThat(HashFill.l2(y)).isCloseTo(l2, within(1e-5 * l2));
      assertThat(HashFill.sum(y)).isCloseTo(sum, within(1e-4 * l2));
      String[] values = first.split(" ");
      for (int j = 0; j < values.length; j++) {
        assertThat((double) y[j]).isCloseTo(Double.parseDouble(values[j]), within(1e-5 * l2));
      }
      assertThat((double) y[511]).isCloseTo(last, within(1e-5 * l2));
    }
  }

  /// One training batch in float64: loss, running statistics and gradients.
  @Test
  void trainingIsTheReferences() {
    var init = new Init(Device.reference(), DType.F64, 1);
    try (var net = new EfficientFr(init, 512);
        var head = new ArcFaceHead(init, CLASSES, 512)) {
      var fill = new SplitMixFill(SEED).fill(net);
      head.state().get("weight").load(fill.uniform(CLASSES * 512, Math.sqrt(6.0 / 1052)));
      try (Graph graph = Graph.training(0)) {
        Shape s = Shape.of(4, 32, 32, 3);
        Tensor x = Tensor.ofDoubles(Device.reference(), s, images(13, 4, 32, 32));
        Var y = net.forward(graph.constant(x));
        assertThat(y.value().toDoubles())
            .startsWith(
                new double[] {-0.03948468, -1.4711299, -0.38441979, 1.25572563}, within(1e-7));
        Var loss = head.loss(y, new long[] {0, 17, 539, 17}, 30, 0.5);
        assertThat(loss.value().item()).isCloseTo(21.67427974, within(1e-7));
        graph.backward(loss);
      }

      assertThat(first(net, "stem.1.running_mean")).isCloseTo(-0.131495747, within(1e-8));
      assertThat(first(net, "stem.1.running_var")).isCloseTo(0.879042772, within(1e-7));
      assertThat(first(net, "embedding.2.running_var")).isCloseTo(1.10169671, within(1e-7));
      gradient(net, "stem.0.weight", 0, -0.1727051);
      gradient(net, "stem.1.weight", 0, 0.2455395);
      gradient(net, "stage1.0.depthwise.weight", 4, 0.499831);
      gradient(net, "stage2.1.conv2.pointwise.weight", 5 * 128 + 7, 0.00189965);
      gradient(net, "stage4.1.conv2.bn.bias", 3, -0.02373615);
      gradient(net, "embedding.1.weight", 10 * 512 + 20, 0.004679537);
      gradient(net, "embedding.1.bias", 10, 0);
      gradient(net, "embedding.2.weight", 10, -0.01744155);
      gradient(head, "weight", 17 * 512 + 4, -0.5019389);
      gradient(head, "weight", 100 * 512 + 4, 0.00120586);
    }
  }

  private static double first(Module module, String key) {
    return module.state().get(key).external()[0];
  }

  private static void gradient(Module module, String key, int index, double expected) {
    Parameter p = module.state().get(key);
    double found = p.externalOf(p.var().grad())[index];
    assertThat(found).as(key).isCloseTo(expected, within(2e-6 * Math.max(0.1, Math.abs(expected))));
  }

  @Test
  void imagesThatAreTooSmallAreNamed() {
    try (var net = new EfficientFr(Init.of(Device.cpu(), 1), 8);
        Graph graph = Graph.inference()) {
      assertThatThrownBy(
              () -> net.forward(graph.constant(floats(new double[588], Shape.of(1, 14, 14, 3)))))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("expected [n, h, w, 3] of at least 15 × 15 pixels");
    }
  }
}
