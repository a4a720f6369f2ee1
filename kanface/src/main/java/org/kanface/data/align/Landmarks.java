package org.kanface.data.align;

import java.util.List;

/// Five points of a face; left and right are the image's.
public record Landmarks(
    Point leftEye, Point rightEye, Point nose, Point leftMouth, Point rightMouth) {
  private static final int POINTS = 5;

  /// Where a face of 112 × 112 pixels has them, in training data of ArcFace and its successors.
  public static final Landmarks TEMPLATE =
      new Landmarks(
          new Point(38.2946, 51.6963),
          new Point(73.5318, 51.5014),
          new Point(56.0252, 71.7366),
          new Point(41.5493, 92.3655),
          new Point(70.7299, 92.2041));

  /// Points in the order of [#points()]; throws [IllegalArgumentException] unless there are five.
  public static Landmarks of(List<Point> points) {
    if (points.size() != POINTS) {
      throw new IllegalArgumentException(
          "[landmarks] expected %d points, got %d".formatted(POINTS, points.size()));
    }
    return new Landmarks(points.get(0), points.get(1), points.get(2), points.get(3), points.get(4));
  }

  /// Left eye, right eye, nose, left and right corner of the mouth.
  public List<Point> points() {
    return List.of(leftEye, rightEye, nose, leftMouth, rightMouth);
  }

  /// Pixels between the eyes.
  public double eyeDistance() {
    return leftEye.distance(rightEye);
  }
}
