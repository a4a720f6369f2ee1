package org.kanface.autograd.op;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.kernels.Binary;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Product with broadcasting, `y = a * b`; gradients are `dy * b` and `dy * a`, summed over
/// repeated axes.
public record Multiply(Var a, Var b) implements Op {
  public static Var of(Var a, Var b) {
    return Graph.apply(new Multiply(a, b));
  }

  @Override
  public List<Var> inputs() {
    return List.of(a, b);
  }

  @Override
  public List<Var> reads() {
    return a.requiresGrad() && b.requiresGrad() ? List.of(a, b) : List.of(a.requiresGrad() ? b : a);
  }

  @Override
  public Tensor forward(Frame f) {
    return Broadcasting.apply(f, Binary.MULTIPLY, a.value(), b.value());
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    return Arrays.asList(
        f.needs(0) ? gradient(f, dy, b.value(), a.shape()) : null,
        f.needs(1) ? gradient(f, dy, a.value(), b.shape()) : null);
  }

  private static Tensor gradient(Frame f, Tensor dy, Tensor other, Shape target) {
    try (Tensor product = Broadcasting.apply(f, Binary.MULTIPLY, dy, other)) {
      return Broadcasting.reduce(f, product, target);
    }
  }
}
