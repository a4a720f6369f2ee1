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

/// Softmax over the last axis: `y = exp(x - max) / Σ exp(x - max)`; gradient `dx = y (dy - Σ y
/// dy)`.
public record Softmax(Var x) implements Op {
  public Softmax {
    Check.that(x.shape().rank() >= 1, "softmax", "x %s: expected at least one axis", x.shape());
  }

  public static Var of(Var x) {
    return Graph.apply(new Softmax(x));
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
  public boolean readsOutput() {
    return true;
  }

  @Override
  public Tensor forward(Frame f) {
    Tensor y = f.empty(x.shape());
    f.kernels().reduce().softmax(Channels.rows(x), x.dim(-1), x.value().memory(), y.memory());
    return y;
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    Tensor dx = f.empty(x.shape());
    f.kernels()
        .reduce()
        .softmaxBackward(
            Channels.rows(x), x.dim(-1), f.output().memory(), dy.memory(), dx.memory());
    return Arrays.asList(dx);
  }
}
