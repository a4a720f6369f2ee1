package org.kanface.autograd.op;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.tensor.Tensor;

/// `y = scale * x + shift` with constants; gradient `dx = scale * dy`.
public record Affine(Var x, double scale, double shift) implements Op {
  public static Var of(Var x, double scale, double shift) {
    return Graph.apply(new Affine(x, scale, shift));
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
    Tensor y = f.empty(x.shape());
    f.kernels().elementwise().affine(y.numel(), scale, shift, x.value().memory(), y.memory());
    return y;
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    Tensor dx = f.empty(x.shape());
    f.kernels().elementwise().affine(dx.numel(), scale, 0, dy.memory(), dx.memory());
    return Arrays.asList(dx);
  }
}
