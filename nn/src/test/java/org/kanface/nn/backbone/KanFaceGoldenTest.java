package org.kanface.nn.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.nn.HashFill;
import org.kanface.nn.Init;
import org.kanface.nn.Parameter;
import org.kanface.nn.optim.GradNorm;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Embeddings and gradients of whole networks against the reference's, computed there in float64.
class KanFaceGoldenTest {
  private static final double EMBEDDING = 1e-5; // relative L2, float32 against float64
  private static final double GRADIENT = 1e-4;

  private static KanFace network(double ratio, int gridSize) {
    var net = new KanFace(Init.of(Device.cpu(), 1), KanFace.Config.of(ratio, gridSize));
    HashFill.fill(net);
    return net;
  }

  private static Tensor image() {
    return Tensor.of(Device.cpu(), Shape.of(1, 112, 112, 3), HashFill.image(112));
  }

  private static float[] embed(KanFace net) {
    try (Graph graph = Graph.inference()) {
      return net.forward(graph.constant(image())).value().toFloats();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0.6, 15, -0.003568900, 0.2893216, -0.0008729237 -0.01122423 0.004591624 0.009533248"
        + " 0.0007421247 -0.01576119, -0.008842111, 0.01523609",
    "0.6, 25, -0.01592547, 0.2871173, -0.001142542 -0.009226074 0.002394957 0.008788208"
        + " 0.003852499 -0.01563464, -0.00831182, 0.008172451",
    "0.5, 15, -0.09192197, 0.2357164, -0.005800085 0.001225598 -0.009898024 0.004575763"
        + " 0.004275243 0.01801374, 0.02042773, -0.05004842"
  })
  void embeddingIsTheReferences(
      double ratio, int gridSize, double sum, double l2, String first, double last, double loss) {
    try (KanFace net = network(ratio, gridSize)) {
      float[] y = embed(net);

      double near = EMBEDDING * l2;
      assertThat(HashFill.l2(y)).isCloseTo(l2, within(near));
      assertThat(HashFill.sum(y)).isCloseTo(sum, within(10 * near));
      String[] values = first.split(" +");
      for (int j = 0; j < values.length; j++) {
        assertThat((double) y[j]).isCloseTo(Double.parseDouble(values[j]), within(near));
      }
      assertThat((double) y[511]).isCloseTo(last, within(near));
      double product = 0;
      for (int j = 0; j < y.length; j++) {
        product += y[j] * HashFill.uniform("r", j);
      }
      assertThat(product).isCloseTo(loss, within(10 * near));
    }
  }

  /// Sum and L2 norm of some activations, ratio 0.6.
  @Test
  void activationsAreTheReferences() {
    Map<String, double[]> expected =
        Map.of(
            "downsample_layers.0.0", new double[] {175.1272, 96.32348},
            "downsample_layers.0", new double[] {-17.84262, 161.8658},
            "stages.0.0", new double[] {-298.6142, 176.1916},
            "stages.0.2", new double[] {-131.8655, 193.7301},
            "stages.1.2.xca", new double[] {78.04255, 31.42211},
            "stages.1.2", new double[] {394.8522, 134.2097},
            "stages.2.8", new double[] {286.8696, 102.4773},
            "downsample_layers.3", new double[] {-88.32907, 42.65803},
            "stages.3.2", new double[] {-78.20669, 49.10704},
            "norm", new double[] {-0.4584273, 13.84226});
    var found = new HashMap<String, float[]>();
    try (KanFace net = network(0.6, 15)) {
      net.modules().forEach((path, m) -> m.observe(y -> found.put(path, y.value().toFloats())));
      embed(net);
    }

    expected.forEach(
        (path, e) -> {
          assertThat(HashFill.l2(found.get(path))).as(path).isCloseTo(e[1], within(1e-5 * e[1]));
          assertThat(HashFill.sum(found.get(path))).as(path).isCloseTo(e[0], within(1e-4 * e[1]));
        });
  }

  @ParameterizedTest
  @CsvSource({
    "0.6, 15, 5.483093",
    "0.6, 25, 7.242071",
    "0.5, 15, 4.666678",
  })
  void gradientNormIsTheReferences(double ratio, int gridSize, double norm) {
    try (KanFace net = network(ratio, gridSize)) {
      backward(net);
      assertThat(GradNorm.of(net.trained())).isCloseTo(norm, within(GRADIENT * norm));
      if (ratio == 0.6 && gridSize == 15) {
        checkGradients(net);
      }
    }
  }

  private static void backward(KanFace net) {
    try (Graph graph = Graph.training(0)) {
      Var y = net.forward(graph.constant(image()));
      graph.backward(y, Tensor.of(Device.cpu(), y.shape(), HashFill.values("r", 512, 1)));
    }
  }

  /// L2 norm and first element.
  private static void checkGradients(KanFace net) {
    gradient(net, "downsample_layers.0.0.weight", 0.7678724, 0.01253674);
    gradient(net, "stages.0.0.dwconv.weight", 0.08529923, -0.005453543);
    gradient(net, "stages.0.0.gamma", 0.07255603, -0.001496212);
    gradient(net, "stages.1.2.convs.0.weight", 0.05978252, 0.001215904);
    gradient(net, "stages.1.2.pos_embd.token_projection.weight", 0.2663916, 0.001623389);
    gradient(net, "stages.1.2.gamma_xca", 0.01138188, -0.0006733717);
    gradient(net, "stages.1.2.xca.temperature", 0.0006751793, -0.0003181843);
    gradient(net, "stages.1.2.xca.qkv.linear1.weight", 0.05897343, 0.0002089212);
    gradient(net, "stages.2.8.convs.1.bias", 0.01905188, -0.0002079398);
    gradient(net, "stages.2.8.pwconv2.linear2.bias", 0.07997301, -0.004139643);
    gradient(net, "stages.3.2.norm.weight", 0.03160202, -0.0005222252);
    gradient(net, "stages.3.2.xca.proj.linear1.weight", 0.02383729, 1.578891e-05);
    gradient(net, "norm.weight", 0.1562155, 0.005184743);
    gradient(net, "head.coef", 0.08447305, 0);
    gradient(net, "head.scale_base", 0.2803676, 0.0001881325);
    gradient(net, "head.scale_sp", 0.04230565, -5.241534e-05);
  }

  private static void gradient(KanFace net, String key, double l2, double first) {
    Parameter p = net.state().get(key);
    float[] g = p.externalOf(p.var().grad());

    assertThat(HashFill.l2(g)).as(key).isCloseTo(l2, within(GRADIENT * l2));
    assertThat((double) g[0]).as(key + "[0]").isCloseTo(first, within(GRADIENT * l2));
  }
}
