package org.kanface.autograd.op;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Softmax cross-entropy, its mean over rows: `y = -1/rows Σ_i log p[i, label_i]`.
///
/// Shapes: `logits [rows, cols]`, `labels [rows]` (I64 on the same device, `-1 … cols - 1`; checked
/// on the host only) → a scalar, 0 where there are no rows.
/// With `floor > 0` a row's loss is `-log max(p, floor)`, and `-log floor` where its label is -1.
/// With `floor = 0` such rows count 0.
/// Gradient: `(p - [j = label]) dy / rows`, as published also below the floor; rows of label -1
/// get the softmax's part alone with a floor and 0 without.
public record CrossEntropy(Var logits, Tensor labels, double floor) implements Op {
  public CrossEntropy {
    Labels.check("crossEntropy", logits, labels);
  }

  /// The caller keeps `labels` and may close them after this call.
  public static Var of(Var logits, Tensor labels, double floor) {
    return Graph.apply(new CrossEntropy(logits, labels, floor));
  }

  @Override
  public List<Var> inputs() {
    return List.of(logits);
  }

  @Override
  public List<Var> reads() {
    return List.of();
  }

  @Override
  public Tensor forward(Frame f) {
    long rows = logits.dim(0);
    Tensor probabilities = f.needs(0) ? f.save(f.empty(logits.shape())) : null;
    if (probabilities != null) {
      f.save(labels.retain());
    }
    try (Tensor losses = f.empty(Shape.of(rows))) {
      f.kernels()
          .loss()
          .crossEntropyForward(
              rows,
              logits.dim(1),
              floor,
              logits.value().memory(),
              labels.memory(),
              Operands.memory(probabilities),
              losses.memory());
      return Sum.over(f, losses, 0, 1.0 / Math.max(1, rows));
    }
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    long rows = logits.dim(0);
    Tensor dlogits = f.saved(0).retain(); // overwrites the probabilities
    try (Tensor dloss = f.empty(Shape.SCALAR)) {
      f.kernels().elementwise().affine(1, 1.0 / Math.max(1, rows), 0, dy.memory(), dloss.memory());
      try (Tensor dlosses = Sum.spread(dloss, Shape.of(rows), 0)) {
        f.kernels()
            .loss()
            .crossEntropyBackward(
                rows,
                logits.dim(1),
                !(floor > 0),
                f.saved(0).memory(),
                f.saved(1).memory(),
                dlosses.memory(),
                dlogits.memory());
      }
    }
    return Arrays.asList(dlogits);
  }
}
