package org.kanface.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.AdaptiveAveragePool;
import org.kanface.autograd.op.Add;
import org.kanface.autograd.op.Affine;
import org.kanface.autograd.op.AveragePool;
import org.kanface.autograd.op.BSplineBasis;
import org.kanface.autograd.op.BatchNorm;
import org.kanface.autograd.op.Clamp;
import org.kanface.autograd.op.Concat;
import org.kanface.autograd.op.Convolution;
import org.kanface.autograd.op.Divide;
import org.kanface.autograd.op.Elementwise;
import org.kanface.autograd.op.KanLayer;
import org.kanface.autograd.op.L2Normalize;
import org.kanface.autograd.op.LayerNorm;
import org.kanface.autograd.op.LogSoftmax;
import org.kanface.autograd.op.Matmul;
import org.kanface.autograd.op.MaxPool;
import org.kanface.autograd.op.Mean;
import org.kanface.autograd.op.Multiply;
import org.kanface.autograd.op.Permute;
import org.kanface.autograd.op.Prelu;
import org.kanface.autograd.op.Reshape;
import org.kanface.autograd.op.Slice;
import org.kanface.autograd.op.Softmax;
import org.kanface.autograd.op.Subtract;
import org.kanface.autograd.op.Sum;
import org.kanface.data.load.Normalization;
import org.kanface.kernels.DType;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.kernels.Spline;
import org.kanface.kernels.Unary;
import org.kanface.nn.Module;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Each op's nodes, run by ONNX Runtime with another batch than was traced, against the op.
class OnnxOpsTest {
  private static final int SIDE = 6; // of the images that every case reads: [n, 6, 6, 3]
  private static final int BATCH = 3;

  @TempDir private Path folder;

  private record Case(String name, Function<Var, Var> body) {
    @Override
    public String toString() {
      return name;
    }
  }

  /// `[n, 6, 6, 3]` in [-1, 1].
  private static float[] pixels() {
    var random = new Random(3);
    var out = new float[BATCH * SIDE * SIDE * 3];
    for (int i = 0; i < out.length; i++) {
      out[i] = random.nextInt(256);
    }
    return out;
  }

  private static Var values(Shape shape, double low, double high) {
    var random = new Random(shape.numel());
    var out = new float[Math.toIntExact(shape.numel())];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) (low + (high - low) * random.nextDouble());
    }
    return Graph.current().constant(Tensor.of(Device.cpu(), shape, out));
  }

  private static Var values(long... dims) {
    return values(Shape.of(dims), -1, 1);
  }

  private static Var tokens(Var x) {
    return Reshape.of(x, Shape.of(x.dim(0), 36, 3));
  }

  /// A map that is there with channels first.
  private static Var convolved(Var x) {
    return Convolution.of(x, values(5, 3, 3, 3), values(5), 1, 1, 1, 1);
  }

  private static Var vectors(Var x) {
    return Mean.of(tokens(x), 1);
  }

  private static Var kan(Var x, int order, Reduction reduction) {
    var spline = new Spline(3, 4, order);
    return KanLayer.of(
        x,
        knots(spline),
        values(3, spline.basis(), 7),
        values(3, 7),
        values(3, 7),
        spline,
        reduction);
  }

  /// Other knots for each input; pixels hit some of them exactly, and some coincide.
  private static Var knots(Spline spline) {
    var out = new float[3 * spline.knots()];
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < spline.knots(); j++) {
        int step = i == 2 && j == 3 ? 4 : j;
        float at = (step - spline.order()) * 2f / spline.gridSize() - 1;
        out[i * spline.knots() + j] = at * (i + 1);
      }
    }
    return Graph.current().constant(Tensor.of(Device.cpu(), Shape.of(3, spline.knots()), out));
  }

  private static BatchNorm norm(Var x) {
    long c = x.dim(-1);
    return new BatchNorm(
        x, null, values(c), values(c), values(Shape.of(c), 0.5, 2), 1e-3, 0, false);
  }

  static Stream<Case> cases() {
    Stream<Case> unary =
        Stream.of(Unary.values())
            .map(
                f ->
                    new Case(
                        "unary " + f, // of positive numbers, for the root and the logarithm
                        x -> Elementwise.of(f, Affine.of(x, f == Unary.LOG ? 0.4 : 1, 1.1))));
    Stream<Case> splines =
        Stream.of(0, 1, 2, 3, 5)
            .flatMap(
                k ->
                    Stream.of(
                        new Case(
                            "basis " + k,
                            x -> {
                              var s = new Spline(3, 4, k);
                              return BSplineBasis.of(x, knots(s), s);
                            }),
                        new Case("kan mean " + k, x -> kan(vectors(x), k, Reduction.MEAN)),
                        new Case("kan sum, any rank " + k, x -> kan(x, k, Reduction.SUM)),
                        new Case("kan none " + k, x -> kan(vectors(x), k, Reduction.NONE)),
                        new Case(
                            "kan none, any rank " + k, x -> kan(tokens(x), k, Reduction.NONE))));
    Stream<Case> others =
        Stream.of(
            new Case("add, broadcast", x -> Add.of(convolved(x), values(6, 6, 1))),
            new Case("subtract, inside and outside", x -> Subtract.of(Affine.of(x, 2, 1), x)),
            new Case("multiply a row", x -> Multiply.of(values(5), convolved(x))),
            new Case("divide", x -> Divide.of(convolved(x), values(Shape.of(6, 1), 1, 2))),
            new Case("tokens plus a map", x -> Add.of(tokens(x), values(1, 36, 3))),
            new Case("clamp", x -> Clamp.of(convolved(x), -0.2, 0.3)),
            new Case("prelu", x -> Prelu.of(convolved(x), values(5))),
            new Case("prelu, one slope", x -> Prelu.of(vectors(x), values(1))),
            new Case("softmax", x -> Softmax.of(convolved(x))),
            new Case("logSoftmax", x -> LogSoftmax.of(x)),
            new Case(
                "layerNorm without weights", x -> LayerNorm.of(convolved(x), null, null, 1e-4)),
            new Case("l2Normalize", x -> L2Normalize.of(tokens(x), 1, 1e-12)),
            new Case("l2Normalize of zeros", x -> L2Normalize.of(Affine.of(x, 0, 0), 3, 1e-12)),
            new Case("sum", x -> Sum.of(x, 2)),
            new Case("mean of channels", x -> Mean.of(convolved(x), 3)),
            new Case("matmul", x -> Matmul.of(tokens(x), tokens(x), true, false)),
            new Case("matmul, transposed", x -> Matmul.of(tokens(x), tokens(x), false, true)),
            new Case("permute", x -> Permute.of(x, 0, 2, 3, 1)),
            new Case(
                "flatten", x -> Reshape.of(Permute.of(convolved(x), 0, 3, 1, 2), flat(x, 180))),
            new Case("slice of channels", x -> Slice.of(convolved(x), 3, 1, 4)),
            new Case("slice of rows", x -> Slice.of(x, 1, 2, 5)),
            new Case(
                "concat",
                x -> Concat.of(3, List.of(convolved(x), Affine.of(x, 2, 0), convolved(x)))),
            new Case("concat of vectors", x -> Concat.of(1, List.of(vectors(x), vectors(x)))),
            new Case("strided, grouped", x -> strided(convolved(x))),
            new Case("maxPool", x -> MaxPool.of(x, 3, 2, 1)),
            new Case("maxPool, ceil", x -> Graph.apply(new MaxPool(x, 3, 2, 0, true))),
            new Case("averagePool", x -> AveragePool.of(x, 3, 2, 1, true)),
            new Case("averagePool inside", x -> AveragePool.of(x, 3, 2, 1, false)),
            new Case("global mean", x -> Reshape.of(AdaptiveAveragePool.of(x, 1, 1), flat(x, 3))),
            new Case("adaptive", x -> AdaptiveAveragePool.of(x, 4, 5)),
            new Case("batchNorm", x -> Graph.apply(norm(convolved(x)))),
            new Case("batchNorm of tokens", x -> Graph.apply(norm(tokens(x)))),
            new Case("batchNorm of vectors", x -> Graph.apply(norm(vectors(x)))));
    return Stream.of(unary, splines, others).flatMap(s -> s);
  }

  private static Shape flat(Var x, long size) {
    return Shape.of(x.dim(0), size);
  }

  private static Var strided(Var x) { // [n, 6, 6, 5]
    return Convolution.of(x, values(10, 3, 3, 1), null, 2, 2, 2, 5);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void nodesComputeWhatTheOpDoes(Case c) {
    assumeTrue(OnnxModel.isSupported(), "ONNX Runtime is not on the class path");
    Path file = folder.resolve("op.onnx");
    write(file, c.body);
    float[] expected;
    float[] x = pixels();
    try (Graph graph = Graph.inference()) {
      var images = new float[x.length];
      for (int i = 0; i < x.length; i++) {
        images[i] = (x[i] - 127.5f) * (1 / 127.5f);
      }
      Shape shape = Shape.of(BATCH, SIDE, SIDE, 3);
      Var in = graph.constant(Tensor.of(Device.cpu(), shape, images));
      expected = c.body.apply(in).value().toFloats();
    }
    float[] found;
    try (OnnxRuntime.Session session = OnnxRuntime.open(file)) {
      found = session.run(OnnxExport.INPUT, planes(x), BATCH, 3, SIDE, SIDE);
    }

    assertThat(found).hasSameSizeAs(expected);
    float scale = 1e-6f;
    for (float v : expected) {
      scale = Math.max(scale, Math.abs(v));
    }
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).as("element %d", i).isCloseTo(expected[i], offset(2e-6f * scale));
    }
  }

  /// What is no network's output alone, and what mixes the images of a batch, is refused.
  @Test
  void refusesWhatHasNoCounterpart() {
    Path file = folder.resolve("refused.onnx");
    assertThatThrownBy(() -> write(file, x -> Sum.of(x, 0)))
        .isInstanceOf(OnnxException.class)
        .hasMessage("cannot export sum → [6, 6, 3]: its first axis is not the batch of 2 images");
    assertThatThrownBy(() -> write(file, x -> Graph.apply(trainingNorm(x))))
        .isInstanceOf(OnnxException.class)
        .hasMessage("cannot export batch norm in training: evaluation is exported");
  }

  private static BatchNorm trainingNorm(Var x) {
    return new BatchNorm(x, null, null, values(3), values(3), 1e-3, 0.1, true);
  }

  private static void write(Path file, Function<Var, Var> body) {
    var module =
        new Module() {
          @Override
          protected Var compute(Var x) {
            return body.apply(x);
          }
        };
    Tensor images = Tensor.zeros(Device.cpu(), DType.F32, Shape.of(2, SIDE, SIDE, 3));
    OnnxExport.write(file, module, images, Normalization.standard(), Map.of());
  }

  /// NHWC to NCHW.
  private static FloatBuffer planes(float[] x) {
    var out = new float[x.length];
    int area = SIDE * SIDE;
    for (int i = 0; i < x.length; i++) {
      int image = i / (3 * area);
      out[(image * 3 + i % 3) * area + i / 3 % area] = x[i];
    }
    return FloatBuffer.wrap(out);
  }
}
