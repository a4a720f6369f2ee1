package org.kanface.kernels;

/// A margin on the target's cosine, before the softmax (ArcFace, arXiv:1801.07698; CosFace,
/// arXiv:1801.09414).
///
/// @param scale `s`, multiplies every logit
/// @param margin added to the target's angle in radians (ANGULAR), or taken off its cosine
///     (ADDITIVE)
/// @param filterThreshold above 0: cosines of other classes over it become 0 (inter-class
///     filtering)
/// @param exactGradient the derivative of the margin itself; else the published straight-through
///     one, which is `scale` for every entry
public record Margin(
    Kind kind, double scale, double margin, double filterThreshold, boolean exactGradient) {
  /// Where the margin acts.
  public enum Kind {
    ANGULAR,
    ADDITIVE
  }
}
