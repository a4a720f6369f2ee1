package org.kanface.nn.layer;

import org.kanface.autograd.Var;
import org.kanface.nn.Module;
import org.kanface.tensor.Check;

/// Means over windows that share an NHWC image out evenly: `x [n, h, w, c]` → `y [n, height, width,
/// c]` for images of any size. Height and width 1 are the global average pool.
public final class AdaptiveAveragePool extends Module {
  private final long height;
  private final long width;

  public AdaptiveAveragePool(long height, long width) {
    Check.positive("AdaptiveAveragePool", "height", height);
    Check.positive("AdaptiveAveragePool", "width", width);
    this.height = height;
    this.width = width;
  }

  @Override
  protected Var compute(Var x) {
    return org.kanface.autograd.op.AdaptiveAveragePool.of(x, height, width);
  }
}
