package org.kanface.autograd.op;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.kernels.Pool2d;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Mean of each window, over the whole window with `countPadding` (PyTorch's default), else over
/// what lies inside the image.
///
/// Shapes: `x [n, h, w, c]` → `y [n, outH, outW, c]`, `outH = (h + 2 padding - kernel) / stride +
/// 1`, rounded down. Gradient: `dy / count` to each element of the window.
public record AveragePool(Var x, int kernel, int stride, int padding, boolean countPadding)
    implements Op {
  public AveragePool {
    Windows.check("averagePool", x, kernel, stride, padding, false);
  }

  public static Var of(Var x, int kernel, int stride, int padding, boolean countPadding) {
    return Graph.apply(new AveragePool(x, kernel, stride, padding, countPadding));
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
    Pool2d shape = Windows.over(x, kernel, stride, padding, false);
    Tensor y = f.empty(Shape.of(shape.n(), shape.outH(), shape.outW(), shape.c()));
    f.kernels().pool().averageForward(shape, countPadding, x.value().memory(), y.memory());
    return y;
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    Tensor dx = f.empty(x.shape());
    Pool2d shape = Windows.over(x, kernel, stride, padding, false);
    f.kernels().pool().averageBackward(shape, countPadding, dy.memory(), dx.memory());
    return Arrays.asList(dx);
  }
}
