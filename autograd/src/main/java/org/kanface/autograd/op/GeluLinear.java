package org.kanface.autograd.op;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.kernels.Epilogue;
import org.kanface.kernels.Gemm;
import org.kanface.kernels.Unary;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// GELU and the affine map after it: `y = gelu(x)·wᵀ + b`, of which only `x` stays for the backward
/// pass; `gelu(x)` is computed again there.
///
/// Shapes: `x [..., in]`, `w [out, in]`, `b [out]` or none → `y [..., out]`.
/// Gradients: `dx = (dy·w) * gelu'(x)`, `dw = dyᵀ·gelu(x)`, `db = Σ dy`.
public record GeluLinear(Var x, Var w, @Nullable Var b) implements Op {
  public GeluLinear {
    Check.that(
        w.shape().rank() == 2 && x.shape().rank() >= 1 && x.dim(-1) == w.dim(1),
        "geluLinear",
        "x %s, weight %s: expected the last axis of x to be the weight's second",
        x.shape(),
        w.shape());
    Check.that(
        b == null || b.shape().equals(Shape.of(w.dim(0))),
        "geluLinear",
        "weight %s: expected a bias of [%d], got %s",
        w.shape(),
        w.dim(0),
        b == null ? "none" : b.shape());
  }

  public static Var of(Var x, Var w, @Nullable Var b) {
    return Graph.apply(new GeluLinear(x, w, b));
  }

  @Override
  public List<Var> inputs() {
    return Operands.present(x, w, b);
  }

  @Override
  public List<Var> reads() {
    return List.of(x, w);
  }

  @Override
  public Tensor forward(Frame f) {
    Tensor y = f.empty(x.shape().with(-1, w.dim(0)));
    try (Tensor gelu = gelu(f)) {
      f.kernels()
          .gemm()
          .gemm(
              Gemm.of(false, true, Channels.rows(x), w.dim(0), w.dim(1)),
              gelu.memory(),
              w.value().memory(),
              y.memory(),
              Epilogue.bias(Operands.memory(b)));
    }
    return y;
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    long rows = Channels.rows(x);
    Tensor dw = Operands.gradient(f, w);
    if (dw != null) {
      try (Tensor gelu = gelu(f)) {
        f.kernels()
            .gemm()
            .gemm(
                Gemm.of(true, false, w.dim(0), w.dim(1), rows),
                dy.memory(),
                gelu.memory(),
                dw.memory());
      }
    }
    Tensor dx = Operands.gradient(f, x);
    if (dx != null) {
      f.kernels()
          .gemm()
          .gemm(
              Gemm.of(false, false, rows, w.dim(1), w.dim(0)),
              dy.memory(),
              w.value().memory(),
              dx.memory());
      f.kernels()
          .elementwise()
          .unaryBackward(
              Unary.GELU, dx.numel(), x.value().memory(), dx.memory(), dx.memory()); // in place
    }
    List<@Nullable Tensor> grads = new ArrayList<>();
    grads.add(dx);
    grads.add(dw);
    if (b != null) {
      grads.add(Operands.biasGradient(f, b, dy));
    }
    return grads;
  }

  private Tensor gelu(Frame f) {
    Tensor y = f.empty(x.shape());
    f.kernels().elementwise().unary(Unary.GELU, y.numel(), x.value().memory(), y.memory());
    return y;
  }
}
