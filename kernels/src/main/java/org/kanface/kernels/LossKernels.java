package org.kanface.kernels;

import org.jspecify.annotations.Nullable;

/// Classification losses over `[rows, cols]` logits with I64 labels; label -1 has no target.
public interface LossKernels {
  /// `logits = scale * margin(cosines)` (see [Margin]). ANGULAR computes `cos(acos(z) + m
  /// [target])` for every entry, as the published code does. `logits` may be `cosines` only where
  /// the gradient is not exact.
  void marginForward(
      Margin margin, long rows, long cols, Memory cosines, Memory labels, Memory logits);

  /// `dcosines = dlogits * scale * (filtered ? 0 : 1)`, at the target times `sin(θ + m)/sin θ` for
  /// an exact ANGULAR gradient (with `sin θ` at least 1e-6); may be `dlogits`.
  void marginBackward(
      Margin margin,
      long rows,
      long cols,
      Memory cosines,
      Memory labels,
      Memory dlogits,
      Memory dcosines);

  /// Softmax cross-entropy of each row: `losses[i] = -log p[i, label]`, `probabilities` (optional,
  /// may be `logits`) receives `p`. With `floor > 0` the loss is `-log max(p, floor)`, also where
  /// the label is -1; with `floor = 0` it is computed as `log Σ exp(x) - x[label]` and a label of
  /// -1 gives 0.
  void crossEntropyForward(
      long rows,
      long cols,
      double floor,
      Memory logits,
      Memory labels,
      @Nullable Memory probabilities,
      Memory losses);

  /// `dlogits[i, j] = dlosses[i] * (p[i, j] - [j = label])`; may be `probabilities`. With
  /// `ignoreUnlabelled` rows of label -1 get 0, else the softmax gradient alone.
  void crossEntropyBackward(
      long rows,
      long cols,
      boolean ignoreUnlabelled,
      Memory probabilities,
      Memory labels,
      Memory dlosses,
      Memory dlogits);
}
