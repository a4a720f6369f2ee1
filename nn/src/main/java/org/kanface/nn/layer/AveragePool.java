package org.kanface.nn.layer;

import org.kanface.autograd.Var;
import org.kanface.nn.Module;
import org.kanface.tensor.Check;

/// Mean of each `kernel × kernel` window of NHWC images: `x [n, h, w, c]` → `y [n, h', w', c]`,
/// `h' = ⌊(h + 2 padding - kernel)/stride⌋ + 1`; padding counts as zeros, as PyTorch's default.
public final class AveragePool extends Module {
  private final int kernel;
  private final int stride;
  private final int padding;

  public AveragePool(int kernel, int stride, int padding) {
    Check.positive("AveragePool", "kernel", kernel);
    Check.positive("AveragePool", "stride", stride);
    this.kernel = kernel;
    this.stride = stride;
    this.padding = padding;
  }

  @Override
  protected Var compute(Var x) {
    return org.kanface.autograd.op.AveragePool.of(x, kernel, stride, padding, true);
  }
}
