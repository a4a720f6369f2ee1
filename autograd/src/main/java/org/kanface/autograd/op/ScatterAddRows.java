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

/// Adds to some rows: `y = x`, then `y[index[i]] += rows[i]` in the order of `i`.
///
/// Shapes: `x [n, ...]`, `index [count]` (I64 on the same device, `0 … n - 1`, checked on the host
/// only), `rows [count, ...]` → `y [n, ...]`. Gradients: `dx = dy`, `drows[i] = dy[index[i]]`.
public record ScatterAddRows(Var x, Tensor index, Var rows) implements Op {
  public ScatterAddRows {
    Check.that(
        x.shape().rank() >= 1
            && index.shape().rank() == 1
            && rows.shape().equals(x.shape().with(0, index.numel())),
        "scatterAddRows",
        "x %s, index %s, rows %s: expected [n, ...], [count] and [count, ...]",
        x.shape(),
        index.shape(),
        rows.shape());
    Labels.checkKind("scatterAddRows", "index", x, index);
    Labels.checkRange("scatterAddRows", "index", index, 0, x.dim(0));
  }

  /// The caller keeps `index` and may close it after this call.
  public static Var of(Var x, Tensor index, Var rows) {
    return Graph.apply(new ScatterAddRows(x, index, rows));
  }

  @Override
  public List<Var> inputs() {
    return List.of(x, rows);
  }

  @Override
  public List<Var> reads() {
    return List.of();
  }

  @Override
  public Tensor forward(Frame f) {
    Tensor at = f.save(index.retain());
    Tensor y = x.value().copy();
    f.kernels()
        .index()
        .scatterAddRows(at.numel(), cols(), at.memory(), rows.value().memory(), y.memory());
    return y;
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    Tensor drows = null;
    if (f.needs(1)) {
      drows = f.empty(rows.shape());
      Tensor at = f.saved(0);
      f.kernels().index().gatherRows(at.numel(), cols(), at.memory(), dy.memory(), drows.memory());
    }
    return Arrays.asList(f.needs(0) ? dy.retain() : null, drows);
  }

  private long cols() {
    Shape s = x.shape();
    return s.span(1, s.rank());
  }
}
