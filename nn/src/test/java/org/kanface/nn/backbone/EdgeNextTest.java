package org.kanface.nn.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
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
import org.kanface.nn.optim.GradNorm;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// The EdgeFace networks under both families of names, against the references' numbers.
class EdgeNextTest {
  private static Module network(String name) {
    Init init = Init.of(Device.cpu(), 1);
    return name.equals("EdgeFace")
        ? new EdgeFace(init, EdgeFace.Config.of(0.6, 512, 0.2))
        : new EdgeNext(init, EdgeNext.Config.of(name, 512));
  }

  private static Tensor image() {
    return Tensor.of(Device.cpu(), Shape.of(1, 112, 112, 3), HashFill.image(112));
  }

  @ParameterizedTest
  @CsvSource({
    "EdgeFace, 257, 1770492",
    "edgeface_xs_gamma_06, 257, 1770492",
    "edgeface_s_gamma_05, 257, 3652520",
    "edgeface_base, 214, 18225812",
    "edgeface_xxs, 160, 1244744"
  })
  void parametersAreCounted(String name, int entries, long parameters) {
    try (Module net = network(name)) {
      assertThat(net.state()).hasSize(entries);
      assertThat(net.trainedCount()).isEqualTo(parameters);
    }
  }

  @Test
  void keysAreTheReferences() {
    try (Module gamma = network("edgeface_xs_gamma_06");
        Module plain = network("edgeface_xxs")) {
      assertThat(List.copyOf(gamma.state().keySet()))
          .startsWith("model.stem.0.weight", "model.stem.0.bias", "model.stem.1.weight")
          .containsSubsequence(
              "model.stages.0.blocks.0.gamma",
              "model.stages.0.blocks.0.conv_dw.weight",
              "model.stages.0.blocks.0.norm.bias",
              "model.stages.0.blocks.0.mlp.fc1.linear1.weight",
              "model.stages.0.blocks.0.mlp.fc1.linear2.bias",
              "model.stages.1.downsample.0.weight",
              "model.stages.1.downsample.1.bias",
              "model.stages.1.blocks.2.gamma_xca",
              "model.stages.1.blocks.2.convs.0.weight",
              "model.stages.1.blocks.2.pos_embd.token_projection.weight",
              "model.stages.1.blocks.2.norm_xca.weight",
              "model.stages.1.blocks.2.xca.temperature",
              "model.stages.1.blocks.2.xca.qkv.linear1.weight",
              "model.stages.1.blocks.2.xca.proj.linear2.bias")
          .endsWith("model.head.fc.linear2.weight", "model.head.fc.linear2.bias");
      assertThat(plain.state().keySet())
          .contains(
              "model.stages.3.blocks.1.xca.qkv.weight", "model.stages.3.blocks.1.mlp.fc2.bias")
          .endsWith("model.head.norm.bias", "model.head.fc.weight", "model.head.fc.bias");
    }
  }

  /// Embedding and gradient of `Σ y_j U("r", j)`, from the references' networks in float64.
  @ParameterizedTest
  @CsvSource({
    "EdgeFace, 0.2046891 0.009920509 0.5672865 -0.3739238 -0.8662053 -0.5104762, 1.245934,"
        + " 13.50771, 23.80351, -1.202097, 249.1092",
    "edgeface_xs_gamma_06, 2.365014 1.574664 -1.007870 0.6353566 -1.918525 0.5408084, 0.3359552,"
        + " -16.85862, 22.58466, -7.642428, 261.2522",
    "edgeface_s_gamma_05, 0.1953274 -0.4790518 -0.06500339 0.7380887 -1.581192 -0.6551421,"
        + " -0.9181976, -32.52953, 24.96558, -3.632985, 343.1992",
    "edgeface_base, 0.3572604 -0.6577133 -0.08829090 -1.434550 -1.008035 0.7935262, 0.4837107,"
        + " 36.94406, 23.61774, -9.966888, 467.9683",
    "edgeface_xxs, 1.570910 -1.055174 -0.4348772 -0.4387515 -0.8917645 1.266415, 1.323924,"
        + " -35.20285, 21.97802, -5.139953, 242.9266"
  })
  void embeddingAndGradientAreTheReferences(
      String name, String first, double last, double sum, double l2, double loss, double norm) {
    try (Module net = network(name)) {
      HashFill.fill(net);
      net.train(false);
      float[] y;
      try (Graph graph = Graph.training(0)) {
        Var out = net.forward(graph.constant(image()));
        y = out.value().toFloats();
        graph.backward(out, Tensor.of(Device.cpu(), out.shape(), HashFill.values("r", 512, 1)));
      }

      assertThat(HashFill.l2(y)).isCloseTo(l2, within(1e-5 * l2));
      assertThat(HashFill.sum(y)).isCloseTo(sum, within(1e-4 * l2));
      String[] values = first.split(" ");
      for (int j = 0; j < values.length; j++) {
        assertThat((double) y[j]).isCloseTo(Double.parseDouble(values[j]), within(1e-5 * l2));
      }
      assertThat((double) y[511]).isCloseTo(last, within(1e-5 * l2));
      double product = 0;
      for (int j = 0; j < y.length; j++) {
        product += y[j] * HashFill.uniform("r", j);
      }
      assertThat(product).isCloseTo(loss, within(1e-4 * l2));
      assertThat(GradNorm.of(net.trained())).isCloseTo(norm, within(1e-4 * norm));
    }
  }

  @Test
  void activationsOfTheStagesAreTheReferences() {
    Map<String, double[]> expected =
        Map.of(
            "model.stem", new double[] {-199.1290, 140.4869},
            "model.stages.0.blocks.1", new double[] {-1000.821, 160.2709},
            "model.stages.1.blocks.1", new double[] {-527.2146, 101.5249},
            "model.stages.2.blocks.5", new double[] {175.4491, 86.10449},
            "model.stages.3.blocks.1", new double[] {-69.31938, 43.54605},
            "model.head.norm", new double[] {-5.170497, 13.01893});
    var found = new HashMap<String, float[]>();
    try (Module net = network("edgeface_xxs");
        Graph graph = Graph.inference()) {
      HashFill.fill(net);
      net.modules().forEach((path, m) -> m.observe(y -> found.put(path, y.value().toFloats())));
      net.forward(graph.constant(image()));
    }
    expected.forEach(
        (path, e) -> {
          assertThat(HashFill.l2(found.get(path))).as(path).isCloseTo(e[1], within(1e-5 * e[1]));
          assertThat(HashFill.sum(found.get(path))).as(path).isCloseTo(e[0], within(1e-4 * e[1]));
        });
  }

  @Test
  void weightsBeginAsPublished() {
    try (Module net = network("edgeface_xxs")) {
      float[] w = net.state().get("model.stages.3.blocks.0.mlp.fc1.weight").external();
      double rms = HashFill.l2(w) / Math.sqrt(w.length);

      assertThat(rms).isCloseTo(0.02 * 0.88, within(2e-4)); // of a normal cut off at 2
      for (float v : w) {
        assertThat(Math.abs(v)).isLessThanOrEqualTo(0.04f);
      }
      assertThat(net.state().get("model.stages.3.blocks.0.mlp.fc1.bias").external())
          .containsOnly(0);
      float[] fc = net.state().get("model.head.fc.weight").external();
      assertThat(HashFill.l2(fc) / Math.sqrt(fc.length))
          .isCloseTo(1 / Math.sqrt(3 * 168), within(1e-3)); // the framework's own
    }
  }

  @Test
  void unknownNamesAreRefused() {
    assertThatThrownBy(() -> EdgeNext.Config.of("edgeface_xl", 512))
        .hasMessage("[EdgeNext] no EdgeFace network is called edgeface_xl");
  }
}
