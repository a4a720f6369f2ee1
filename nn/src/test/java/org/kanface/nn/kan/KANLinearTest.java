package org.kanface.nn.kan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.nn.HashFill;
import org.kanface.nn.Init;
import org.kanface.nn.Parameter;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.ShapeException;
import org.kanface.tensor.Tensor;

/// A layer with 3 inputs, 2 outputs and 5 intervals against the reference's numbers.
class KANLinearTest {
  private static final float[] X = {
    -2.5f, -1, 0.3f, 1, 1.25f, -0.77f, 0, 2, -1.9f, 0.6f, -0.2f, 0.9999f
  };
  private static final float NEAR = 3e-7f;

  private static KANLinear layer(String device, Reduction reduction) {
    var layer =
        new KANLinear(Init.of(Device.of(device), 1), KANLinear.Config.of(3, 2, 5, 3, reduction));
    layer.coef().load(HashFill.values("kan.coef", 48, 1));
    layer.state().get("scale_base").load(HashFill.values("kan.scale_base", 6, 1));
    layer.state().get("scale_sp").load(HashFill.values("kan.scale_sp", 6, 1));
    return layer;
  }

  private static float[] forward(KANLinear layer, float... x) {
    Device device = layer.coef().var().value().device();
    try (Graph graph = Graph.inference()) {
      Var in = graph.constant(Tensor.of(device, Shape.of(x.length / 3, 3), x));
      return layer.forward(in).value().toFloats();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "reference"})
  void meanAndItsGradientsAreTheReferences(String device) {
    try (KANLinear layer = layer(device, Reduction.MEAN);
        Var x = Var.parameter("x", Tensor.of(Device.of(device), Shape.of(4, 3), X));
        Graph graph = Graph.training(0)) {
      Var y = layer.forward(x);
      near(
          y.value().toFloats(),
          0.041171614f,
          -0.10322794f,
          -0.18935595f,
          0.19846308f,
          -0.1119955f,
          0.21326418f,
          -0.14467013f,
          -0.085836321f);

      graph.backward(y, Tensor.of(Device.of(device), Shape.of(4, 2), HashFill.values("r", 8, 1)));

      near(
          x.grad().toFloats(),
          -0.0054604402f,
          -0.0018103232f,
          -0.014840397f,
          -0.021077422f,
          -0.024233669f,
          0.005915449f,
          -0.043835245f,
          -0.049431939f,
          -0.00034279225f,
          -0.002508668f,
          -0.0071627842f,
          0.067048497f);
      float[] dcoef = gradient(layer, "coef");
      assertThat(HashFill.l2(dcoef)).isCloseTo(0.031158092, within(1e-7));
      near(
          Arrays.copyOf(dcoef, 8),
          0,
          0,
          0.00023117271f,
          0.0053169732f,
          0.0031750805f,
          -0.0091124196f,
          -0.0052459785f,
          -0.00077602139f);
      near(
          gradient(layer, "scale_base"),
          -0.04157266f,
          -0.11489041f,
          0.11435699f,
          -0.27605331f,
          -0.07719487f,
          -0.0026678927f);
      near(
          gradient(layer, "scale_sp"),
          0.021964077f,
          0.046744786f,
          0.026676901f,
          0.018285386f,
          -0.059442677f,
          -0.040423706f);
    }
  }

  private static float[] gradient(KANLinear layer, String key) {
    Parameter p = layer.state().get(key);
    return p.externalOf(p.var().grad());
  }

  private static void near(float[] found, float... expected) {
    assertThat(found).containsExactly(expected, within(NEAR));
  }

  @Test
  void otherReductionsAreTheReferences() {
    try (KANLinear sum = layer("cpu", Reduction.SUM);
        KANLinear none = layer("cpu", Reduction.NONE)) {
      near(
          Arrays.copyOf(forward(sum, X), 6),
          0.12351485f,
          -0.3096838f,
          -0.56806785f,
          0.59538925f,
          -0.3359865f,
          0.63979256f);
      near(
          Arrays.copyOf(forward(none, X), 6),
          0.078426063f,
          -0.07246419f,
          0.1313373f,
          -0.15905184f,
          -0.086248517f,
          -0.078167781f);
    }
  }

  @Test
  void basisIsTheReferences() {
    float[] row = UniformGrid.knots(5, 3, -1, 1);
    var knots = new double[row.length];
    Arrays.setAll(knots, j -> row[j]);

    double[][] b = BSpline.basis(knots, 3, new double[] {-0.77f, 1.25f, 1, row[11], row[0]});

    assertThat(b[0])
        .containsExactly(
            new double[] {0.012794264, 0.43109629, 0.52442443, 0.031684905, 0, 0, 0, 0},
            within(2e-7));
    assertThat(b[1])
        .containsExactly(
            new double[] {0, 0, 0, 0, 0, 0.0087890597, 0.39811197, 0.55240893}, within(2e-7));
    assertThat(b[2])
        .containsExactly(new double[] {0, 0, 0, 0, 0, 1 / 6.0, 2 / 3.0, 1 / 6.0}, within(1e-6));
    assertThat(b[3]).containsOnly(0);
    assertThat(b[4]).containsOnly(0);
  }

  @Test
  void anEdgeIsWhatTheLayerComputes() {
    double[] points = {-3, -2.2f, -1.5, -1, -0.3, 0, 0.77, 1, 1.9, 2.2f, 4};
    try (KANLinear layer = layer("cpu", Reduction.NONE)) {
      for (int input = 0; input < 3; input++) {
        for (int output = 0; output < 2; output++) {
          KANLinear.Edge edge = layer.edge(input, output, points);
          for (int p = 0; p < points.length; p++) {
            var x = new float[3];
            x[input] = (float) points[p];
            float[] y = forward(layer, x); // [1, 3, 2]
            assertThat(edge.whole()[p]).isCloseTo(y[input * 2 + output], within(1e-6));
          }
        }
      }
    }
  }

  @Test
  void anEdgeThatDoesNotExistIsNamed() {
    try (KANLinear layer = layer("cpu", Reduction.MEAN)) {
      assertThatThrownBy(() -> layer.edge(3, 0, new double[1]))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("edge (3, 0) of 3 inputs and 2 outputs");
    }
  }
}
