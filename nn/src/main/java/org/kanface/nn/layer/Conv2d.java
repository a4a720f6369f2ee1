package org.kanface.nn.layer;

import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.Convolution;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.Packing;
import org.kanface.nn.Parameter;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;

/// 2-d convolution over NHWC images: `x [n, h, w, in]` → `y [n, h', w', out]`.
///
/// Initialised as PyTorch's: weight from U(-1/√fanIn, 1/√fanIn), bias too; see
/// [#kaimingNormal(Init)].
public final class Conv2d extends Module {
  /// Sizes of a convolution with a square kernel. Throws [org.kanface.tensor.ShapeException] where
  /// `groups` does not divide both channel counts.
  public record Config(
      long in, long out, int kernel, int stride, int padding, long groups, boolean bias) {
    public Config {
      Check.positive("Conv2d", "in", in);
      Check.positive("Conv2d", "out", out);
      Check.positive("Conv2d", "kernel", kernel);
      Check.positive("Conv2d", "stride", stride);
      Check.positive("Conv2d", "groups", groups);
      Check.that(
          in % groups == 0 && out % groups == 0,
          "Conv2d",
          "groups %d must divide in %d and out %d",
          groups,
          in,
          out);
    }

    /// One filter a channel, with padding that keeps the size.
    public static Config depthwise(long channels, int kernel) {
      return new Config(channels, channels, kernel, 1, kernel / 2, channels, true);
    }

    /// Kernel and stride alike, without padding: non-overlapping patches.
    public static Config patches(long in, long out, int size) {
      return new Config(in, out, size, size, 0, 1, true);
    }

    long fanIn() {
      return in / groups * kernel * kernel;
    }
  }

  private final Config config;
  private final Parameter weight; // [out, kernel, kernel, in / groups]
  private final @Nullable Var bias; // [out]

  public Conv2d(Init init, Config config) {
    this.config = config;
    var packing = Packing.conv(config.out, config.in / config.groups, config.kernel, config.kernel);
    weight = init.uniform("weight", packing, Init.weightBound(config.fanIn()));
    register(weight);
    bias =
        config.bias
            ? register(
                init.uniform(
                    "bias", Packing.plain(Shape.of(config.out)), Init.biasBound(config.fanIn())))
            : null;
  }

  /// Whether it is dense and its windows overlap: what on a GPU needs cuDNN.
  public boolean overlaps() {
    boolean depthwise = config.groups == config.in && config.groups == config.out;
    return !depthwise && (config.groups > 1 || config.kernel > config.stride || config.padding > 0);
  }

  /// Redraws the weight from N(0, 2/fanOut), `fanOut = out · kernel²` (He et al. 2015,
  /// arXiv:1502.01852).
  public void kaimingNormal(Init init) {
    double fanOut = (double) config.out * config.kernel * config.kernel;
    weight.load(
        init.normal(
            Math.toIntExact(weight.externalShape().numel()), Math.sqrt(2) / Math.sqrt(fanOut)));
  }

  @Override
  protected Var compute(Var x) {
    return Graph.apply(on(x));
  }

  Convolution on(Var x) {
    return new Convolution(x, weight.var(), bias, config.stride, config.padding, 1, config.groups);
  }
}
