package org.kanface.nn.loss;

import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Class numbers of a batch: checked, and as tensors.
final class ClassLabels {
  private ClassLabels() {}

  /// Throws [org.kanface.tensor.ShapeException] unless there is one class number a row of `[n, d]`.
  static void check(String head, Var embeddings, long[] labels, long classes) {
    Check.that(
        embeddings.shape().rank() == 2 && embeddings.dim(0) == labels.length,
        head,
        "embeddings %s: expected one row for each of %d labels",
        embeddings.shape(),
        labels.length);
    for (int i = 0; i < labels.length; i++) {
      Check.that(
          labels[i] >= 0 && labels[i] < classes,
          head,
          "label %d of sample %d: expected 0 to %d",
          labels[i],
          i,
          classes - 1);
    }
  }

  /// A tensor of numbers on the device of `like` that lives as long as the current graph.
  static Tensor tensor(Var like, long[] numbers) {
    return kept(Tensor.ofLongs(like.value().device(), Shape.of(numbers.length), numbers));
  }

  /// The tensor, which is the current graph's from now on and lives as long.
  static Tensor kept(Tensor t) {
    return Graph.current().constant(t).keep().value();
  }
}
