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

/// Rows by number: `y[i] = x[index[i]]`.
///
/// Shapes: `x [rows, ...]`, `index [count]` (I64 on the same device, `0 … rows - 1`, checked on the
/// host only) → `y [count, ...]`. Gradient: `dx[index[i]] += dy[i]` in the order of `i`, zeros
/// elsewhere.
public record GatherRows(Var x, Tensor index) implements Op {
  public GatherRows {
    Check.that(
        x.shape().rank() >= 1 && index.shape().rank() == 1,
        "gatherRows",
        "x %s, index %s: expected [rows, ...] and [count]",
        x.shape(),
        index.shape());
    Labels.checkKind("gatherRows", "index", x, index);
    Labels.checkRange("gatherRows", "index", index, 0, x.dim(0));
  }

  /// The caller keeps `index` and may close it after this call.
  public static Var of(Var x, Tensor index) {
    return Graph.apply(new GatherRows(x, index));
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
    Tensor rows = f.save(index.retain());
    Tensor y = f.empty(x.shape().with(0, rows.numel()));
    f.kernels()
        .index()
        .gatherRows(rows.numel(), cols(), rows.memory(), x.value().memory(), y.memory());
    return y;
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    Tensor dx = f.empty(x.shape());
    dx.fill(0);
    Tensor rows = f.saved(0);
    f.kernels()
        .index()
        .scatterAddRows(rows.numel(), cols(), rows.memory(), dy.memory(), dx.memory());
    return Arrays.asList(dx);
  }

  private long cols() {
    Shape s = x.shape();
    return s.span(1, s.rank());
  }
}
