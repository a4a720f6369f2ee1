package org.kanface.autograd.op;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.kernels.Memory;
import org.kanface.kernels.Unary;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Batch norm of each channel (the last axis) over all others:
/// `y = (x - mean) / √(var + eps) * w + b` (arXiv:1502.03167).
///
/// Shapes: `x [..., c]`, `w [c]` or none, `b [c]` or none, running statistics `[c]` → `y [..., c]`.
/// In training the statistics are the batch's (biased variance) and the running ones move in place:
/// `running = (1 - momentum) running + momentum * batch`, with the unbiased variance; a part that
/// is computed again in the backward pass does not move them again. Otherwise the running ones are
/// used and stay.
/// Gradients, with `xh` the normalised input and `g = dy * w`: in training
/// `dx = (g - mean(g) - xh mean(g xh)) / √(var + eps)`, else `dx = g / √(var + eps)`;
/// `dw = Σ dy xh`, `db = Σ dy`.
///
/// With a rectifier behind it, in the same pass over `x`: of the result `z` above, `y = z` where
/// it is positive, else `slope z`. The backward pass computes `z` again: nothing but `x` is kept.
public record BatchNorm(
    Var x,
    @Nullable Var w,
    @Nullable Var b,
    Var runningMean,
    Var runningVar,
    double eps,
    double momentum,
    boolean training,
    @Nullable Rectifier rectifier)
    implements Op {
  /// @param slope `[c]`; null for 0 (ReLU)
  public record Rectifier(@Nullable Var slope) {}

  public BatchNorm {
    Check.that(x.shape().rank() >= 1, "batchNorm", "x %s: expected at least one axis", x.shape());
    Channels.check("batchNorm", "weight", x, w);
    Channels.check("batchNorm", "bias", x, b);
    Channels.check("batchNorm", "running mean", x, runningMean);
    Channels.check("batchNorm", "running variance", x, runningVar);
    Channels.check("batchNorm", "slope", x, rectifier == null ? null : rectifier.slope);
    Check.that(
        !training || Channels.rows(x) > 1,
        "batchNorm",
        "x %s: expected more than one value a channel in training",
        x.shape());
  }

  /// Without a rectifier.
  public BatchNorm(
      Var x,
      @Nullable Var w,
      @Nullable Var b,
      Var runningMean,
      Var runningVar,
      double eps,
      double momentum,
      boolean training) {
    this(x, w, b, runningMean, runningVar, eps, momentum, training, null);
  }

  public static Var of(
      Var x,
      @Nullable Var w,
      @Nullable Var b,
      Var runningMean,
      Var runningVar,
      double eps,
      double momentum,
      boolean training) {
    return of(x, w, b, runningMean, runningVar, eps, momentum, training, null);
  }

  public static Var of(
      Var x,
      @Nullable Var w,
      @Nullable Var b,
      Var runningMean,
      Var runningVar,
      double eps,
      double momentum,
      boolean training,
      @Nullable Rectifier rectifier) {
    return Graph.apply(
        new BatchNorm(x, w, b, runningMean, runningVar, eps, momentum, training, rectifier));
  }

  private @Nullable Var slope() {
    return rectifier == null ? null : rectifier.slope;
  }

  @Override
  public List<Var> inputs() {
    return Operands.present(x, w, b, slope());
  }

  @Override
  public List<Var> reads() {
    return rectifier == null ? Operands.present(x, w) : inputs(); // the sign of z needs all
  }

  @Override
  public Tensor forward(Frame f) {
    Tensor y = f.empty(x.shape());
    if (training) {
      train(f, y);
    } else {
      evaluate(f, y);
      if (f.isRecorded()) {
        f.save(runningMean.value().copy());
        rootOfRunningVariance(f);
      }
    }
    return y;
  }

  private void train(Frame f, Tensor y) {
    Memory mean = f.save(f.empty(Shape.of(x.dim(-1)))).memory();
    Memory rstd = f.save(f.empty(Shape.of(x.dim(-1)))).memory();
    double moves = Graph.current().isRecomputing() ? 0 : momentum;
    f.kernels()
        .norm()
        .batchNormTrain(
            kernel(),
            moves,
            x.value().memory(),
            runningMean.value().memory(),
            runningVar.value().memory(),
            y.memory(),
            mean,
            rstd);
  }

  private void evaluate(Frame f, Tensor y) {
    Memory mean = runningMean.value().memory();
    Memory variance = runningVar.value().memory();
    f.kernels().norm().batchNormEval(kernel(), x.value().memory(), mean, variance, y.memory());
  }

  private org.kanface.kernels.BatchNorm kernel() {
    return kernel(Channels.rows(x), x.dim(-1), eps, w, b, rectifier);
  }

  /// The kernels' view of a norm over `rows` rows of `channels`.
  static org.kanface.kernels.BatchNorm kernel(
      long rows,
      long channels,
      double eps,
      @Nullable Var w,
      @Nullable Var b,
      @Nullable Rectifier rectifier) {
    var norm =
        org.kanface.kernels.BatchNorm.of(
            rows, channels, eps, Operands.memory(w), Operands.memory(b));
    return rectifier == null ? norm : norm.rectified(Operands.memory(rectifier.slope));
  }

  /// Saves `1/√(runningVar + eps)`.
  private void rootOfRunningVariance(Frame f) {
    var kernels = f.kernels().elementwise();
    Tensor rstd = f.save(f.empty(Shape.of(x.dim(-1))));
    long n = rstd.numel();
    kernels.affine(n, 1, eps, runningVar.value().memory(), rstd.memory());
    kernels.unary(Unary.SQRT, n, rstd.memory(), rstd.memory());
    kernels.unary(Unary.RECIPROCAL, n, rstd.memory(), rstd.memory());
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    Tensor dx = f.empty(x.shape());
    Tensor dw = Operands.gradient(f, w);
    Tensor db = Operands.gradient(f, b);
    Tensor dslope = Operands.gradient(f, slope());
    f.kernels()
        .norm()
        .batchNormBackward(
            training,
            kernel(),
            x.value().memory(),
            f.saved(0).memory(),
            f.saved(1).memory(),
            dy.memory(),
            dx.memory(),
            Operands.memory(dw),
            Operands.memory(db),
            Operands.memory(dslope));
    List<@Nullable Tensor> grads = new ArrayList<>();
    grads.add(dx);
    addWhere(w, dw, grads);
    addWhere(b, db, grads);
    addWhere(slope(), dslope, grads);
    return grads;
  }

  private static void addWhere(
      @Nullable Var input, @Nullable Tensor gradient, List<@Nullable Tensor> grads) {
    if (input != null) {
      grads.add(gradient);
    }
  }
}
