package org.kanface.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.kanface.autograd.op.Add;
import org.kanface.autograd.op.Dropout;
import org.kanface.autograd.op.Elementwise;
import org.kanface.autograd.op.Linear;
import org.kanface.autograd.op.Multiply;
import org.kanface.autograd.op.Sum;
import org.kanface.kernels.Unary;
import org.kanface.tensor.Device;
import org.kanface.tensor.LeakCheck;
import org.kanface.tensor.Shape;
import org.kanface.tensor.ShapeException;
import org.kanface.tensor.Tensor;

class GraphTest {
  private static final Device DEVICE = Device.reference();

  private LeakCheck leaks = LeakCheck.on(DEVICE);
  private Var x = scalar(2);

  @BeforeEach
  void begin() {
    x.close();
    leaks = LeakCheck.on(DEVICE);
    x = scalar(2);
  }

  @AfterEach
  void nothingLeaks() {
    x.close();
    leaks.close();
  }

  private static Var scalar(double value) {
    return Var.parameter("x", Tensor.ofDoubles(DEVICE, Shape.SCALAR, value));
  }

  private static Var constant(double... values) {
    return Graph.current().constant(Tensor.ofDoubles(DEVICE, Shape.of(values.length), values));
  }

  @Test
  void addsUpGradientsOverSharedSubexpressions() {
    try (Graph graph = Graph.training(1)) {
      Var square = Multiply.of(x, x);
      graph.backward(Add.of(Multiply.of(square, x), Add.of(square, square)));
    }
    // y = x³ + 2x², dy/dx = 3x² + 4x
    assertThat(x.grad().item()).isEqualTo(20);
  }

  @Test
  void addsUpGradientsOverSteps() {
    for (int step = 1; step <= 3; step++) {
      try (Graph graph = Graph.training(step)) {
        graph.backward(Multiply.of(x, x));
      }
      assertThat(x.grad().item()).isEqualTo(4.0 * step); // dy/dx = 2x
    }
    x.zeroGrad();
    assertThat(x.hasGrad()).isFalse();
  }

  @Test
  void doesNotWriteIntoAGradientThatTwoParametersShare() {
    try (Var y = scalar(3)) {
      for (int step = 0; step < 2; step++) {
        try (Graph graph = Graph.training(0)) {
          graph.backward(Add.of(Add.of(x, y), x)); // Add hands dy itself to its inputs
        }
      }
      assertThat(x.grad().item()).isEqualTo(4);
      assertThat(y.grad().item()).isEqualTo(2);
    }
  }

  @Test
  void leavesOnlyParametersAndGradientsAlive() {
    long before = leaks.newBlocks();
    try (Graph graph = Graph.training(1)) {
      Var h = Elementwise.silu(Multiply.of(x, constant(1, 2, 3)));
      graph.backward(Sum.all(h));
      assertThat(leaks.newBlocks()).isEqualTo(before + 3); // the constant, the loss, dx
    }
    assertThat(leaks.newBlocks()).isEqualTo(before + 1);
  }

  @Test
  void aSecondStepAllocatesNoNativeBlock() {
    var blocks = new ArrayList<Long>();
    for (int step = 0; step < 4; step++) {
      try (Graph graph = Graph.training(step)) {
        Var h = Multiply.of(x, constant(new double[1021]));
        h = Dropout.of(Elementwise.gelu(h), 0.5);
        graph.backward(Sum.all(Multiply.of(h, h)));
      }
      x.zeroGrad();
      blocks.add(DEVICE.pool().stats().nativeBlocks());
    }
    assertThat(blocks.subList(1, 4)).containsOnly(blocks.getFirst());
  }

  @Test
  void freesEverythingWithoutABackwardPass() {
    try (Graph graph = Graph.training(1)) {
      assertThat(graph.isRecording()).isTrue();
      Sum.all(Elementwise.gelu(Multiply.of(x, constant(1, 2))));
    }
    assertThat(leaks.newBlocks()).isEqualTo(1);
  }

  @Test
  void freesValuesOnceTheBackwardPassIsThroughThemUnlessKept() {
    try (Graph graph = Graph.training(1)) {
      Var a = Multiply.of(x, constant(1, 2));
      Var b = Elementwise.silu(a).keep();
      graph.backward(Sum.all(b));
      assertThat(b.value().numel()).isEqualTo(2);
      assertThatThrownBy(a::value)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("[multiply] [2]: the value was freed; keep() it to read it later");
    }
  }

  @Test
  void localKeepsTheResultAndWhatGradientsRead() {
    try (Graph graph = Graph.training(1)) {
      var inside = new Var[3];
      Var y =
          Graph.local(
              () -> {
                inside[0] = Add.of(x, constant(1, 2)); // read by the gradient of square
                inside[1] = Elementwise.of(Unary.SQUARE, inside[0]); // read by nobody
                inside[2] = Add.of(inside[1], inside[1]); // the result
                return inside[2];
              });
      assertThat(Arrays.stream(inside).map(Var::hasValue)).containsExactly(true, false, true);
      graph.backward(Sum.all(y));
    }
    assertThat(x.grad().item()).isEqualTo(28); // y = 2 Σ (x + c)², dy/dx = 4 Σ (x + c)
  }

  @Test
  void localFreesAllButTheResultWithoutRecording() {
    try (Graph graph = Graph.inference()) {
      assertThat(graph.isRecording()).isFalse();
      long before = leaks.newBlocks();
      Var y =
          Graph.local(() -> Elementwise.gelu(Elementwise.silu(Multiply.of(x, constant(1, 2, 3)))));
      assertThat(y.value().numel()).isEqualTo(3);
      assertThat(leaks.newBlocks()).isEqualTo(before + 1);
    }
  }

  @Test
  void inferenceGivesTheSameValuesAndNoGradient() {
    double trained;
    try (Graph graph = Graph.training(1)) {
      trained = Elementwise.gelu(x).value().item();
      assertThat(graph.isRecording()).isTrue();
    }
    try (Graph graph = Graph.inference()) {
      Var y = Elementwise.gelu(x);
      assertThat(y.value().item()).isEqualTo(trained);
      assertThat(y.requiresGrad()).isFalse();
      assertThatThrownBy(() -> graph.backward(y))
          .isInstanceOf(ShapeException.class)
          .hasMessage("[backward] gelu [] depends on no parameter of a recording graph");
    }
  }

  @Test
  void theInnermostGraphIsTheCurrentOne() {
    try (Graph outer = Graph.training(1)) {
      try (Graph inner = Graph.inference()) {
        assertThat(Graph.current()).isSameAs(inner);
        assertThat(Elementwise.silu(x).requiresGrad()).isFalse();
      }
      assertThat(Graph.current()).isSameAs(outer);
      graphsOwnOnlyTheirOwn(outer);
    }
    assertThatThrownBy(Graph::current)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("no graph is open: wrap the work in try (Graph graph = ");
  }

  private void graphsOwnOnlyTheirOwn(Graph outer) {
    Var y = Multiply.of(x, x);
    try (Graph inner = Graph.training(2)) {
      inner.backward(Multiply.of(x, x));
    }
    assertThat(y.value().item()).isEqualTo(4);
    outer.backward(y);
    assertThat(x.grad().item()).isEqualTo(8);
  }

  @Test
  void aBranchThatTheLossDoesNotReachGetsNothing() {
    try (Var unused = scalar(1);
        Graph graph = Graph.training(1)) {
      Elementwise.gelu(unused);
      graph.backward(Elementwise.of(Unary.SQUARE, x));
      assertThat(unused.hasGrad()).isFalse();
      assertThatThrownBy(unused::grad)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("[x] [] has no gradient");
    }
  }

  @Test
  void aGraphIsWalkedOnce() {
    try (Graph graph = Graph.training(1)) {
      Var y = Multiply.of(x, x);
      graph.backward(y);
      assertThatThrownBy(() -> graph.backward(y))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("[backward] this graph was walked already");
    }
  }

  @Test
  void backwardStartsAtAScalarOrAGivenGradient() {
    try (Graph graph = Graph.training(1)) {
      Var y = Multiply.of(x, constant(1, 2, 3));
      assertThatThrownBy(() -> graph.backward(y))
          .isInstanceOf(ShapeException.class)
          .hasMessage("[backward] [3]: expected a scalar");
      try (Tensor dy = Tensor.ofDoubles(DEVICE, Shape.of(2), 1, 1)) {
        assertThatThrownBy(() -> graph.backward(y, dy))
            .isInstanceOf(ShapeException.class)
            .hasMessage("[backward] [3]: gradient is [2]");
      }
      graph.backward(y, Tensor.ofDoubles(DEVICE, Shape.of(3), 1, 10, 100));
    }
    assertThat(x.grad().item()).isEqualTo(321);
  }

  @Test
  void drawsEachRandomStreamOnce() {
    try (Graph graph = Graph.training(7)) {
      assertThat(graph.seed()).isEqualTo(7);
      assertThat(List.of(graph.nextStream(), graph.nextStream())).containsExactly(0L, 1L);
      assertThat(graph.stream()).isEqualTo(2);
    }
  }

  @Test
  void namesTheFirstValueThatIsNotFinite() {
    try (Graph graph = Graph.training(1)) {
      Var zero = Multiply.of(x, constant(0, 1));
      assertThat(graph.firstNonFinite()).isEmpty();
      Elementwise.of(Unary.LOG, zero);
      Elementwise.of(Unary.EXP, zero);
      assertThat(graph.firstNonFinite()).contains("op log → [2], at parameter x");
    }
  }

  @Test
  void namesTheParameterThatIsNotFinite() {
    try (Var w = Var.parameter("head.weight", Tensor.ofDoubles(DEVICE, Shape.of(1, 1), 1 / 0.0));
        Graph graph = Graph.training(1)) {
      Linear.of(constant(1), w, null);
      assertThat(graph.firstNonFinite()).contains("parameter head.weight [1, 1]");
    }
  }
}
