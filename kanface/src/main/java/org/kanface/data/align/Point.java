package org.kanface.data.align;

/// A place in an image: (0, 0) is the centre of the left upper pixel, x grows to the right, y
/// downwards.
public record Point(double x, double y) {
  double squaredDistance(Point other) {
    return (x - other.x) * (x - other.x) + (y - other.y) * (y - other.y);
  }

  /// Distance in pixels.
  public double distance(Point other) {
    return Math.sqrt(squaredDistance(other));
  }
}
