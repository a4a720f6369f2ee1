package org.kanface.nn.layer;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.BatchNorm.Rectifier;
import org.kanface.autograd.op.ConvolutionNorm;
import org.kanface.autograd.op.Elementwise;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.Packing;
import org.kanface.nn.Parameter;
import org.kanface.tensor.Check;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Batch norm of each channel, the last axis of `x [n, channels]` or `x [n, h, w, channels]`:
/// `(x - mean)/√(var + eps) * weight + bias`.
///
/// Training uses the batch's statistics and moves the running ones; evaluation uses the running
/// ones. State-dict names are PyTorch's. Source: Ioffe and Szegedy 2015, arXiv:1502.03167.
public final class BatchNorm extends Module {
  /// Sizes and settings. Throws [org.kanface.tensor.ShapeException] where one makes no sense.
  ///
  /// @param momentum share of a batch's statistics in the running ones
  /// @param trainsWeight false keeps the weight at 1, without a gradient
  public record Config(long channels, double eps, double momentum, boolean trainsWeight) {
    public Config {
      Check.positive("BatchNorm", "channels", channels);
      Check.positive("BatchNorm", "eps", eps);
      Check.that(
          momentum >= 0 && momentum <= 1,
          "BatchNorm",
          "momentum: expected a number in [0, 1], got %s",
          momentum);
    }

    /// PyTorch's defaults.
    public static Config of(long channels) {
      return new Config(channels, 1e-5, 0.1, true);
    }

    /// The same with a weight that stays at 1.
    public Config fixedWeight() {
      return new Config(channels, eps, momentum, false);
    }
  }

  private final Config config;
  private final Var weight; // [channels]
  private final Var bias; // [channels]
  private final Var runningMean; // [channels]
  private final Var runningVar; // [channels]
  private final Var batches; // I64 scalar, on the host so that no step waits for a device

  public BatchNorm(Init init, Config config) {
    this.config = config;
    var packing = Packing.plain(Shape.of(config.channels));
    var ones = new float[Math.toIntExact(config.channels)];
    Arrays.fill(ones, 1);
    weight =
        register(
            config.trainsWeight
                ? init.constant("weight", packing, 1)
                : init.buffer("weight", packing, ones));
    bias = register(init.constant("bias", packing, 0));
    runningMean = register(init.buffer("running_mean", packing, new float[ones.length]));
    runningVar = register(init.buffer("running_var", packing, ones));
    Tensor none = Tensor.ofLongs(Device.reference(), Shape.SCALAR, 0);
    batches =
        register(
            new Parameter(Var.buffer("num_batches_tracked", none), Packing.plain(Shape.SCALAR)));
  }

  @Override
  protected Var compute(Var x) {
    return apply(x, null);
  }

  /// `relu(forward(x))`, in one pass unless somebody looks at what lies between.
  public Var relu(Var x) {
    return fuses() ? apply(x, new Rectifier(null)) : Elementwise.relu(forward(x));
  }

  /// `activation.forward(forward(x))`, in one pass unless somebody looks at what lies between.
  public Var prelu(Var x, PRelu activation) {
    return fuses() && !activation.isObserved()
        ? apply(x, new Rectifier(activation.slopes()))
        : activation.forward(forward(x));
  }

  /// `forward(convolution.forward(x))`; where no gradient follows and nobody looks at what lies
  /// between, in one pass.
  public Var after(Conv2d convolution, Var x) {
    return joins(convolution) ? join(convolution, x, null) : forward(convolution.forward(x));
  }

  /// `relu(convolution.forward(x))`, as [#after].
  public Var relu(Conv2d convolution, Var x) {
    return joins(convolution)
        ? join(convolution, x, new Rectifier(null))
        : relu(convolution.forward(x));
  }

  /// `prelu(convolution.forward(x), activation)`, as [#after].
  public Var prelu(Conv2d convolution, Var x, PRelu activation) {
    return joins(convolution) && !activation.isObserved()
        ? join(convolution, x, new Rectifier(activation.slopes()))
        : prelu(convolution.forward(x), activation);
  }

  private boolean joins(Conv2d convolution) {
    return Graph.current().isInference() && !isTraining() && fuses() && !convolution.isObserved();
  }

  private Var join(Conv2d convolution, Var x, @Nullable Rectifier rectifier) {
    return ConvolutionNorm.of(
        convolution.on(x), weight, bias, runningMean, runningVar, config.eps, rectifier);
  }

  private boolean fuses() {
    return !isObserved() && !Graph.current().isWatched();
  }

  private Var apply(Var x, @Nullable Rectifier rectifier) {
    if (isTraining() && !Graph.current().isRecomputing()) {
      long[] count = batches.value().toLongs();
      count[0]++;
      batches.value().write(MemorySegment.ofArray(count));
    }
    return org.kanface.autograd.op.BatchNorm.of(
        x,
        weight,
        bias,
        runningMean,
        runningVar,
        config.eps,
        config.momentum,
        isTraining(),
        rectifier);
  }
}
