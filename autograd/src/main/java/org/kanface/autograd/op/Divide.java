package org.kanface.autograd.op;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.kernels.Binary;
import org.kanface.tensor.Tensor;

/// Quotient with broadcasting, `y = a / b`; gradients are `dy / b` and `-dy y / b`, summed over
/// repeated axes.
public record Divide(Var a, Var b) implements Op {
  public static Var of(Var a, Var b) {
    return Graph.apply(new Divide(a, b));
  }

  @Override
  public List<Var> inputs() {
    return List.of(a, b);
  }

  @Override
  public List<Var> reads() {
    return List.of(b);
  }

  @Override
  public boolean readsOutput() {
    return b.requiresGrad();
  }

  @Override
  public Tensor forward(Frame f) {
    return Broadcasting.apply(f, Binary.DIVIDE, a.value(), b.value());
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    try (Tensor quotient = Broadcasting.apply(f, Binary.DIVIDE, dy, b.value())) {
      Tensor da = f.needs(0) ? Broadcasting.reduce(f, quotient, a.shape()) : null;
      Tensor db = null;
      if (f.needs(1)) {
        try (Tensor product = Broadcasting.apply(f, Binary.MULTIPLY, quotient, f.output())) {
          db = Broadcasting.reduceScaled(f, -1, product, b.shape());
        }
      }
      return Arrays.asList(da, db);
    }
  }
}
