package org.kanface.nn.loss;

import org.kanface.autograd.op.RowMargin;

/// AdaFace's margins of a batch: with `k` a row's quality, the cosine of the target at angle `θ`
/// becomes the logit `s (cos(clip(θ - m k, ε, π - ε)) - m - m k)`.
final class AdaptiveMargins implements RowMargin {
  /// Off the ends of angles and cosines.
  static final double EPS = 1e-3;

  private final double scale;
  private final double margin;
  private final double[] quality; // k, by row

  /// @param quality from -1, where the margin is ArcFace's, over 0, CosFace's, to 1
  AdaptiveMargins(double scale, double margin, double[] quality) {
    this.scale = scale;
    this.margin = margin;
    this.quality = quality.clone();
  }

  /// A row's `cos(clip(θ - m k)) - m - m k` as `along · c + across · √(1 - c²) + shift`; where the
  /// angle is clipped, `along` and `across` are 0.
  record Turn(double along, double across, double shift) {}

  Turn turn(int row, double cosine) {
    double angle = margin * quality[row];
    double theta = Math.acos(cosine) - angle;
    double fixed = -margin - angle;
    if (theta < EPS || theta > Math.PI - EPS) {
      return new Turn(0, 0, Math.cos(theta < EPS ? EPS : Math.PI - EPS) + fixed);
    }
    return new Turn(Math.cos(angle), Math.sin(angle), fixed);
  }

  @Override
  public double logit(int row, double cosine) {
    Turn t = turn(row, cosine);
    return scale * (t.along * cosine + t.across * Math.sqrt(1 - cosine * cosine) + t.shift);
  }

  @Override
  public double derivative(int row, double cosine) {
    Turn t = turn(row, cosine);
    return scale * (t.along - t.across * cosine / Math.sqrt(1 - cosine * cosine));
  }
}
