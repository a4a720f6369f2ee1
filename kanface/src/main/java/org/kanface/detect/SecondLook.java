package org.kanface.detect;

import java.util.ArrayList;
import java.util.List;
import org.kanface.data.image.RgbImage;
import org.kanface.nn.backbone.mtcnn.ONet;
import org.kanface.tensor.Device;

/// Places faces anew, each in the square around the box that was found, as the mean over image and
/// mirror image, twice. The points then depend less on the window that a face was found in.
final class SecondLook {
  private static final int ROUNDS = 2;

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
    List<FaceBox> boxes = faces.stream().map(f -> f.box().square()).toList();
    List<ONetRow> rows = ONetRow.of(network, device, photograph, boxes, false);
    List<ONetRow> mirrored = ONetRow.of(network, device, photograph, boxes, true);
    var out = new ArrayList<Face>();
    for (int i = 0; i < faces.size(); i++) {
      Face face = rows.get(i).mean(mirrored.get(i)).face();
      out.add(new Face(face.box(), faces.get(i).score(), face.landmarks()));
    }
    return out;
  }
}
