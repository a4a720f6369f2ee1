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

/// Mean over one axis, which goes away; that of an empty axis is 0. Gradient: `dy / n`, repeated
/// along that axis of `n` elements.
public record Mean(Var x, int axis) implements Op {
  public Mean {
    axis = x.shape().axis(axis);
  }

  public static Var of(Var x, int axis) {
    return Graph.apply(new Mean(x, axis));
  }

  /// The mean of all elements, a scalar.
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
    return Sum.over(f, x.value(), axis, scale());
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    try (Tensor scaled = f.empty(dy.shape())) {
      f.kernels().elementwise().affine(dy.numel(), scale(), 0, dy.memory(), scaled.memory());
      return Arrays.asList(Sum.spread(scaled, x.shape(), axis));
    }
  }

  private double scale() {
    return 1.0 / Math.max(1, x.dim(axis));
  }
}
