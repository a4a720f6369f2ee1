package org.kanface.nn.backbone;

import java.util.ArrayList;
import java.util.List;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.Add;
import org.kanface.autograd.op.Reshape;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.layer.Activation;
import org.kanface.nn.layer.BatchNorm;
import org.kanface.nn.layer.Conv2d;
import org.kanface.nn.layer.Sequential;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;

/// MobileFaceNet (Chen et al. 2018, arXiv:1804.07573): inverted residuals and a depthwise
/// convolution over the whole last map instead of a mean.
///
/// Images `x [n, 112, 112, 3]`, channels less their mean and divided by their deviation in
/// ImageNet → embeddings `[n, embedding]`, not normalised.
public final class MobileFaceNet extends Module {
  private static final int SIDE = 112;
  private static final int MAP = 7; // side of the last map
  private static final int WIDE = 512;

  /// Runs of inverted residuals: expansion, channels, repeats, stride of the first.
  private static final int[][] RUNS = {
    {2, 64, 5, 2}, {4, 128, 1, 2}, {2, 128, 6, 1}, {4, 128, 1, 2}, {2, 128, 2, 1}
  };

  private final Sequential conv1; // 3×3, stride 2
  private final Separable dwConv;
  private final List<Inverted> features = new ArrayList<>();
  private final Sequential conv2; // 1×1
  private final GlobalDepthwise gdconv;
  private final Conv2d conv3; // 1×1
  private final BatchNorm bn;

  /// Throws [org.kanface.tensor.ShapeException] unless `embedding` is positive.
  public MobileFaceNet(Init init, long embedding) {
    Check.positive("MobileFaceNet", "embedding_size", embedding);
    conv1 = register("conv1", rectified(init, new Conv2d.Config(3, 64, 3, 2, 1, 1, false)));
    dwConv = register("dw_conv", new Separable(init, 64));
    long in = 64;
    for (int[] run : RUNS) {
      for (int i = 0; i < run[2]; i++) {
        features.add(new Inverted(init, in, run[1], run[0] * in, i == 0 ? run[3] : 1));
        in = run[1];
      }
    }
    conv2 = register("conv2", rectified(init, new Conv2d.Config(in, WIDE, 1, 1, 0, 1, false)));
    gdconv = register("gdconv", new GlobalDepthwise(init));
    conv3 =
        register("conv3", new Conv2d(init, new Conv2d.Config(WIDE, embedding, 1, 1, 0, 1, true)));
    bn = register("bn", new BatchNorm(init, BatchNorm.Config.of(embedding)));
    for (int i = 0; i < features.size(); i++) {
      register("features." + i, features.get(i));
    }
    for (Module m : modules().values()) {
      if (m instanceof Conv2d conv) {
        conv.kaimingNormal(init);
      }
    }
  }

  private static Sequential rectified(Init init, Conv2d.Config config) {
    return new Sequential(
        new Conv2d(init, config),
        new BatchNorm(init, BatchNorm.Config.of(config.out())),
        Activation.relu6());
  }

  @Override
  protected Var compute(Var x) {
    Shape s = x.shape();
    Check.that(
        s.rank() == 4 && s.dim(1) == SIDE && s.dim(2) == SIDE && s.dim(3) == 3,
        "MobileFaceNet",
        "images %s: expected [n, %d, %d, 3]",
        s,
        SIDE,
        SIDE);
    Var y = dwConv.forward(conv1.forward(x));
    for (Inverted block : features) {
      y = block.forward(y);
    }
    Var vector = conv3.forward(gdconv.forward(conv2.forward(y))); // [n, 1, 1, embedding]
    return bn.forward(Reshape.of(vector, Shape.of(s.dim(0), vector.dim(3))));
  }

  /// Depthwise and pointwise convolution, each with batch norm and ReLU.
  private static final class Separable extends Module {
    private final Conv2d depthwise;
    private final Conv2d pointwise;
    private final BatchNorm bn1;
    private final BatchNorm bn2;

    Separable(Init init, long channels) {
      depthwise =
          register(
              "depthwise",
              new Conv2d(init, new Conv2d.Config(channels, channels, 3, 1, 1, channels, false)));
      pointwise =
          register(
              "pointwise",
              new Conv2d(init, new Conv2d.Config(channels, channels, 1, 1, 0, 1, false)));
      bn1 = register("bn1", new BatchNorm(init, BatchNorm.Config.of(channels)));
      bn2 = register("bn2", new BatchNorm(init, BatchNorm.Config.of(channels)));
    }

    @Override
    protected Var compute(Var x) {
      return Graph.local(
          () -> {
            Var y = bn1.relu(depthwise, x);
            return bn2.relu(pointwise, y);
          });
    }
  }

  /// Inverted residual (arXiv:1801.04381): 1×1 to `wide` channels, 3×3 depthwise, 1×1 back without
  /// a rectifier; plus `x` where the sizes agree.
  private static final class Inverted extends Module {
    private final Sequential conv;
    private final boolean residual;

    Inverted(Init init, long in, long out, long wide, int stride) {
      residual = stride == 1 && in == out;
      conv =
          register(
              "conv",
              new Sequential(
                  rectified(init, new Conv2d.Config(in, wide, 1, 1, 0, 1, false)),
                  rectified(init, new Conv2d.Config(wide, wide, 3, stride, 1, wide, false)),
                  new Conv2d(init, new Conv2d.Config(wide, out, 1, 1, 0, 1, false)),
                  new BatchNorm(init, BatchNorm.Config.of(out))));
    }

    @Override
    protected Var compute(Var x) {
      Var y = conv.forward(x);
      return residual ? Add.of(x, y) : y;
    }
  }

  /// One weight for each position and channel of the last map, then batch norm.
  private static final class GlobalDepthwise extends Module {
    private final Conv2d depthwise;
    private final BatchNorm bn;

    GlobalDepthwise(Init init) {
      depthwise =
          register(
              "depthwise", new Conv2d(init, new Conv2d.Config(WIDE, WIDE, MAP, 1, 0, WIDE, false)));
      bn = register("bn", new BatchNorm(init, BatchNorm.Config.of(WIDE)));
    }

    @Override
    protected Var compute(Var x) {
      return bn.after(depthwise, x);
    }
  }
}
