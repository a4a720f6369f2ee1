package org.kanface.nn.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.nn.HashFill;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.SplitMixFill;
import org.kanface.nn.backbone.IResNet.Pooling;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.ShapeException;
import org.kanface.tensor.Tensor;

class IResNetTest {
  private static final Device DEVICE = Device.cpu();

  private static IResNet network(IResNet.Config config) {
    return new IResNet(Init.of(DEVICE, 1), config);
  }

  private static IResNet.Config config(String pooling, int layers) {
    return pooling.equals("ADA")
        ? IResNet.Config.adaFace(layers)
        : IResNet.Config.of(layers, Pooling.valueOf(pooling));
  }

  @ParameterizedTest
  @CsvSource({
    "18, WEIGHTED, 187, 11450368, 14720",
    "18, ADA, 187, 11442688, 14720",
    "18, FLATTEN, 187, 24033280, 14720",
    "34, AVERAGE, 331, 21564096, 25856",
    "50, WEIGHTED, 475, 31015616, 38144",
    "100, ADA, 925, 52573248, 69632",
    "200, WEIGHTED, 1807, 106258688, 136064"
  })
  void parametersAreCounted(
      int layers, String pooling, int entries, long parameters, long statistics) {
    try (IResNet net = network(config(pooling, layers))) {
      var state = net.state();
      long running =
          state.entrySet().stream()
              .filter(e -> e.getKey().contains("running_"))
              .mapToLong(e -> e.getValue().externalShape().numel())
              .sum();

      assertThat(state).hasSize(entries);
      assertThat(net.trainedCount()).isEqualTo(parameters - 512); // features.weight is not
      assertThat(running).isEqualTo(statistics);
    }
  }

  @Test
  void stateDictIsTheReferences() {
    var expected = new LinkedHashMap<String, Shape>();
    expected.put("conv1.weight", Shape.of(64, 3, 7, 7));
    norm(expected, "bn1", 64);
    expected.put("prelu.weight", Shape.of(64));
    long in = 64;
    for (int layer = 1; layer <= 4; layer++) {
      long p = 32L << layer;
      for (int b = 0; b < 2; b++) {
        String path = "layer" + layer + "." + b + ".";
        norm(expected, path + "bn1", in);
        expected.put(path + "conv1.weight", Shape.of(p, in, 3, 3));
        norm(expected, path + "bn2", p);
        expected.put(path + "prelu.weight", Shape.of(p));
        expected.put(path + "conv2.weight", Shape.of(p, p, 3, 3));
        norm(expected, path + "bn3", p);
        if (b == 0) {
          expected.put(path + "downsample.0.weight", Shape.of(p, in, 1, 1));
          norm(expected, path + "downsample.1", p);
        }
        in = p;
      }
    }
    norm(expected, "bn2", 512);
    expected.put("fc.weight", Shape.of(512, 512));
    expected.put("fc.bias", Shape.of(512));
    norm(expected, "features", 512);
    try (IResNet net = network(IResNet.Config.of(18, Pooling.WEIGHTED))) {
      var found = new LinkedHashMap<String, Shape>();
      net.state().forEach((key, p) -> found.put(key, p.externalShape()));

      assertThat(found).containsExactlyEntriesOf(expected);
    }
  }

  private static void norm(Map<String, Shape> out, String path, long size) {
    for (String leaf : List.of("weight", "bias", "running_mean", "running_var")) {
      out.put(path + "." + leaf, Shape.of(size));
    }
    out.put(path + ".num_batches_tracked", Shape.SCALAR);
  }

  private static float[] embed(Module net) {
    int[] pixels = new SplitMixFill(21).pixels(1, 112, 112);
    var x = new float[pixels.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = (pixels[i] / 255f - 0.5f) / 0.5f;
    }
    net.train(false);
    try (Graph graph = Graph.inference()) {
      Tensor image = Tensor.of(DEVICE, Shape.of(1, 112, 112, 3), x);
      return net.forward(graph.constant(image)).value().toFloats();
    }
  }

  /// Check values of two independent implementations in float64.
  @ParameterizedTest
  @CsvSource({
    "WEIGHTED, 1.8652008 2.2180483 1.2148435 1.6435978 4.6275719 -1.0204100, -1.1629235,"
        + " 26.1966957, 86.8427206",
    "AVERAGE, 74.376296 98.094304 44.736871 95.303893 206.93455 -35.715888, -50.3076, 1293.7758,"
        + " 3920.4709",
    "ADA, -4.0417495 -0.40550771 6.9717951 2.8719020 -1.6793861 5.6137431, 1.4989481, 116.662272,"
        + " 84.2850527"
  })
  void embeddingIsTheReferences(String pooling, String first, double last, double sum, double l2) {
    try (IResNet net = network(config(pooling, 18))) {
      new SplitMixFill(20240602).fill(net);
      float[] y = embed(net);

      assertThat(HashFill.l2(y)).isCloseTo(l2, within(2e-5 * l2));
      assertThat(HashFill.sum(y)).isCloseTo(sum, within(1e-4 * l2));
      String[] values = first.split(" ");
      for (int j = 0; j < values.length; j++) {
        assertThat((double) y[j]).isCloseTo(Double.parseDouble(values[j]), within(1e-5 * l2));
      }
      assertThat((double) y[511]).isCloseTo(last, within(1e-5 * l2));
    }
  }

  @Test
  void weightsBeginAsPublished() {
    try (IResNet normal = network(IResNet.Config.of(18, Pooling.WEIGHTED));
        IResNet kaiming = network(IResNet.Config.adaFace(18))) {
      assertThat(deviation(normal, "layer3.1.conv2.weight")).isCloseTo(0.1, within(1e-3));
      assertThat(deviation(kaiming, "layer3.1.conv2.weight"))
          .isCloseTo(Math.sqrt(2.0 / (256 * 9)), within(3e-4));
      assertThat(deviation(kaiming, "fc.weight")).isCloseTo(0.0625, within(6e-4));
      assertThat(kaiming.state().get("fc.bias").external()).containsOnly(0);
      assertThat(deviation(normal, "fc.weight")).isCloseTo(1 / Math.sqrt(3 * 512), within(3e-4));
    }
  }

  private static double deviation(Module net, String key) {
    float[] values = net.state().get(key).external();
    return HashFill.l2(values) / Math.sqrt(values.length);
  }

  @Test
  void flattenedMapsKeepTheChannelOrderOfStateDicts() {
    var small =
        new IResNet.Config(
            List.of(1, 1, 1, 1), 3, Pooling.FLATTEN, 8, 0, false, IResNet.Start.NORMAL);
    try (IResNet net = network(small)) {
      assertThat(net.state().get("fc.weight").externalShape()).isEqualTo(Shape.of(8, 25_088));
      assertThat(embed(net)).hasSize(8);
    }
  }

  @ParameterizedTest
  @CsvSource({"0", "0.3"})
  void recomputedBlocksGiveTheSameBits(double dropout) {
    var plain =
        new IResNet.Config(
            List.of(1, 2, 1, 1), 3, Pooling.AVERAGE, 8, dropout, false, IResNet.Start.NORMAL);
    try (IResNet once = network(plain);
        IResNet twice = network(plain.recomputing(true))) {
      backward(once);
      backward(twice);

      once.state()
          .forEach(
              (key, p) -> {
                var other = twice.state().get(key);
                if (p.isTrained()) {
                  assertThat(other.var().grad().toFloats())
                      .as(key)
                      .isEqualTo(p.var().grad().toFloats());
                } else if (key.contains("running")) {
                  assertThat(other.external()).as(key).isEqualTo(p.external());
                } else if (key.endsWith("tracked")) {
                  assertThat(other.var().value().toLongs()).as(key).containsExactly(1);
                }
              });
    }
  }

  private static void backward(IResNet net) {
    try (Graph graph = Graph.training(5)) {
      Shape s = Shape.of(2, 16, 16, 3);
      Var y = net.forward(graph.constant(Tensor.of(DEVICE, s, HashFill.values("x", 1536, 1))));
      graph.backward(y, Tensor.of(DEVICE, y.shape(), HashFill.values("dy", 16, 1)));
    }
  }

  @Test
  void imagesThatDoNotFitAreNamed() {
    try (IResNet net = network(IResNet.Config.of(18, Pooling.FLATTEN));
        IResNet any = network(IResNet.Config.of(18, Pooling.WEIGHTED));
        Graph graph = Graph.inference()) {
      assertThatThrownBy(() -> net.forward(graph.constant(images(96))))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("a last map of 7 × 7 needs 97 to 112 pixels a side");
      assertThatThrownBy(() -> any.forward(graph.constant(images(8))))
          .hasMessageContaining("needs 16 or more pixels a side");
    }
    assertThatThrownBy(() -> IResNet.Config.of(20, Pooling.AVERAGE))
        .hasMessage("[IResNet] layers: expected 18, 34, 50, 100 or 200, got 20");
  }

  private static Tensor images(int side) {
    return Tensor.of(DEVICE, Shape.of(1, side, side, 3), new float[side * side * 3]);
  }
}
