package org.kanface.data.align;

import java.util.List;

/// A rotation, uniform scale and shift: `x' = a x - b y + shiftX`, `y' = b x + a y + shiftY`.
public record Similarity(double a, double b, double shiftX, double shiftY) {
  /// The transform with the least sum of squared distances from moved `from` to `to`.
  ///
  /// With `p`, `q` the points less their means: `a = Σ p·q / Σ |p|²`, `b = Σ (px qy - py qx) / Σ
  /// |p|²`, and the shift takes the mean of `from` to that of `to`. Mirroring is not considered.
  /// Throws [IllegalArgumentException] where the lists differ in length or all of `from` is one
  /// point. Source: Umeyama 1991, "Least-squares estimation of transformation parameters between
  /// two point patterns".
  public static Similarity fit(List<Point> from, List<Point> to) {
    if (from.size() != to.size() || from.isEmpty()) {
      throw new IllegalArgumentException(
          "[similarity] expected as many points before as after, at least one, got %d and %d"
              .formatted(from.size(), to.size()));
    }
    Point p = mean(from);
    Point q = mean(to);
    double along = 0;
    double across = 0;
    double spread = 0;
    for (int i = 0; i < from.size(); i++) {
      double px = from.get(i).x() - p.x();
      double py = from.get(i).y() - p.y();
      double qx = to.get(i).x() - q.x();
      double qy = to.get(i).y() - q.y();
      along += px * qx + py * qy;
      across += px * qy - py * qx;
      spread += px * px + py * py;
    }
    if (!(spread > 0) || !Double.isFinite(along + across)) {
      throw new IllegalArgumentException(
          "[similarity] no transform fits: the points %s are one place or not finite"
              .formatted(from));
    }
    double a = along / spread;
    double b = across / spread;
    return new Similarity(a, b, q.x() - (a * p.x() - b * p.y()), q.y() - (b * p.x() + a * p.y()));
  }

  private static Point mean(List<Point> points) {
    double x = 0;
    double y = 0;
    for (Point p : points) {
      x += p.x();
      y += p.y();
    }
    return new Point(x / points.size(), y / points.size());
  }

  /// How much longer distances become.
  public double scale() {
    return Math.hypot(a, b);
  }

  /// Where a point goes.
  public Point apply(Point p) {
    return new Point(a * p.x() - b * p.y() + shiftX, b * p.x() + a * p.y() + shiftY);
  }

  /// The same for an image whose pixels are `factor × factor` pixels of the original.
  Similarity ofShrunk(int factor) {
    double centre = (factor - 1) / 2.0; // of such a block's first pixel, in the original
    Point first = apply(new Point(centre, centre));
    return new Similarity(a * factor, b * factor, first.x(), first.y());
  }
}
