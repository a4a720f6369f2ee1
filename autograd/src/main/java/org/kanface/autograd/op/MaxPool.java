package org.kanface.autograd.op;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.kernels.DType;
import org.kanface.kernels.Pool2d;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Maximum of each window; padding never wins.
///
/// Shapes: `x [n, h, w, c]` → `y [n, outH, outW, c]`, `outH = (h + 2 padding - kernel) / stride +
/// 1`, rounded down, or up with `ceil`.
/// Gradient: `dy` goes to the first maximum of its window in row-major order.
public record MaxPool(Var x, int kernel, int stride, int padding, boolean ceil) implements Op {
  public MaxPool {
    Windows.check("maxPool", x, kernel, stride, padding, ceil);
  }

  public static Var of(Var x, int kernel, int stride, int padding) {
    return of(x, kernel, stride, padding, false);
  }

  public static Var of(Var x, int kernel, int stride, int padding, boolean ceil) {
    return Graph.apply(new MaxPool(x, kernel, stride, padding, ceil));
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
    Pool2d shape = Windows.over(x, kernel, stride, padding, ceil);
    Tensor y = f.empty(Shape.of(shape.n(), shape.outH(), shape.outW(), shape.c()));
    Tensor argmax = f.save(f.empty(DType.I64, y.shape()));
    f.kernels().pool().maxForward(shape, x.value().memory(), y.memory(), argmax.memory());
    return y;
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    Tensor dx = f.empty(x.shape());
    Pool2d shape = Windows.over(x, kernel, stride, padding, ceil);
    f.kernels().pool().maxBackward(shape, f.saved(0).memory(), dy.memory(), dx.memory());
    return Arrays.asList(dx);
  }
}
