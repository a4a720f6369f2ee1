package org.kanface.autograd.op;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.BatchNorm.Rectifier;
import org.kanface.kernels.Conv2d;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// `BatchNorm(Convolution(x))` with running statistics, with a rectifier or without, where nobody
/// needs what lies between: the convolution's outputs are normalised before they go to memory.
///
/// For inference alone: it has no gradient. The result is that of the two ops, to the bit.
public record ConvolutionNorm(
    Convolution convolution,
    @Nullable Var w,
    @Nullable Var b,
    Var runningMean,
    Var runningVar,
    double eps,
    @Nullable Rectifier rectifier)
    implements Op {
  public ConvolutionNorm {
    Shape channels = Shape.of(convolution.w().dim(0));
    check(channels, "weight", w);
    check(channels, "bias", b);
    check(channels, "running mean", runningMean);
    check(channels, "running variance", runningVar);
    check(channels, "slope", rectifier == null ? null : rectifier.slope());
  }

  private static void check(Shape channels, String name, @Nullable Var part) {
    Check.that(
        part == null || part.shape().equals(channels),
        "convolutionNorm",
        "%s: expected %s, got %s",
        name,
        channels,
        part == null ? "none" : part.shape());
  }

  /// Applies it. Throws [IllegalStateException] in a graph that may want gradients.
  public static Var of(
      Convolution convolution,
      @Nullable Var w,
      @Nullable Var b,
      Var runningMean,
      Var runningVar,
      double eps,
      @Nullable Rectifier rectifier) {
    if (!Graph.current().isInference()) {
      throw new IllegalStateException("[convolutionNorm] for inference alone");
    }
    return Graph.apply(
        new ConvolutionNorm(convolution, w, b, runningMean, runningVar, eps, rectifier));
  }

  @Override
  public List<Var> inputs() {
    Var slope = rectifier == null ? null : rectifier.slope();
    return Operands.present(convolution.x(), convolution.w(), convolution.b(), w, b, slope);
  }

  @Override
  public Tensor forward(Frame f) {
    Conv2d shape = convolution.geometry();
    Tensor y = f.empty(Shape.of(shape.n(), shape.outH(), shape.outW(), shape.outC()));
    long pixels = shape.n() * shape.outH() * shape.outW();
    f.kernels()
        .conv()
        .inferNorm(
            shape,
            convolution.x().value().memory(),
            convolution.w().value().memory(),
            Operands.memory(convolution.b()),
            BatchNorm.kernel(pixels, shape.outC(), eps, w, b, rectifier),
            runningMean.value().memory(),
            runningVar.value().memory(),
            y.memory());
    return y;
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    throw new IllegalStateException("[convolutionNorm] has no gradient");
  }
}
