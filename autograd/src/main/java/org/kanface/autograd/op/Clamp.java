package org.kanface.autograd.op;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.tensor.Check;
import org.kanface.tensor.Tensor;

/// `y = min(max(x, low), high)`; gradient `dy` where `low <= x <= high`, else 0.
public record Clamp(Var x, double low, double high) implements Op {
  public Clamp {
    Check.that(low <= high, "clamp", "expected low <= high, got %s and %s", low, high);
  }

  public static Var of(Var x, double low, double high) {
    return Graph.apply(new Clamp(x, low, high));
  }

  @Override
  public List<Var> inputs() {
    return List.of(x);
  }

  @Override
  public Tensor forward(Frame f) {
    Tensor y = f.empty(x.shape());
    f.kernels().elementwise().clamp(y.numel(), low, high, x.value().memory(), y.memory());
    return y;
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    Tensor dx = f.empty(x.shape());
    f.kernels()
        .elementwise()
        .clampBackward(dx.numel(), low, high, x.value().memory(), dy.memory(), dx.memory());
    return Arrays.asList(dx);
  }
}
