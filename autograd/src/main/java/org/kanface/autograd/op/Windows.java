package org.kanface.autograd.op;

import org.kanface.autograd.Var;
import org.kanface.kernels.Pool2d;
import org.kanface.tensor.Check;

/// Square pooling windows over NHWC images.
final class Windows {
  private Windows() {}

  /// Throws unless `x` is `[n, h, w, c]` and every window reaches into the image.
  static void check(String op, Var x, int kernel, int stride, int padding, boolean ceil) {
    Check.that(x.shape().rank() == 4, op, "x %s: expected [n, h, w, c]", x.shape());
    Check.positive(op, "kernel", kernel);
    Check.positive(op, "stride", stride);
    Check.that(
        0 <= padding && 2 * padding <= kernel,
        op,
        "padding: expected 0 … half the kernel's %d, got %d",
        kernel,
        padding);
    Pool2d shape = over(x, kernel, stride, padding, ceil);
    Check.that(
        shape.outH() > 0 && shape.outW() > 0,
        op,
        "x %s, kernel %d, padding %d: the window is larger than the padded image",
        x.shape(),
        kernel,
        padding);
  }

  static Pool2d over(Var x, int kernel, int stride, int padding, boolean ceil) {
    return new Pool2d(
        x.dim(0), x.dim(1), x.dim(2), x.dim(3), kernel, kernel, stride, stride, padding, padding,
        ceil);
  }
}
