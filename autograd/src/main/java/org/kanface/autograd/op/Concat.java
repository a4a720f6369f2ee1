package org.kanface.autograd.op;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Tensors one after another along an axis; all other sizes are equal. Gradient: the slices of
/// `dy`.
public record Concat(int axis, List<Var> parts) implements Op {
  public Concat {
    Check.that(!parts.isEmpty(), "concat", "expected at least one tensor");
    parts = List.copyOf(parts);
    Shape first = parts.getFirst().shape();
    axis = first.axis(axis);
    for (Var p : parts) {
      Check.that(
          p.shape().rank() == first.rank() && p.shape().with(axis, first.dim(axis)).equals(first),
          "concat",
          "%s with %s along axis %d: expected equal sizes on all other axes",
          first,
          p.shape(),
          axis);
    }
  }

  public static Var of(int axis, List<Var> parts) {
    return Graph.apply(new Concat(axis, parts));
  }

  @Override
  public List<Var> inputs() {
    return parts;
  }

  @Override
  public List<Var> reads() {
    return List.of();
  }

  @Override
  public Tensor forward(Frame f) {
    long size = parts.stream().mapToLong(p -> p.dim(axis)).sum();
    Tensor y = f.empty(parts.getFirst().shape().with(axis, size));
    long at = 0;
    for (Var p : parts) {
      try (Tensor place = y.slice(axis, at, at + p.dim(axis))) {
        place.copyFrom(p.value());
      }
      at += p.dim(axis);
    }
    return y;
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    List<@Nullable Tensor> grads = new ArrayList<>();
    long at = 0;
    for (Var p : parts) {
      long next = at + p.dim(axis);
      grads.add(p.requiresGrad() ? part(dy, at, next) : null);
      at = next;
    }
    return grads;
  }

  private Tensor part(Tensor dy, long from, long to) {
    try (Tensor view = dy.slice(axis, from, to)) {
      return view.contiguous();
    }
  }
}
