package org.kanface.detect;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.kanface.data.align.Landmarks;
import org.kanface.data.align.Point;
import org.kanface.data.image.RgbImage;
import org.kanface.nn.backbone.mtcnn.ONet;
import org.kanface.tensor.Device;

/// Places faces anew, each as the mean over nine windows and their mirror images, twice. Box and
/// points then depend less on the window that a face was found in.
///
/// The windows are the square that covers the box found best ([FaceBox#cover]), which is what
/// [ONet] was trained on, and the same moved by a twentieth of its side to each side and corner.
final class SecondLook {
  private static final int ROUNDS = 2;
  private static final double[] SHIFTS = {-0.05, 0, 0.05};
  private static final int WINDOWS = SHIFTS.length * SHIFTS.length;

  private final ONet network;
  private final Device device;

  SecondLook(ONet network, Device device) {
    this.network = network;
    this.device = device;
  }

  /// The same faces in the same order, with their first scores.
  List<Face> at(RgbImage photograph, List<Face> faces) {
    List<Face> placed = faces;
    for (int round = 0; round < ROUNDS; round++) {
      placed = again(photograph, placed);
    }
    return placed;
  }

  private List<Face> again(RgbImage photograph, List<Face> faces) {
    List<FaceBox> windows = faces.stream().flatMap(f -> windows(f.box()).stream()).toList();
    List<ONetRow> rows = ONetRow.of(network, device, photograph, windows, false);
    List<ONetRow> mirrored = ONetRow.of(network, device, photograph, windows, true);
    var out = new ArrayList<Face>();
    for (int i = 0; i < faces.size(); i++) {
      var views = new ArrayList<Face>();
      for (int j = i * WINDOWS; j < (i + 1) * WINDOWS; j++) {
        views.add(rows.get(j).mean(mirrored.get(j)).face());
      }
      out.add(mean(views, faces.get(i).score()));
    }
    return out;
  }

  private static List<FaceBox> windows(FaceBox box) {
    var out = new ArrayList<FaceBox>();
    for (double down : SHIFTS) {
      for (double across : SHIFTS) {
        out.add(box.cover(across, down));
      }
    }
    return out;
  }

  private static Face mean(List<Face> views, double score) {
    List<Point> points =
        IntStream.range(0, Landmarks.TEMPLATE.points().size())
            .mapToObj(
                i ->
                    new Point(
                        mean(views, f -> f.landmarks().points().get(i).x()),
                        mean(views, f -> f.landmarks().points().get(i).y())))
            .toList();
    var box =
        new FaceBox(
            mean(views, f -> f.box().left()),
            mean(views, f -> f.box().top()),
            mean(views, f -> f.box().right()),
            mean(views, f -> f.box().bottom()));
    return new Face(box, score, Landmarks.of(points));
  }

  private static double mean(List<Face> views, ToDoubleFunction<Face> value) {
    return views.stream().mapToDouble(value).average().orElseThrow();
  }
}
