package org.kanface.nn.loss;

import org.kanface.kernels.Margin;
import org.kanface.tensor.Check;

/// The margins of margin-based softmax losses, by their published names.
///
/// Reference behaviour: with `m1 = 1, m3 = 0` the target's angle grows by `m2` (ArcFace), with `m3
/// > 0` its
/// cosine shrinks by `m3` (CosFace); a combination of both was never computed and is refused here.
/// Gradients
/// are straight-through, `scale` for every entry, unless exact ones are asked for.
public final class MarginLoss {
  private MarginLoss() {}

  /// ArcFace (arXiv:1801.07698): target logit `s cos(θ + m)`, `m` in radians.
  public static Margin arcFace(double scale, double margin) {
    return checked(new Margin(Margin.Kind.ANGULAR, scale, margin, 0, false));
  }

  /// CosFace (arXiv:1801.09414): target logit `s (cos θ - m)`.
  public static Margin cosFace(double scale, double margin) {
    return checked(new Margin(Margin.Kind.ADDITIVE, scale, margin, 0, false));
  }

  /// The reference's `margin_list` `(m1, m2, m3)` with inter-class filtering above `threshold` (0
  /// is off). Throws [org.kanface.tensor.ShapeException] for margins that cannot be combined.
  public static Margin combined(
      double scale, double m1, double m2, double m3, double threshold, boolean exactGradient) {
    Check.that(
        m1 == 1,
        "margin_list",
        "(%s, %s, %s): m1 must be 1, multiplied angles were never supported",
        m1,
        m2,
        m3);
    Check.that(
        m3 >= 0 && (m3 == 0 || m2 == 0),
        "margin_list",
        "(%s, %s, %s): expected an angular margin m2 (ArcFace) or a cosine margin m3 (CosFace), not"
            + " both",
        m1,
        m2,
        m3);
    boolean additive = m3 > 0;
    return checked(
        new Margin(
            additive ? Margin.Kind.ADDITIVE : Margin.Kind.ANGULAR,
            scale,
            additive ? m3 : m2,
            threshold,
            exactGradient));
  }

  private static Margin checked(Margin margin) {
    Check.positive("margin", "scale", margin.scale());
    Check.that(
        margin.margin() >= 0 && margin.margin() < Math.PI,
        "margin",
        "expected a margin in [0, π), got %s",
        margin.margin());
    return margin;
  }
}
