package org.kanface.autograd.op;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// The same elements in other sizes; a view, nothing is copied. Gradient: `dy` in the sizes of `x`.
public record Reshape(Var x, Shape shape) implements Op {
  public Reshape {
    Check.that(
        x.shape().numel() == shape.numel(),
        "reshape",
        "%s to %s: expected %d elements, got %d",
        x.shape(),
        shape,
        x.shape().numel(),
        shape.numel());
  }

  public static Var of(Var x, Shape shape) {
    return Graph.apply(new Reshape(x, shape));
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
    return x.value().reshape(shape);
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    return Arrays.asList(dy.reshape(x.shape()));
  }
}
