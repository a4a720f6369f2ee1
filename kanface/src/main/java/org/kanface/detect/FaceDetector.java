package org.kanface.detect;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kanface.data.image.Resampling;
import org.kanface.data.image.RgbImage;
import org.kanface.detect.FaceBox.Offsets;
import org.kanface.nn.Init;
import org.kanface.nn.backbone.mtcnn.ONet;
import org.kanface.nn.backbone.mtcnn.PNet;
import org.kanface.nn.backbone.mtcnn.RNet;
import org.kanface.tensor.Device;

/// Finds faces and five points in each with MTCNN (Zhang et al. 2016, arXiv:1604.02878).
///
/// [PNet] looks at every window of the photograph at several sizes; what it takes for faces is
/// looked at again by [RNet], at 24 pixels, and by [ONet], at 48, which also places the points.
/// After each, boxes are moved to where the network puts the face's edges, and those that cover a
/// better one are dropped. Of the faces that are left, [ONet] places box and points anew, as the
/// mean over windows around the box that it asked for; the original stops before that.
public final class FaceDetector implements AutoCloseable {
  private static final double SAME_SCALE = 0.5; // shares over which a worse box is dropped
  private static final double ANY_SCALE = 0.7;
  private static final int COLUMNS = 6; // no face, face, four offsets

  private final PNet proposals;
  private final RNet refinement;
  private final ONet output;
  private final SecondLook secondLook;
  private final Device device;
  private final Config config;

  private FaceDetector(Device device, Config config) {
    this.device = device;
    this.config = config;
    Init init = Init.of(device, 0);
    proposals = new PNet(init);
    refinement = new RNet(init);
    output = new ONet(init);
    secondLook = new SecondLook(output, device);
  }

  /// What counts as a face.
  ///
  /// @param minFace pixels a side of the smallest face looked for, 12 or more
  /// @param factor each size of the photograph over the one before, between 0 and 1
  /// @param proposal probability from which a window is looked at again
  /// @param refine probability from which it is looked at a third time
  /// @param accept probability from which it is a face
  public record Config(int minFace, double factor, double proposal, double refine, double accept) {
    /// Faces of 20 pixels or more.
    public static final Config DEFAULT = new Config(20, 0.707, 0.6, 0.7, 0.8);

    public Config {
      if (minFace < PNet.WINDOW) {
        throw new IllegalArgumentException(
            "[detect] the smallest face: expected %d pixels or more, got %d"
                .formatted(PNet.WINDOW, minFace));
      }
      if (!(factor > 0 && factor < 1)) {
        throw new IllegalArgumentException(
            "[detect] factor between sizes: expected between 0 and 1, got " + factor);
      }
    }

    /// The same for faces of `pixels` or more.
    public Config withMinFace(int pixels) {
      return new Config(pixels, factor, proposal, refine, accept);
    }
  }

  /// Loads the networks from `pnet.safetensors`, `rnet.safetensors` and `onet.safetensors`.
  ///
  /// Throws [DetectionException] where one of them is missing or cannot be read, and
  /// [org.kanface.nn.StateException] where it holds another network.
  public static FaceDetector load(Path folder, Device device, Config config) {
    var detector = new FaceDetector(device, config);
    try {
      DetectorPart.PROPOSALS.load(detector.proposals, folder);
      DetectorPart.REFINEMENT.load(detector.refinement, folder);
      DetectorPart.OUTPUT.load(detector.output, folder);
      return detector;
    } catch (RuntimeException e) {
      detector.close();
      throw e;
    }
  }

  /// All faces of a photograph, the surest first; none in one smaller than 12 pixels a side.
  public List<Face> detect(RgbImage photograph) {
    List<FaceBox> boxes = proposed(photograph);
    boxes = refined(photograph, boxes);
    return faces(photograph, boxes);
  }

  private List<FaceBox> proposed(RgbImage photograph) {
    var all = new ArrayList<Candidate>();
    double scale = (double) PNet.WINDOW / config.minFace;
    int shorter = Math.min(photograph.width(), photograph.height());
    for (; shorter * scale > PNet.WINDOW; scale *= config.factor) {
      all.addAll(
          Suppression.UNION.apply(
              atScale(photograph, scale), Candidate::box, Candidate::score, SAME_SCALE));
    }
    return calibrated(photograph, all);
  }

  /// What the first network finds in the photograph shrunk (or enlarged) to `scale`.
  private List<Candidate> atScale(RgbImage photograph, double scale) {
    int width = (int) Math.ceil(photograph.width() * scale);
    int height = (int) Math.ceil(photograph.height() * scale);
    RgbImage image = Resampling.BILINEAR.resize(photograph, width, height, true);
    float[] map = Crops.whole(proposals, device, image);
    int across = windows(width);
    var found = new ArrayList<Candidate>();
    for (int i = 0; i < map.length / COLUMNS; i++) {
      if (map[i * COLUMNS + 1] > config.proposal) {
        int x = PNet.STRIDE * (i % across);
        int y = PNet.STRIDE * (i / across);
        var box =
            new FaceBox(
                Math.rint((x + 1) / scale),
                Math.rint((y + 1) / scale),
                Math.rint((x + 1 + PNet.WINDOW) / scale),
                Math.rint((y + 1 + PNet.WINDOW) / scale));
        found.add(new Candidate(box, map[i * COLUMNS + 1], offsets(map, i * COLUMNS)));
      }
    }
    return found;
  }

  /// Windows that the first network looks at along a side.
  private static int windows(int pixels) {
    return Math.ceilDiv(pixels - 2, PNet.STRIDE) - 4;
  }

  private List<FaceBox> refined(RgbImage photograph, List<FaceBox> boxes) {
    float[] rows = Crops.boxes(refinement, device, photograph, boxes, RNet.SIDE, false, COLUMNS);
    var found = new ArrayList<Candidate>();
    for (int i = 0; i < boxes.size(); i++) {
      int at = i * COLUMNS;
      if (rows[at + 1] > config.refine) {
        found.add(new Candidate(boxes.get(i), rows[at + 1], offsets(rows, at)));
      }
    }
    return calibrated(photograph, found);
  }

  private List<Face> faces(RgbImage photograph, List<FaceBox> boxes) {
    var found = new ArrayList<Face>();
    for (ONetRow row : ONetRow.of(output, device, photograph, boxes, false)) {
      if (row.score() > config.accept) {
        found.add(row.face());
      }
    }
    List<Face> kept = Suppression.SMALLER.apply(found, Face::box, Face::score, ANY_SCALE);
    return secondLook.at(photograph, kept);
  }

  private static Offsets offsets(float[] rows, int at) {
    return new Offsets(rows[at + 2], rows[at + 3], rows[at + 4], rows[at + 5]);
  }

  /// The candidates that no better one covers, as squares around the face's edges; without those
  /// that lie outside the photograph or are out of all proportion to it.
  private static List<FaceBox> calibrated(RgbImage photograph, List<Candidate> candidates) {
    var whole = new FaceBox(0, 0, photograph.width() - 1, photograph.height() - 1);
    double longest = 2 * Math.max(whole.width(), whole.height());
    return Suppression.UNION.apply(candidates, Candidate::box, Candidate::score, ANY_SCALE).stream()
        .map(c -> c.calibrated().square())
        .filter(b -> b.width() >= 1 && b.width() <= longest && b.overlap(whole) > 0)
        .toList();
  }

  @Override
  public void close() {
    proposals.close();
    refinement.close();
    output.close();
  }
}
