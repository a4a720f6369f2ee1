package org.kanface.nn.layer;

import org.kanface.autograd.Var;
import org.kanface.nn.Module;
import org.kanface.tensor.Check;

/// Maximum of each `kernel × kernel` window of NHWC images: `x [n, h, w, c]` → `y [n, h', w', c]`,
/// `h' = ⌊(h + 2 padding - kernel)/stride⌋ + 1`, or rounded up; padding never wins.
public final class MaxPool extends Module {
  private final int kernel;
  private final int stride;
  private final int padding;
  private final boolean ceil;

  public MaxPool(int kernel, int stride, int padding) {
    this(kernel, stride, padding, false);
  }

  /// @param ceil whether a last window that leaves the image counts too
  public MaxPool(int kernel, int stride, int padding, boolean ceil) {
    Check.positive("MaxPool", "kernel", kernel);
    Check.positive("MaxPool", "stride", stride);
    this.kernel = kernel;
    this.stride = stride;
    this.padding = padding;
    this.ceil = ceil;
  }

  @Override
  protected Var compute(Var x) {
    return org.kanface.autograd.op.MaxPool.of(x, kernel, stride, padding, ceil);
  }
}
