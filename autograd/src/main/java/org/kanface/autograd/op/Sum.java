package org.kanface.autograd.op;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Sum over one axis, which goes away. Gradient: `dy`, repeated along that axis.
public record Sum(Var x, int axis) implements Op {
  public Sum {
    axis = x.shape().axis(axis);
  }

  public static Var of(Var x, int axis) {
    return Graph.apply(new Sum(x, axis));
  }

  /// The sum of all elements, a scalar.
  public static Var all(Var x) {
    return of(Reshape.of(x, Shape.of(x.shape().numel())), 0);
  }

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
    return over(f, x.value(), axis, 1);
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    return Arrays.asList(spread(dy, x.shape(), axis));
  }

  /// `scale` times the sum over an axis, without that axis.
  static Tensor over(Frame f, Tensor x, int axis, double scale) {
    Shape s = x.shape();
    Tensor y = f.empty(s.without(axis));
    f.kernels()
        .reduce()
        .sum(
            s.span(0, axis),
            s.dim(axis),
            s.span(axis + 1, s.rank()),
            scale,
            x.memory(),
            y.memory());
    return y;
  }

  /// `dy` repeated along an axis that it lacks.
  static Tensor spread(Tensor dy, Shape shape, int axis) {
    try (Tensor column = dy.reshape(shape.with(axis, 1));
        Tensor repeated = column.broadcastTo(shape)) {
      return repeated.contiguous();
    }
  }
}
