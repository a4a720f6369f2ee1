package org.kanface.autograd.op;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.kernels.Binary;
import org.kanface.tensor.Tensor;

/// Difference with broadcasting, `y = a - b`; gradients are `dy` and `-dy`, summed over repeated
/// axes.
public record Subtract(Var a, Var b) implements Op {
  public static Var of(Var a, Var b) {
    return Graph.apply(new Subtract(a, b));
  }

  @Override
  public List<Var> inputs() {
    return List.of(a, b);
  }

  @Override
  public List<Var> reads() {
    return List.of();
  }

  @Override
  public Tensor forward(Frame f) {
    return Broadcasting.apply(f, Binary.SUBTRACT, a.value(), b.value());
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    return Arrays.asList(
        f.needs(0) ? Broadcasting.reduce(f, dy, a.shape()) : null,
        f.needs(1) ? Broadcasting.reduceScaled(f, -1, dy, b.shape()) : null);
  }
}
