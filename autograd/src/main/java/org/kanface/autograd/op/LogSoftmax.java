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

/// Logarithm of the softmax over the last axis: `y = x - max - log Σ exp(x - max)`.
///
/// Gradient: `dx = dy - exp(y) Σ dy`.
public record LogSoftmax(Var x) implements Op {
  public LogSoftmax {
    Check.that(x.shape().rank() >= 1, "logSoftmax", "x %s: expected at least one axis", x.shape());
  }

  public static Var of(Var x) {
    return Graph.apply(new LogSoftmax(x));
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
    f.kernels().reduce().logSoftmax(Channels.rows(x), x.dim(-1), x.value().memory(), y.memory());
    return y;
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    Tensor dx = f.empty(x.shape());
    f.kernels()
        .reduce()
        .logSoftmaxBackward(
            Channels.rows(x), x.dim(-1), f.output().memory(), dy.memory(), dx.memory());
    return Arrays.asList(dx);
  }
}
