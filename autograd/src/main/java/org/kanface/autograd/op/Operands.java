package org.kanface.autograd.op;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Var;
import org.kanface.kernels.Memory;
import org.kanface.tensor.Tensor;

/// Operands that an op may lack, such as a bias.
final class Operands {
  private Operands() {}

  /// `first` and those of `rest` that are there, in order.
  static List<Var> present(Var first, @Nullable Var... rest) {
    var list = new ArrayList<Var>();
    list.add(first);
    for (Var v : rest) {
      if (v != null) {
        list.add(v);
      }
    }
    return list;
  }

  static @Nullable Memory memory(@Nullable Var v) {
    return v == null ? null : v.value().memory();
  }

  static @Nullable Memory memory(@Nullable Tensor t) {
    return t == null ? null : t.memory();
  }

  /// Room for the gradient of `v`; null where it is absent or wants none.
  static @Nullable Tensor gradient(Frame f, @Nullable Var v) {
    return v != null && v.requiresGrad() ? f.empty(v.shape()) : null;
  }

  /// `db [cols] = Σ_rows dy [rows, cols]`; null where the bias is absent or wants none.
  static @Nullable Tensor biasGradient(Frame f, @Nullable Var b, Tensor dy) {
    Tensor db = gradient(f, b);
    if (db != null) {
      long cols = dy.shape().dim(-1);
      long rows = dy.shape().span(0, dy.shape().rank() - 1);
      f.kernels().reduce().sum(1, rows, cols, 1, dy.memory(), db.memory());
    }
    return db;
  }
}
