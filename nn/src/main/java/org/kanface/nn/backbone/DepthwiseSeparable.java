package org.kanface.nn.backbone;

import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.layer.BatchNorm;
import org.kanface.nn.layer.Conv2d;

/// A convolution in two: 3×3 for each channel, then 1×1 across them, batch norm and ReLU (Howard et
/// al. 2017, arXiv:1704.04861, here with nothing between the two).
///
/// `x [n, h, w, in]` → `[n, h, w, out]`; no biases.
public final class DepthwiseSeparable extends Module {
  private final Conv2d depthwise;
  private final Conv2d pointwise;
  private final BatchNorm bn;

  public DepthwiseSeparable(Init init, long in, long out) {
    depthwise =
        register("depthwise", new Conv2d(init, new Conv2d.Config(in, in, 3, 1, 1, in, false)));
    pointwise =
        register("pointwise", new Conv2d(init, new Conv2d.Config(in, out, 1, 1, 0, 1, false)));
    bn = register("bn", new BatchNorm(init, BatchNorm.Config.of(out)));
  }

  @Override
  protected Var compute(Var x) {
    return Graph.local(() -> bn.relu(pointwise, depthwise.forward(x)));
  }
}
