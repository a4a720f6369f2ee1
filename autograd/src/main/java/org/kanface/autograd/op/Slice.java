package org.kanface.autograd.op;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.tensor.Tensor;

/// Elements `from … to - 1` of one axis.
///
/// A view along the first axis, a copy along others. Gradient: `dy` in its place, zeros around it.
public record Slice(Var x, int axis, long from, long to) implements Op {
  /// Throws [org.kanface.tensor.ShapeException] for a range outside the axis.
  public static Var of(Var x, int axis, long from, long to) {
    return Graph.apply(new Slice(x, axis, from, to));
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
    try (Tensor view = x.value().slice(axis, from, to)) {
      return view.contiguous();
    }
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    Tensor dx = f.empty(x.shape());
    dx.fill(0);
    try (Tensor place = dx.slice(axis, from, to)) {
      place.copyFrom(dy);
    }
    return Arrays.asList(dx);
  }
}
