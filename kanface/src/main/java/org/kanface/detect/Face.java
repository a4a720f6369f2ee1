package org.kanface.detect;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.kanface.data.align.Landmarks;
import org.kanface.data.image.RgbImage;

/// A face that was found.
///
/// @param score the last network's probability that it is one, 0 to 1
public record Face(FaceBox box, double score, Landmarks landmarks) {
  /// Which of several faces a photograph shows: the largest, where twice the squared distance from
  /// the photograph's centre is taken off a face's area, so that people at the edge of a portrait
  /// do not win by a few pixels. Empty where there are none.
  public static Optional<Face> main(List<Face> faces, RgbImage photograph) {
    double x = (photograph.width() - 1) / 2.0;
    double y = (photograph.height() - 1) / 2.0;
    return faces.stream()
        .max(Comparator.comparingDouble(f -> f.box.area() - 2 * f.squaredDistance(x, y)));
  }

  private double squaredDistance(double x, double y) {
    double dx = (box.left() + box.right()) / 2 - x;
    double dy = (box.top() + box.bottom()) / 2 - y;
    return dx * dx + dy * dy;
  }
}
