package org.kanface.autograd.op;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Unit length along an axis: `y = x / max(‖x‖, eps)`.
///
/// Gradient: `dx = (dy - y Σ y dy) / ‖x‖` where `‖x‖ > eps`, else `dy / eps`.
public record L2Normalize(Var x, int axis, double eps) implements Op {
  public L2Normalize {
    axis = x.shape().axis(axis);
  }

  public static Var of(Var x, int axis, double eps) {
    return Graph.apply(new L2Normalize(x, axis, eps));
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
    Shape s = x.shape();
    Tensor y = f.empty(s);
    Tensor norm = f.save(f.empty(s.without(axis)));
    f.kernels()
        .norm()
        .l2NormalizeForward(
            outer(), s.dim(axis), inner(), eps, x.value().memory(), y.memory(), norm.memory());
    return y;
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    Tensor dx = f.empty(x.shape());
    f.kernels()
        .norm()
        .l2NormalizeBackward(
            outer(),
            x.dim(axis),
            inner(),
            eps,
            f.output().memory(),
            f.saved(0).memory(),
            dy.memory(),
            dx.memory());
    return Arrays.asList(dx);
  }

  private long outer() {
    return x.shape().span(0, axis);
  }

  private long inner() {
    return x.shape().span(axis + 1, x.shape().rank());
  }
}
