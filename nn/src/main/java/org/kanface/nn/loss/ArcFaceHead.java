package org.kanface.nn.loss;

import org.kanface.autograd.Var;
import org.kanface.autograd.op.CrossEntropy;
import org.kanface.autograd.op.MarginLogits;
import org.kanface.kernels.Margin;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.Packing;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;

/// ArcFace (arXiv:1801.07698) as EfficientFR trains with it: all classes in every step, the
/// margin's own derivative, and no case apart for angles beyond `π - margin`.
///
/// `loss = mean_i -log softmax(s (cos(θ_y + m) | cos θ_j))[y_i]`. `weight [classes, embedding]`
/// begins with Xavier's uniform numbers.
public final class ArcFaceHead extends Module {
  private final long classes;
  private final Var weight; // [classes, embedding]

  public ArcFaceHead(Init init, long classes, long embedding) {
    Check.positive("ArcFaceHead", "classes", classes);
    Check.positive("ArcFaceHead", "embedding_size", embedding);
    this.classes = classes;
    double bound = Math.sqrt(6.0 / (classes + embedding));
    weight = register(init.uniform("weight", Packing.plain(Shape.of(classes, embedding)), bound));
  }

  /// Cosines of embeddings `[n, embedding]` to all centres: `[n, classes]`.
  @Override
  protected Var compute(Var embeddings) {
    return PartialFc.cosines(embeddings, weight);
  }

  /// What the margin makes of [#compute]: `[n, classes]`. Throws
  /// [org.kanface.tensor.ShapeException] where a label is no class.
  public Var logits(Var embeddings, long[] labels, double scale, double margin) {
    ClassLabels.check("ArcFaceHead", embeddings, labels, classes);
    var exact = new Margin(Margin.Kind.ANGULAR, scale, margin, 0, true);
    return MarginLogits.of(forward(embeddings), ClassLabels.tensor(embeddings, labels), exact);
  }

  /// The loss of a batch, a scalar.
  ///
  /// @param embeddings `[n, embedding]`, not normalised
  /// @param margin in radians
  public Var loss(Var embeddings, long[] labels, double scale, double margin) {
    return crossEntropy(logits(embeddings, labels, scale, margin), labels);
  }

  /// The loss of [#logits], a scalar.
  public Var crossEntropy(Var logits, long[] labels) {
    return CrossEntropy.of(logits, ClassLabels.tensor(logits, labels), 0);
  }
}
