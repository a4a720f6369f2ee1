package org.kanface.autograd.op;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.tensor.Tensor;

/// Axes in another order: axis `i` of the result is axis `order(i)` of `x`.
///
/// Copies, unless only axes of size 1 move. Gradient: `dy` permuted back.
public record Permute(Var x, List<Integer> order) implements Op {
  public Permute {
    order = order.stream().map(x.shape()::axis).toList();
  }

  /// Throws [org.kanface.tensor.ShapeException] unless `order` names each axis once.
  public static Var of(Var x, int... order) {
    return Graph.apply(new Permute(x, Arrays.stream(order).boxed().toList()));
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
    return packed(x.value(), order.stream().mapToInt(Integer::intValue).toArray());
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    var back = new int[order.size()];
    for (int i = 0; i < back.length; i++) {
      back[order.get(i)] = i;
    }
    return Arrays.asList(packed(dy, back));
  }

  private static Tensor packed(Tensor t, int[] order) {
    try (Tensor view = t.permute(order)) {
      return view.contiguous();
    }
  }
}
