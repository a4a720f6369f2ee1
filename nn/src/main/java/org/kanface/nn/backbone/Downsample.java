package org.kanface.nn.backbone;

import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.layer.Conv2d;
import org.kanface.nn.layer.LayerNorm;

/// A smaller map from non-overlapping patches: the stem is convolution, then layer norm; between
/// stages it is layer norm, then convolution. Rows and columns that fill no patch are dropped.
final class Downsample extends Module {
  private final Module first;
  private final Module second;

  private Downsample(Module first, Module second) {
    this.first = register("0", first);
    this.second = register("1", second);
  }

  static Downsample stem(Init init, long out, int size) {
    var conv = new Conv2d(init, Conv2d.Config.patches(3, out, size));
    return new Downsample(conv, new LayerNorm(init, out, Encoding.NORM_EPS));
  }

  static Downsample between(Init init, long in, long out) {
    var norm = new LayerNorm(init, in, Encoding.NORM_EPS);
    return new Downsample(norm, new Conv2d(init, Conv2d.Config.patches(in, out, 2)));
  }

  @Override
  protected Var compute(Var x) {
    return Graph.local(() -> second.forward(first.forward(x)));
  }
}
