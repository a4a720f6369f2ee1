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

/// Mean over windows that share the image out evenly: output row `i` is the mean of rows
/// `⌊i h/outH⌋ … ⌈(i+1) h/outH⌉ - 1`, columns likewise.
///
/// Shapes: `x [n, h, w, c]` → `y [n, outH, outW, c]`. Gradient: `dy / count` to each element of the
/// window.
public record AdaptiveAveragePool(Var x, long outH, long outW) implements Op {
  public AdaptiveAveragePool {
    Check.that(
        x.shape().rank() == 4 && x.dim(1) > 0 && x.dim(2) > 0,
        "adaptiveAveragePool",
        "x %s: expected [n, h, w, c] with at least one pixel",
        x.shape());
    Check.that(
        outH > 0 && outW > 0,
        "adaptiveAveragePool",
        "output %d × %d: expected positive sizes",
        outH,
        outW);
  }

  public static Var of(Var x, long outH, long outW) {
    return Graph.apply(new AdaptiveAveragePool(x, outH, outW));
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
    Tensor y = f.empty(Shape.of(x.dim(0), outH, outW, x.dim(3)));
    f.kernels()
        .pool()
        .adaptiveAverageForward(
            x.dim(0), x.dim(1), x.dim(2), x.dim(3), outH, outW, x.value().memory(), y.memory());
    return y;
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    Tensor dx = f.empty(x.shape());
    f.kernels()
        .pool()
        .adaptiveAverageBackward(
            x.dim(0), x.dim(1), x.dim(2), x.dim(3), outH, outW, dy.memory(), dx.memory());
    return Arrays.asList(dx);
  }
}
