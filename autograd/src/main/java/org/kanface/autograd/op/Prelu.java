package org.kanface.autograd.op;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Rectifier with a learnt slope: `y = x` where `x > 0`, else `w * x` (arXiv:1502.01852).
///
/// Shapes: `x [..., c]`, `w [c]`, or `[1]` for one slope in all → `y [..., c]`.
/// Gradients: `dx = dy` where `x > 0`, else `w * dy`; `dw = Σ dy x` over `x <= 0`.
public record Prelu(Var x, Var w) implements Op {
  public Prelu {
    boolean one = w.shape().equals(Shape.of(1));
    Check.that(
        one || (x.shape().rank() >= 1 && w.shape().equals(Shape.of(x.dim(-1)))),
        "prelu",
        "x %s, weight %s: expected one slope a channel (the last axis), or [1]",
        x.shape(),
        w.shape());
  }

  public static Var of(Var x, Var w) {
    return Graph.apply(new Prelu(x, w));
  }

  @Override
  public List<Var> inputs() {
    return List.of(x, w);
  }

  @Override
  public Tensor forward(Frame f) {
    Tensor y = f.empty(x.shape());
    f.kernels()
        .elementwise()
        .prelu(rows(), w.dim(0), x.value().memory(), w.value().memory(), y.memory());
    return y;
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    Tensor dx = f.empty(x.shape());
    Tensor dw = f.empty(w.shape());
    f.kernels()
        .elementwise()
        .preluBackward(
            rows(),
            w.dim(0),
            x.value().memory(),
            w.value().memory(),
            dy.memory(),
            dx.memory(),
            dw.memory());
    return Arrays.asList(dx, dw);
  }

  private long rows() {
    return x.shape().numel() / Math.max(1, w.dim(0));
  }
}
