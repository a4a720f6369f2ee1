package org.kanface.nn.backbone.mtcnn;

import java.util.ArrayList;
import java.util.List;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.Permute;
import org.kanface.autograd.op.Reshape;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.layer.Conv2d;
import org.kanface.nn.layer.Linear;
import org.kanface.nn.layer.MaxPool;
import org.kanface.nn.layer.PRelu;
import org.kanface.tensor.Shape;

/// What the heads of a network share: convolutions without padding, each with a PReLU, and pools
/// that round up. Step `i` with weights is called `convI` in the state dict, a linear one too, and
/// its rectifier `preluI`.
final class Features extends Module {
  private final Init init;
  private final List<Module> steps = new ArrayList<>();
  private int number;

  Features(Init init) {
    this.init = init;
  }

  /// Adds a `kernel × kernel` convolution and its PReLU.
  Features conv(long in, long out, int kernel) {
    number++;
    steps.add(
        register(
            "conv" + number, new Conv2d(init, new Conv2d.Config(in, out, kernel, 1, 0, 1, true))));
    return rectified(out);
  }

  /// Adds a pool.
  Features pool(int kernel, int stride) {
    steps.add(new MaxPool(kernel, stride, 0, true));
    return this;
  }

  /// Adds a linear map of all that is left of an image, and its PReLU.
  Features linear(long in, long out) {
    number++;
    steps.add(new Columns());
    steps.add(register("conv" + number, new Linear(init, in, out, true)));
    return rectified(out);
  }

  private Features rectified(long channels) {
    steps.add(register("prelu" + number, new PRelu(init, channels)));
    return this;
  }

  @Override
  protected Var compute(Var x) {
    return Graph.local(
        () -> {
          Var y = x;
          for (Module step : steps) {
            y = step.forward(y);
          }
          return y;
        });
  }

  /// Maps as vectors: channel by channel, each column by column, `[n, h, w, c]` → `[n, c·w·h]`.
  private static final class Columns extends Module {
    @Override
    protected Var compute(Var x) {
      Shape s = x.shape();
      return Reshape.of(Permute.of(x, 0, 3, 2, 1), Shape.of(s.dim(0), s.span(1, s.rank())));
    }
  }
}
