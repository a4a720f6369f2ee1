package org.kanface.autograd.op;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.Memory;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// 2-d convolution (cross-correlation) of NHWC images with OHWI weights.
///
/// Shapes: `x [n, h, w, c]`, `w [o, kh, kw, c / groups]`, `b [o]` or none → `y [n, outH, outW, o]`,
/// `outH = (h + 2 padding - dilation (kh - 1) - 1) / stride + 1`.
/// Gradients: `dx` is the transposed convolution of `dy` with `w`, `dw` the correlation of `x` with
/// `dy`, `db = Σ dy` over images and positions.
public record Convolution(
    Var x, Var w, @Nullable Var b, int stride, int padding, int dilation, long groups)
    implements Op {
  public Convolution {
    Check.that(
        x.shape().rank() == 4 && w.shape().rank() == 4,
        "convolution",
        "x %s, weight %s: expected [n, h, w, c] and [o, kh, kw, c / groups]",
        x.shape(),
        w.shape());
    Check.positive("convolution", "stride", stride);
    Check.positive("convolution", "dilation", dilation);
    Check.that(groups > 0, "convolution", "groups: expected a positive number, got %d", groups);
    Check.that(padding >= 0, "convolution", "padding: expected 0 or more, got %d", padding);
    Check.that(
        w.dim(3) * groups == x.dim(3) && w.dim(0) % groups == 0,
        "convolution",
        "x %s, weight %s, groups %d: expected c == groups * weight's last axis and o a multiple of"
            + " groups",
        x.shape(),
        w.shape(),
        groups);
    Check.that(
        b == null || b.shape().equals(Shape.of(w.dim(0))),
        "convolution",
        "weight %s: expected a bias of [%d], got %s",
        w.shape(),
        w.dim(0),
        b == null ? "none" : b.shape());
    Conv2d shape = geometry(x, w, stride, padding, dilation, groups);
    Check.that(
        shape.outH() > 0 && shape.outW() > 0,
        "convolution",
        "x %s, weight %s, padding %d, dilation %d: the kernel is larger than the padded image",
        x.shape(),
        w.shape(),
        padding,
        dilation);
  }

  public static Var of(
      Var x, Var w, @Nullable Var b, int stride, int padding, int dilation, long groups) {
    return Graph.apply(new Convolution(x, w, b, stride, padding, dilation, groups));
  }

  @Override
  public List<Var> inputs() {
    return Operands.present(x, w, b);
  }

  @Override
  public List<Var> reads() {
    var reads = new ArrayList<Var>();
    if (w.requiresGrad()) {
      reads.add(x);
    }
    if (x.requiresGrad()) {
      reads.add(w);
    }
    return reads;
  }

  @Override
  public Tensor forward(Frame f) {
    Conv2d shape = geometry();
    Tensor y = f.empty(Shape.of(shape.n(), shape.outH(), shape.outW(), shape.outC()));
    var conv = f.kernels().conv();
    @Nullable Memory bias = Operands.memory(b);
    if (Graph.current().isInference()) {
      conv.infer(shape, x.value().memory(), w.value().memory(), bias, y.memory());
    } else {
      conv.forward(shape, x.value().memory(), w.value().memory(), bias, y.memory());
    }
    return y;
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    Conv2d shape = geometry();
    var conv = f.kernels().conv();
    Tensor dx = Operands.gradient(f, x);
    if (dx != null) {
      conv.gradInput(shape, dy.memory(), w.value().memory(), dx.memory());
    }
    Tensor dw = Operands.gradient(f, w);
    if (dw != null) {
      conv.gradWeight(shape, x.value().memory(), dy.memory(), dw.memory());
    }
    List<@Nullable Tensor> grads = new ArrayList<>();
    grads.add(dx);
    grads.add(dw);
    if (b != null) {
      grads.add(Operands.biasGradient(f, b, dy));
    }
    return grads;
  }

  Conv2d geometry() {
    return geometry(x, w, stride, padding, dilation, groups);
  }

  private static Conv2d geometry(Var x, Var w, int stride, int padding, int dilation, long groups) {
    return new Conv2d(
        x.dim(0),
        x.dim(1),
        x.dim(2),
        x.dim(3),
        w.dim(0),
        Math.toIntExact(w.dim(1)),
        Math.toIntExact(w.dim(2)),
        stride,
        stride,
        padding,
        padding,
        dilation,
        dilation,
        groups);
  }
}
