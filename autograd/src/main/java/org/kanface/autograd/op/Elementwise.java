package org.kanface.autograd.op;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.kernels.Unary;
import org.kanface.tensor.Tensor;

/// A function of each element, `y = f(x)`; gradient `dx = dy * f'(x)`.
public record Elementwise(Unary function, Var x) implements Op {
  public static Var of(Unary function, Var x) {
    return Graph.apply(new Elementwise(function, x));
  }

  public static Var relu(Var x) {
    return of(Unary.RELU, x);
  }

  public static Var gelu(Var x) {
    return of(Unary.GELU, x);
  }

  public static Var silu(Var x) {
    return of(Unary.SILU, x);
  }

  @Override
  public String name() {
    return function.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public List<Var> inputs() {
    return List.of(x);
  }

  @Override
  public Tensor forward(Frame f) {
    Tensor y = f.empty(x.shape());
    f.kernels().elementwise().unary(function, y.numel(), x.value().memory(), y.memory());
    return y;
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    Tensor dx = f.empty(x.shape());
    f.kernels()
        .elementwise()
        .unaryBackward(function, dx.numel(), x.value().memory(), dy.memory(), dx.memory());
    return Arrays.asList(dx);
  }
}
