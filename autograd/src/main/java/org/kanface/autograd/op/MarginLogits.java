package org.kanface.autograd.op;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.kernels.Margin;
import org.kanface.tensor.Tensor;

/// Logits from cosines, with a margin against each row's own class: `y = scale * margin(cosines)`
/// (see [Margin]).
///
/// Shapes: `cosines [rows, cols]`, `labels [rows]` (I64 on the same device, `-1 … cols - 1`, -1 for
/// no class; checked on the host only) → `y [rows, cols]`.
/// Gradient: `dcosines = scale * dy`, 0 where filtered; with [Margin#exactGradient()] at the target
/// also the derivative of the margin.
public record MarginLogits(Var cosines, Tensor labels, Margin margin) implements Op {
  public MarginLogits {
    Labels.check("marginLogits", cosines, labels);
  }

  /// The caller keeps `labels` and may close them after this call.
  public static Var of(Var cosines, Tensor labels, Margin margin) {
    return Graph.apply(new MarginLogits(cosines, labels, margin));
  }

  @Override
  public List<Var> inputs() {
    return List.of(cosines);
  }

  @Override
  public List<Var> reads() {
    return isScaling() ? List.of() : List.of(cosines);
  }

  @Override
  public Tensor forward(Frame f) {
    Tensor y = f.empty(cosines.shape());
    f.kernels()
        .loss()
        .marginForward(
            margin,
            cosines.dim(0),
            cosines.dim(1),
            cosines.value().memory(),
            labels.memory(),
            y.memory());
    if (!isScaling()) {
      f.save(labels.retain());
    }
    return y;
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    Tensor dx = f.empty(cosines.shape());
    if (isScaling()) {
      f.kernels().elementwise().affine(dx.numel(), margin.scale(), 0, dy.memory(), dx.memory());
    } else {
      f.kernels()
          .loss()
          .marginBackward(
              margin,
              cosines.dim(0),
              cosines.dim(1),
              cosines.value().memory(),
              f.saved(0).memory(),
              dy.memory(),
              dx.memory());
    }
    return Arrays.asList(dx);
  }

  /// Whether the gradient is `scale` for every entry.
  private boolean isScaling() {
    return !margin.exactGradient() && !(margin.filterThreshold() > 0);
  }
}
