package org.kanface.nn.backbone;

import java.util.ArrayList;
import java.util.List;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.Reshape;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.Parameter;
import org.kanface.nn.layer.AdaptiveAveragePool;
import org.kanface.nn.layer.BatchNorm;
import org.kanface.nn.layer.Conv2d;
import org.kanface.nn.layer.Dropout;
import org.kanface.nn.layer.Flatten;
import org.kanface.nn.layer.GaussianPool;
import org.kanface.nn.layer.Linear;
import org.kanface.nn.layer.PRelu;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;

/// Improved residual networks for faces (arXiv:1801.07698) whose last map is pooled instead of
/// flattened ("Revisiting Linearization of Spatial Maps in State-of-the-Art Face Recognition
/// Backbone", IJCB 2024).
///
/// Images `x [n, h, w, 3]` in [-1, 1] → embeddings `[n, embedding]`, not normalised: stem, four
/// stages of [IBasicBlock]s at half the size each, batch norm, pooling, a linear layer and a batch
/// norm whose weight stays at 1.
public final class IResNet extends Module {
  private static final int MAP = 7; // side of the last map of an image of 112 pixels
  private static final double SIGMA = 3;
  private static final int SMALLEST_IMAGE = 16;

  /// How the last map becomes a vector.
  public enum Pooling {
    /// Gaussian-weighted mean ([GaussianPool]); published for images of 97 to 112 pixels a side,
    /// for
    /// others with a Gaussian as wide beside the last map.
    WEIGHTED,
    /// Plain mean, for images of any size.
    AVERAGE,
    /// All its values, as InsightFace has it; needs images of 97 to 112 pixels a side.
    FLATTEN
  }

  /// How weights begin.
  public enum Start {
    /// Convolutions from N(0, 0.1²), the linear layer as PyTorch's.
    NORMAL,
    /// As AdaFace (arXiv:2204.00964): convolutions from N(0, 2/fanOut), the linear layer from N(0,
    /// 2/in), its bias 0.
    KAIMING
  }

  /// The network's sizes. Throws [org.kanface.tensor.ShapeException] where they make no sense.
  ///
  /// @param blocks of each of the four stages
  /// @param stemKernel side of the first convolution, odd
  /// @param dropout of the pooled vector in training
  /// @param recompute blocks keep only their input for the backward pass (less memory, more time)
  public record Config(
      List<Integer> blocks,
      int stemKernel,
      Pooling pooling,
      long embedding,
      double dropout,
      boolean recompute,
      Start start) {
    public Config {
      blocks = List.copyOf(blocks);
      Check.that(
          blocks.size() == 4 && blocks.stream().allMatch(b -> b > 0),
          "IResNet",
          "blocks: expected four positive numbers, got %s",
          blocks);
      Check.that(
          stemKernel > 0 && stemKernel % 2 == 1,
          "IResNet",
          "stem_kernel: expected an odd number, got %d",
          stemKernel);
      Check.positive("IResNet", "embedding_size", embedding);
    }

    /// The published networks by their number of layers: 18, 34, 50, 100 or 200, with a 7×7 stem.
    public static Config of(int layers, Pooling pooling) {
      return new Config(blocksOf(layers), 7, pooling, 512, 0, false, Start.NORMAL);
    }

    /// The same as AdaFace's backbone: a 3×3 stem, Gaussian weights, other initial values.
    public static Config adaFace(int layers) {
      return of(layers, Pooling.WEIGHTED).with(3).with(Start.KAIMING);
    }

    /// Blocks of each stage of the network with this number of layers.
    public static List<Integer> blocksOf(int layers) {
      return switch (layers) {
        case 18 -> List.of(2, 2, 2, 2);
        case 34 -> List.of(3, 4, 6, 3);
        case 50 -> List.of(3, 4, 14, 3);
        case 100 -> List.of(3, 13, 30, 3);
        case 200 -> List.of(6, 26, 60, 6);
        default ->
            throw new IllegalArgumentException(
                "[IResNet] layers: expected 18, 34, 50, 100 or 200, got " + layers);
      };
    }

    public Config with(int kernel) {
      return new Config(blocks, kernel, pooling, embedding, dropout, recompute, start);
    }

    public Config with(Start other) {
      return new Config(blocks, stemKernel, pooling, embedding, dropout, recompute, other);
    }

    public Config withEmbedding(long size) {
      return new Config(blocks, stemKernel, pooling, size, dropout, recompute, start);
    }

    /// The same with a share of the pooled vector dropped in training.
    public Config withDropout(double p) {
      return new Config(blocks, stemKernel, pooling, embedding, p, recompute, start);
    }

    /// The same with blocks that are computed again in the backward pass, or not.
    public Config recomputing(boolean on) {
      return new Config(blocks, stemKernel, pooling, embedding, dropout, on, start);
    }
  }

  private final Config config;
  private final Conv2d conv1;
  private final BatchNorm bn1;
  private final PRelu prelu;
  private final List<IBasicBlock> blocks = new ArrayList<>();
  private final BatchNorm bn2;
  private final Module pool;
  private final Dropout dropout;
  private final Linear fc;
  private final BatchNorm features;

  public IResNet(Init init, Config config) {
    this.config = config;
    int k = config.stemKernel;
    conv1 = register("conv1", new Conv2d(init, new Conv2d.Config(3, 64, k, 1, k / 2, 1, false)));
    bn1 = register("bn1", new BatchNorm(init, BatchNorm.Config.of(64)));
    prelu = register("prelu", new PRelu(init, 64));
    long in = 64;
    for (int stage = 1; stage <= 4; stage++) {
      long out = 32L << stage;
      for (int b = 0; b < config.blocks.get(stage - 1); b++) {
        var sizes = new IBasicBlock.Config(in, out, b == 0 ? 2 : 1, b == 0, config.recompute);
        blocks.add(register("layer" + stage + "." + b, new IBasicBlock(init, sizes)));
        in = out;
      }
    }
    bn2 = register("bn2", new BatchNorm(init, BatchNorm.Config.of(in)));
    pool =
        switch (config.pooling) {
          case WEIGHTED -> register("avgpool", new GaussianPool(MAP, SIGMA));
          case AVERAGE -> register("avgpool", new AdaptiveAveragePool(1, 1));
          case FLATTEN -> register("flatten", new Flatten());
        };
    dropout = register("dropout", new Dropout(config.dropout));
    long pooled = config.pooling == Pooling.FLATTEN ? in * MAP * MAP : in;
    fc = register("fc", new Linear(init, pooled, config.embedding, true));
    features =
        register(
            "features", new BatchNorm(init, BatchNorm.Config.of(config.embedding).fixedWeight()));
    redraw(init);
  }

  private void redraw(Init init) {
    for (Module m : modules().values()) {
      if (m instanceof Conv2d conv && config.start == Start.KAIMING) {
        conv.kaimingNormal(init);
      } else if (m instanceof Conv2d conv) {
        Parameter weight = conv.state().firstEntry().getValue();
        weight.load(init.normal(Math.toIntExact(weight.externalShape().numel()), 0.1));
      }
    }
    if (config.start == Start.KAIMING) {
      Parameter weight = fc.state().firstEntry().getValue();
      Shape s = weight.externalShape();
      weight.load(init.normal(Math.toIntExact(s.numel()), Math.sqrt(2.0 / s.dim(1))));
      Parameter bias = fc.state().lastEntry().getValue();
      bias.load(new float[Math.toIntExact(bias.externalShape().numel())]);
    }
  }

  @Override
  protected Var compute(Var x) {
    check(x.shape());
    Var y = Graph.local(() -> bn1.prelu(conv1, x, prelu));
    for (IBasicBlock block : blocks) {
      y = block.forward(y);
    }
    Var map = y;
    return Graph.local(() -> embed(map));
  }

  private Var embed(Var map) {
    Var pooled = pool.forward(bn2.forward(map));
    Var vector = Reshape.of(pooled, Shape.of(map.dim(0), pooled.shape().numel() / map.dim(0)));
    return features.forward(fc.forward(dropout.forward(vector)));
  }

  private void check(Shape s) {
    boolean fixed = config.pooling == Pooling.FLATTEN;
    long low = fixed ? 16 * (MAP - 1) + 1 : SMALLEST_IMAGE;
    long high = fixed ? 16 * MAP : Long.MAX_VALUE;
    Check.that(s.rank() == 4 && s.dim(3) == 3, "IResNet", "images %s: expected [n, h, w, 3]", s);
    Check.that(
        s.dim(1) >= low && s.dim(1) <= high && s.dim(2) >= low && s.dim(2) <= high,
        "IResNet",
        "images %s: %s needs %s pixels a side",
        s,
        fixed ? "a last map of 7 × 7" : "the network",
        fixed ? low + " to " + high : low + " or more");
  }
}
