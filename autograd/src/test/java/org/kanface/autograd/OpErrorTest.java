package org.kanface.autograd;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kanface.autograd.op.Add;
import org.kanface.autograd.op.AveragePool;
import org.kanface.autograd.op.BSplineBasis;
import org.kanface.autograd.op.BatchNorm;
import org.kanface.autograd.op.Clamp;
import org.kanface.autograd.op.Concat;
import org.kanface.autograd.op.Convolution;
import org.kanface.autograd.op.CrossEntropy;
import org.kanface.autograd.op.DropPath;
import org.kanface.autograd.op.Dropout;
import org.kanface.autograd.op.GatherRows;
import org.kanface.autograd.op.GeluLinear;
import org.kanface.autograd.op.KanLayer;
import org.kanface.autograd.op.LayerNorm;
import org.kanface.autograd.op.Linear;
import org.kanface.autograd.op.Matmul;
import org.kanface.autograd.op.MaxPool;
import org.kanface.autograd.op.Permute;
import org.kanface.autograd.op.Prelu;
import org.kanface.autograd.op.Reshape;
import org.kanface.autograd.op.ScaleResidual;
import org.kanface.autograd.op.ScatterAddRows;
import org.kanface.autograd.op.Slice;
import org.kanface.autograd.op.Sum;
import org.kanface.kernels.DType;
import org.kanface.kernels.KanLinear;
import org.kanface.kernels.Spline;
import org.kanface.tensor.Device;
import org.kanface.tensor.LeakCheck;
import org.kanface.tensor.Shape;
import org.kanface.tensor.ShapeException;
import org.kanface.tensor.Tensor;

/// What each op says about operands that do not fit: its name, what came, what was expected.
class OpErrorTest {
  private static Arguments error(String message, Supplier<Var> wrong) {
    return Arguments.of(message, wrong);
  }

  private static Var v(long... dims) {
    Shape shape = Shape.of(dims);
    return Graph.current().constant(Tensor.zeros(Device.reference(), DType.F32, shape));
  }

  private static Tensor labels(long... values) {
    return Constants.labels(List.of(v(1)), values);
  }

  static Stream<Arguments> products() {
    return Stream.of(
        error(
            "[linear] x [2, 3], weight [5, 4]: expected the last axis of x to be the weight's"
                + " second",
            () -> Linear.of(v(2, 3), v(5, 4), null)),
        error(
            "[linear] weight [5, 3]: expected a bias of [5], got [3]",
            () -> Linear.of(v(2, 3), v(5, 3), v(3))),
        error(
            "[geluLinear] x [2, 3], weight [5, 4]: expected the last axis of x to be the weight's"
                + " second",
            () -> GeluLinear.of(v(2, 3), v(5, 4), null)),
        error(
            "[matmul] a [2, 3], b [4, 5]: expected b.dim(-2) to be 3, got 4",
            () -> Matmul.of(v(2, 3), v(4, 5), false, false)),
        error(
            "[matmul] a [2, 3]ᵀ, b [4, 5]ᵀ: expected b.dim(-1) to be 2, got 5",
            () -> Matmul.of(v(2, 3), v(4, 5), true, true)),
        error(
            "[matmul] a [2, 3, 4], b [3, 4, 5]: expected two axes or more each, the leading ones"
                + " equal",
            () -> Matmul.of(v(2, 3, 4), v(3, 4, 5), false, false)),
        error("[broadcast] [2, 3] with [2]: axis 1 is 3 and 2", () -> Add.of(v(2, 3), v(2))));
  }

  static Stream<Arguments> shapes() {
    return Stream.of(
        error(
            "[reshape] [2, 3] to [4]: expected 6 elements, got 4",
            () -> Reshape.of(v(2, 3), Shape.of(4))),
        error(
            "[permute] [2, 3] by [1, 1]: expected each of 2 axes once",
            () -> Permute.of(v(2, 3), 1, 1)),
        error(
            "[slice] [2, 3], axis 1, [2, 4): expected a range within [0, 3)",
            () -> Slice.of(v(2, 3), 1, 2, 4)),
        error("[shape] axis 2 of [2, 3]: no such axis", () -> Sum.of(v(2, 3), 2)),
        error("[concat] expected at least one tensor", () -> Concat.of(0, List.of())),
        error(
            "[concat] [2, 3] with [2, 4] along axis 0: expected equal sizes on all other axes",
            () -> Concat.of(0, List.of(v(2, 3), v(2, 4)))));
  }

  static Stream<Arguments> images() {
    return Stream.of(
        error(
            "[convolution] x [2, 3, 4], weight [1, 1, 1, 4]: expected [n, h, w, c] and"
                + " [o, kh, kw, c / groups]",
            () -> Convolution.of(v(2, 3, 4), v(1, 1, 1, 4), null, 1, 0, 1, 1)),
        error(
            "[convolution] x [1, 5, 5, 4], weight [6, 3, 3, 4], groups 2: expected c == groups *"
                + " weight's last axis and o a multiple of groups",
            () -> Convolution.of(v(1, 5, 5, 4), v(6, 3, 3, 4), null, 1, 0, 1, 2)),
        error(
            "[convolution] stride: expected a positive number, got 0",
            () -> Convolution.of(v(1, 5, 5, 4), v(6, 3, 3, 4), null, 0, 0, 1, 1)),
        error(
            "[convolution] x [1, 2, 2, 1], weight [1, 3, 3, 1], padding 0, dilation 1: the kernel"
                + " is larger than the padded image",
            () -> Convolution.of(v(1, 2, 2, 1), v(1, 3, 3, 1), null, 1, 0, 1, 1)),
        error(
            "[maxPool] padding: expected 0 … half the kernel's 3, got 2",
            () -> MaxPool.of(v(1, 5, 5, 1), 3, 1, 2)),
        error(
            "[averagePool] x [1, 2, 2, 1], kernel 3, padding 0: the window is larger than the"
                + " padded image",
            () -> AveragePool.of(v(1, 2, 2, 1), 3, 1, 0, true)));
  }

  static Stream<Arguments> layers() {
    return Stream.of(
        error(
            "[layerNorm] x [2, 3]: expected a weight of [3], got [2]",
            () -> LayerNorm.of(v(2, 3), v(2), null, 1e-6)),
        error(
            "[batchNorm] x [1, 3]: expected more than one value a channel in training",
            () -> BatchNorm.of(v(1, 3), null, null, v(3), v(3), 1e-5, 0.1, true)),
        error(
            "[batchNorm] x [2, 3]: expected a running mean of [3], got [4]",
            () -> BatchNorm.of(v(2, 3), null, null, v(4), v(3), 1e-5, 0.1, true)),
        error(
            "[scaleResidual] x [2, 3], residual [3]: expected equal shapes of one axis or more",
            () -> ScaleResidual.of(v(2, 3), v(3), v(3))),
        error(
            "[prelu] x [2, 3], weight [2]: expected one slope a channel (the last axis), or [1]",
            () -> Prelu.of(v(2, 3), v(2))),
        error("[dropout] p: expected 0 <= p < 1, got 1.0", () -> Dropout.of(v(2), 1)),
        error("[dropout] p: expected 0 <= p < 1, got -0.1", () -> DropPath.of(v(2), -0.1)),
        error("[clamp] expected low <= high, got 1.0 and -1.0", () -> Clamp.of(v(2), 1, -1)));
  }

  static Stream<Arguments> splines() {
    var spline = new Spline(2, 5, 3);
    return Stream.of(
        error(
            "[bSplineBasis] x [4, 3]: expected a last axis of 2 inputs",
            () -> BSplineBasis.of(v(4, 3), v(2, 12), spline)),
        error(
            "[bSplineBasis] knots [2, 11]: expected [2, 12] for grid size 5 and order 3",
            () -> BSplineBasis.of(v(4, 2), v(2, 11), spline)),
        error(
            "[kanLayer] coef [2, 7, 3]: expected [2, 8, out] for grid size 5 and order 3",
            () -> kan(spline, v(2, 7, 3), v(2, 3))),
        error(
            "[kanLayer] scaleBase [2, 4], scaleSpline [2, 4]: expected [2, 3] each",
            () -> kan(spline, v(2, 8, 3), v(2, 4))));
  }

  private static Var kan(Spline spline, Var coef, Var scale) {
    return KanLayer.of(v(4, 2), v(2, 12), coef, scale, scale, spline, KanLinear.Reduction.MEAN);
  }

  static Stream<Arguments> labelled() {
    return Stream.of(
        error(
            "[crossEntropy] scores [2, 3], labels [1]: expected [rows, cols] and [rows]",
            () -> CrossEntropy.of(v(2, 3), labels(0), 0)),
        error(
            "[crossEntropy] label 1: expected -1 … 2, got 3",
            () -> CrossEntropy.of(v(2, 3), labels(0, 3), 0)),
        error(
            "[crossEntropy] labels F32 on reference: expected I64 on reference",
            () -> CrossEntropy.of(v(2, 3), v(2).value(), 0)),
        error(
            "[gatherRows] index 0: expected 0 … 1, got -1",
            () -> GatherRows.of(v(2, 3), labels(-1))),
        error(
            "[scatterAddRows] x [2, 3], index [1], rows [2, 3]: expected [n, ...], [count] and"
                + " [count, ...]",
            () -> ScatterAddRows.of(v(2, 3), labels(0), v(2, 3))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"products", "shapes", "images", "layers", "splines", "labelled"})
  void namesTheOpAndBothShapes(String message, Supplier<Var> wrong) {
    try (var _ = LeakCheck.on(Device.reference());
        var _ = Graph.training(0)) {
      assertThatThrownBy(wrong::get).isInstanceOf(ShapeException.class).hasMessage(message);
    }
  }
}
