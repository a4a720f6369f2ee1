package org.kanface.detect;

import java.util.ArrayList;
import java.util.List;
import org.kanface.data.align.Landmarks;
import org.kanface.data.align.Point;
import org.kanface.data.image.RgbImage;
import org.kanface.detect.FaceBox.Offsets;
import org.kanface.nn.backbone.mtcnn.ONet;
import org.kanface.tensor.Device;

/// What [ONet] says of one box.
///
/// @param box where it looked
/// @param score its probability of a face
/// @param offsets where it puts the face's edges, in box sizes
/// @param points where it puts the five points, in box sizes from the box's left upper corner
record ONetRow(FaceBox box, double score, Offsets offsets, Landmarks points) {
  private static final int COLUMNS = 16;
  private static final int FIRST_POINT = 6;
  private static final int POINTS = 5;

  /// Rows for each box of an image, or of the box's mirror image.
  static List<ONetRow> of(
      ONet network, Device device, RgbImage image, List<FaceBox> boxes, boolean mirrored) {
    float[] values = Crops.boxes(network, device, image, boxes, ONet.SIDE, mirrored, COLUMNS);
    var rows = new ArrayList<ONetRow>();
    for (int i = 0; i < boxes.size(); i++) {
      int at = i * COLUMNS;
      var points = new ArrayList<Point>();
      for (int j = at + FIRST_POINT; j < at + FIRST_POINT + POINTS; j++) {
        points.add(new Point(values[j], values[j + POINTS]));
      }
      rows.add(
          new ONetRow(
              boxes.get(i),
              values[at + 1],
              new Offsets(values[at + 2], values[at + 3], values[at + 4], values[at + 5]),
              Landmarks.of(points)));
    }
    return rows;
  }

  /// The mean of this and of what the network says of the mirror image.
  ONetRow mean(ONetRow mirrored) {
    Offsets o = mirrored.offsets;
    Landmarks m = mirrored.points;
    return new ONetRow(
        box,
        (score + mirrored.score) / 2,
        new Offsets(
            (offsets.left() - o.right()) / 2,
            (offsets.top() + o.top()) / 2,
            (offsets.right() - o.left()) / 2,
            (offsets.bottom() + o.bottom()) / 2),
        new Landmarks(
            mean(points.leftEye(), m.rightEye()),
            mean(points.rightEye(), m.leftEye()),
            mean(points.nose(), m.nose()),
            mean(points.leftMouth(), m.rightMouth()),
            mean(points.rightMouth(), m.leftMouth())));
  }

  private static Point mean(Point p, Point mirrored) {
    return new Point((p.x() + 1 - mirrored.x()) / 2, (p.y() + mirrored.y()) / 2);
  }

  /// The face that it describes, in the image's coordinates: the box's left upper corner is that of
  /// its first pixel, half a pixel before the pixel's centre.
  Face face() {
    List<Point> placed =
        points.points().stream()
            .map(
                p ->
                    new Point(
                        box.left() - 0.5 + p.x() * box.width(),
                        box.top() - 0.5 + p.y() * box.height()))
            .toList();
    return new Face(box.moved(offsets), score, Landmarks.of(placed));
  }
}
