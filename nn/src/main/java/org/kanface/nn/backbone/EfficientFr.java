package org.kanface.nn.backbone;

import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.Add;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.layer.Activation;
import org.kanface.nn.layer.AdaptiveAveragePool;
import org.kanface.nn.layer.BatchNorm;
import org.kanface.nn.layer.Conv2d;
import org.kanface.nn.layer.Flatten;
import org.kanface.nn.layer.Linear;
import org.kanface.nn.layer.MaxPool;
import org.kanface.nn.layer.Sequential;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;

/// EfficientFR: a small network of [DepthwiseSeparable] convolutions for faces.
///
/// Images `x [n, h, w, 3]` in [0, 1], at least 15 pixels a side (published: 224) → embeddings `[n,
/// embedding]`, not normalised. A 3×3 stem of stride 2 and four stages of 64, 128, 256 and 512
/// channels, each a convolution, a residual pair and a pool: the maximum of 2×2, at the end the
/// mean. Weights begin as PyTorch's.
public final class EfficientFr extends Module {
  private static final int SMALLEST_IMAGE = 15;

  private final Sequential stem;
  private final Sequential[] stages = new Sequential[4];
  private final Sequential embedding;

  /// Throws [org.kanface.tensor.ShapeException] unless `embedding` is positive.
  public EfficientFr(Init init, long embedding) {
    Check.positive("EfficientFR", "embedding_size", embedding);
    long width = 32;
    stem =
        register(
            "stem",
            new Sequential(
                new Conv2d(init, new Conv2d.Config(3, width, 3, 2, 1, 1, false)),
                new BatchNorm(init, BatchNorm.Config.of(width)),
                Activation.relu()));
    for (int i = 0; i < stages.length; i++) {
      long out = 2 * width;
      stages[i] =
          register(
              "stage" + (i + 1),
              new Sequential(
                  new DepthwiseSeparable(init, width, out),
                  new Residual(init, out),
                  i < 3 ? new MaxPool(2, 2, 0) : new AdaptiveAveragePool(1, 1)));
      width = out;
    }
    this.embedding =
        register(
            "embedding",
            new Sequential(
                new Flatten(),
                new Linear(init, width, embedding, true),
                new BatchNorm(init, BatchNorm.Config.of(embedding))));
  }

  @Override
  protected Var compute(Var x) {
    Shape s = x.shape();
    Check.that(
        s.rank() == 4 && s.dim(3) == 3 && s.dim(1) >= SMALLEST_IMAGE && s.dim(2) >= SMALLEST_IMAGE,
        "EfficientFR",
        "images %s: expected [n, h, w, 3] of at least %d × %d pixels",
        s,
        SMALLEST_IMAGE,
        SMALLEST_IMAGE);
    Var y = stem.forward(x);
    for (Sequential stage : stages) {
      y = stage.forward(y);
    }
    return embedding.forward(y);
  }

  /// `x + conv2(conv1(x))`; the rectifier is before the sum.
  private static final class Residual extends Module {
    private final DepthwiseSeparable conv1;
    private final DepthwiseSeparable conv2;

    Residual(Init init, long channels) {
      conv1 = register("conv1", new DepthwiseSeparable(init, channels, channels));
      conv2 = register("conv2", new DepthwiseSeparable(init, channels, channels));
    }

    @Override
    protected Var compute(Var x) {
      return Graph.local(() -> Add.of(x, conv2.forward(conv1.forward(x))));
    }
  }
}
