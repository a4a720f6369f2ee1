package org.kanface.autograd;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

class GradcheckTest {
  @ParameterizedTest
  @MethodSource("org.kanface.autograd.OpCase#differentiable")
  void gradientMatchesFiniteDifferences(OpCase c) {
    Gradcheck.check(c.name(), c.op(), c.inputs(), c.values(), c.seed());
  }

  /// `y = x`, with a gradient that is off by 10 %.
  private record Wrong(Var x) implements Op {
    @Override
    public List<Var> inputs() {
      return List.of(x);
    }

    @Override
    public Tensor forward(Frame f) {
      return x.value().retain();
    }

    @Override
    public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
      Tensor dx = f.empty(x.shape());
      f.kernels().elementwise().affine(dx.numel(), 1.1, 0, dy.memory(), dx.memory());
      return List.of(dx);
    }
  }

  @Test
  void namesTheFirstElementOfAWrongGradient() {
    assertThatThrownBy(
            () ->
                Gradcheck.check(
                    "wrong", v -> Graph.apply(new Wrong(v.get(0))), List.of(Shape.of(2)), 1))
        .isInstanceOf(AssertionError.class)
        .hasMessageMatching("wrong: d/dx0\\[0\\] analytic -?\\d\\.\\d{8}, numeric -?\\d\\.\\d{8}");
  }
}
