package org.kanface.autograd.custom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Gradcheck;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.Sum;
import org.kanface.kernels.Binary;
import org.kanface.kernels.Strided;
import org.kanface.tensor.Device;
import org.kanface.tensor.LeakCheck;
import org.kanface.tensor.Shape;
import org.kanface.tensor.ShapeException;
import org.kanface.tensor.Tensor;

/// An op of one's own, from public API alone.
class CustomOpTest {
  /// `y = x³`, `dx = 3 x² dy`; saves `x²`.
  private record Cube(Var x) implements Op {
    @Override
    public List<Var> inputs() {
      return List.of(x);
    }

    @Override
    public List<Var> reads() {
      return List.of();
    }

    @Override
    public Tensor forward(Frame f) {
      Tensor square = f.save(multiply(f, x.value(), x.value()));
      return multiply(f, square, x.value());
    }

    @Override
    public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
      Tensor dx = multiply(f, f.saved(0), dy);
      f.kernels().elementwise().affine(dx.numel(), 3, 0, dx.memory(), dx.memory());
      return Arrays.asList(dx);
    }

    private static Tensor multiply(Frame f, Tensor a, Tensor b) {
      Tensor y = f.empty(a.shape());
      var walk = Strided.of(y.shape().toArray(), a.layout().strides(), b.layout().strides());
      f.kernels().elementwise().binary(Binary.MULTIPLY, walk, a.memory(), b.memory(), y.memory());
      return y;
    }
  }

  /// Gives a gradient in the wrong shape.
  private record Broken(Var x) implements Op {
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
      return Arrays.asList(f.empty(Shape.of(7)));
    }
  }

  @Test
  void joinsTheGraph() {
    Device device = Device.reference();
    try (var _ = LeakCheck.on(device);
        Var x = Var.parameter("x", Tensor.ofDoubles(device, Shape.of(3), -1, 2, 3));
        Graph graph = Graph.training(0)) {
      Var y = Graph.apply(new Cube(x)).keep();
      graph.backward(Sum.all(y));
      assertThat(y.value().toDoubles()).containsExactly(-1, 8, 27);
      assertThat(x.grad().toDoubles()).containsExactly(3, 12, 27); // 3x²
    }
  }

  @Test
  void passesTheGradientCheck() {
    Gradcheck.check("cube", v -> Graph.apply(new Cube(v.get(0))), List.of(Shape.of(4, 5)), 1);
  }

  @Test
  void isNamedWhereItsGradientHasTheWrongShape() {
    Device device = Device.reference();
    try (Var x = Var.parameter("x", Tensor.ofDoubles(device, Shape.of(2), 1, 2));
        Graph graph = Graph.training(0)) {
      Var y = Sum.all(Graph.apply(new Broken(x)));
      assertThatThrownBy(() -> graph.backward(y))
          .isInstanceOf(ShapeException.class)
          .hasMessage("[broken] gradient of input 0 is [7], expected [2]");
    }
  }
}
