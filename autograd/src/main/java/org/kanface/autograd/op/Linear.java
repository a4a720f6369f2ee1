package org.kanface.autograd.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.kernels.Epilogue;
import org.kanface.kernels.Gemm;
import org.kanface.kernels.Memory;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Affine map of the last axis: `y = x·wᵀ + b`.
///
/// Shapes: `x [..., in]`, `w [out, in]`, `b [out]` or none → `y [..., out]`.
/// Gradients: `dx = dy·w`, `dw = dyᵀ·x`, `db = Σ dy`.
public record Linear(Var x, Var w, @Nullable Var b) implements Op {
  public Linear {
    Check.that(
        w.shape().rank() == 2 && x.shape().rank() >= 1 && x.dim(-1) == w.dim(1),
        "linear",
        "x %s, weight %s: expected the last axis of x to be the weight's second",
        x.shape(),
        w.shape());
    Check.that(
        b == null || b.shape().equals(Shape.of(w.dim(0))),
        "linear",
        "weight %s: expected a bias of [%d], got %s",
        w.shape(),
        w.dim(0),
        b == null ? "none" : b.shape());
  }

  public static Var of(Var x, Var w, @Nullable Var b) {
    return Graph.apply(new Linear(x, w, b));
  }

  @Override
  public List<Var> inputs() {
    return b == null ? List.of(x, w) : List.of(x, w, b);
  }

  @Override
  public List<Var> reads() {
    return List.of(x, w);
  }

  @Override
  public Tensor forward(Frame f) {
    Tensor y = f.empty(x.shape().with(-1, w.dim(0)));
    Memory bias = b == null ? null : b.value().memory();
    f.kernels()
        .gemm()
        .gemm(
            Gemm.of(false, true, rows(), w.dim(0), w.dim(1)),
            x.value().memory(),
            w.value().memory(),
            y.memory(),
            Epilogue.bias(bias));
    return y;
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    var gemm = f.kernels().gemm();
    Tensor dx = null;
    if (f.needs(0)) {
      dx = f.empty(x.shape()); // dx = dy·w
      gemm.gemm(
          Gemm.of(false, false, rows(), w.dim(1), w.dim(0)),
          dy.memory(),
          w.value().memory(),
          dx.memory());
    }
    Tensor dw = null;
    if (f.needs(1)) {
      dw = f.empty(w.shape()); // dw = dyᵀ·x
      gemm.gemm(
          Gemm.of(true, false, w.dim(0), w.dim(1), rows()),
          dy.memory(),
          x.value().memory(),
          dw.memory());
    }
    List<@Nullable Tensor> grads = new ArrayList<>(Arrays.asList(dx, dw));
    if (b != null) {
      Tensor db = null;
      if (f.needs(2)) {
        db = f.empty(b.shape()); // db = Σ_rows dy
        f.kernels().reduce().sum(1, rows(), w.dim(0), 1, dy.memory(), db.memory());
      }
      grads.add(db);
    }
    return grads;
  }

  private long rows() {
    return x.shape().numel() / Math.max(1, w.dim(1));
  }
}
