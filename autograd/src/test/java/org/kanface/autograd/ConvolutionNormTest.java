package org.kanface.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kanface.autograd.op.BatchNorm;
import org.kanface.autograd.op.BatchNorm.Rectifier;
import org.kanface.autograd.op.Convolution;
import org.kanface.autograd.op.ConvolutionNorm;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.ShapeException;
import org.kanface.tensor.Tensor;

/// [ConvolutionNorm] against the two ops that it stands for.
class ConvolutionNormTest {
  private static final Device DEVICE = Device.of("cpu");

  @ParameterizedTest
  @CsvSource({
    "3, 1, 14, 32, 64, 1", // Winograd's method
    "3, 1, 5, 7, 33, 1",
    "3, 2, 9, 16, 17, 1",
    "1, 1, 7, 64, 128, 1", // few pixels: computed turned
    "1, 1, 40, 8, 40, 1", // many
    "3, 1, 6, 12, 10, 2",
    "3, 1, 11, 18, 18, 18", // depthwise
    "7, 1, 1, 64, 8, 1" // a deep sum of few outputs, cut
  })
  void isTheTwoOpsToTheBit(int kernel, int stride, int side, int in, int out, long groups) {
    var random = new Random(1);
    try (Graph graph = Graph.inference()) {
      Var x = of(random, 2, side, side, in);
      Var w = of(random, out, kernel, kernel, in / groups);
      Var[] columns = new Var[5];
      for (int i = 0; i < columns.length; i++) {
        columns[i] = of(random, out);
      }
      Var variance = graph.constant(Tensor.of(DEVICE, Shape.of(out), positive(random, out)));
      for (Rectifier r : new Rectifier[] {null, new Rectifier(null), new Rectifier(columns[4])}) {
        var convolution = new Convolution(x, w, columns[3], stride, kernel / 2, 1, groups);
        Var z = Graph.apply(convolution);
        Var apart =
            BatchNorm.of(z, columns[0], columns[1], columns[2], variance, 1e-5, 0.1, false, r);
        Var joined =
            ConvolutionNorm.of(convolution, columns[0], columns[1], columns[2], variance, 1e-5, r);
        assertThat(joined.value().toFloats()).isEqualTo(apart.value().toFloats());
      }
    }
  }

  @Test
  void isForInferenceAlone() {
    try (Graph graph = Graph.training(1)) {
      Var one = graph.constant(Tensor.of(DEVICE, Shape.of(1), 1));
      var convolution = new Convolution(pixel(graph), pixel(graph), null, 1, 0, 1, 1);
      assertThatThrownBy(() -> ConvolutionNorm.of(convolution, one, one, one, one, 1e-5, null))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("[convolutionNorm] for inference alone");
    }
  }

  @Test
  void columnsThatDoNotFitAreNamed() {
    try (Graph graph = Graph.inference()) {
      Var one = graph.constant(Tensor.of(DEVICE, Shape.of(1), 1));
      Var two = graph.constant(Tensor.of(DEVICE, Shape.of(2), 1, 2));
      var convolution = new Convolution(pixel(graph), pixel(graph), null, 1, 0, 1, 1);
      assertThatThrownBy(() -> ConvolutionNorm.of(convolution, one, one, two, one, 1e-5, null))
          .isInstanceOf(ShapeException.class)
          .hasMessage("[convolutionNorm] running mean: expected [1], got [2]");
    }
  }

  private static Var pixel(Graph graph) {
    return graph.constant(Tensor.of(DEVICE, Shape.of(1, 1, 1, 1), 3));
  }

  private static Var of(Random random, long... dims) {
    Shape shape = Shape.of(dims);
    var values = new float[Math.toIntExact(shape.numel())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Graph.current().constant(Tensor.of(DEVICE, shape, values));
  }

  private static float[] positive(Random random, int count) {
    var values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = 0.5f + random.nextFloat();
    }
    return values;
  }
}
