package org.kanface.autograd.op;

/// A margin of its own for each row of a [MarginSoftmax]: what becomes of the cosine to the row's
/// target. Other cosines become `scale · cosine`.
public interface RowMargin {
  /// The target's logit.
  double logit(int row, double cosine);

  /// The derivative of [#logit] by the cosine.
  double derivative(int row, double cosine);
}
