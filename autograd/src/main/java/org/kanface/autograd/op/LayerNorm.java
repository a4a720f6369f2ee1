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

/// Layer norm over the last axis: `y = (x - mean) / √(var + eps) * w + b`, biased variance
/// (arXiv:1607.06450).
///
/// Shapes: `x [..., c]`, `w [c]` or none, `b [c]` or none → `y [..., c]`.
/// Gradients, with `xh` the normalised input and `g = dy * w`:
/// `dx = (g - mean(g) - xh mean(g xh)) / √(var + eps)`, `dw = Σ dy xh`, `db = Σ dy`.
public record LayerNorm(Var x, @Nullable Var w, @Nullable Var b, double eps) implements Op {
  public LayerNorm {
    Check.that(x.shape().rank() >= 1, "layerNorm", "x %s: expected at least one axis", x.shape());
    Channels.check("layerNorm", "weight", x, w);
    Channels.check("layerNorm", "bias", x, b);
  }

  public static Var of(Var x, @Nullable Var w, @Nullable Var b, double eps) {
    return Graph.apply(new LayerNorm(x, w, b, eps));
  }

  @Override
  public List<Var> inputs() {
    return Operands.present(x, w, b);
  }

  @Override
  public List<Var> reads() {
    return Operands.present(x, w);
  }

  @Override
  public Tensor forward(Frame f) {
    Tensor y = f.empty(x.shape());
    Tensor mean = f.save(f.empty(Shape.of(Channels.rows(x))));
    Tensor rstd = f.save(f.empty(mean.shape()));
    f.kernels()
        .norm()
        .layerNormForward(
            Channels.rows(x),
            x.dim(-1),
            eps,
            x.value().memory(),
            Operands.memory(w),
            Operands.memory(b),
            y.memory(),
            mean.memory(),
            rstd.memory());
    return y;
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    Tensor dx = f.empty(x.shape());
    Tensor dw = Operands.gradient(f, w);
    Tensor db = Operands.gradient(f, b);
    f.kernels()
        .norm()
        .layerNormBackward(
            Channels.rows(x),
            x.dim(-1),
            x.value().memory(),
            Operands.memory(w),
            f.saved(0).memory(),
            f.saved(1).memory(),
            dy.memory(),
            dx.memory(),
            Operands.memory(dw),
            Operands.memory(db));
    List<@Nullable Tensor> grads = new ArrayList<>();
    grads.add(dx);
    if (w != null) {
      grads.add(dw);
    }
    if (b != null) {
      grads.add(db);
    }
    return grads;
  }
}
