package org.kanface.eval.ijb;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kanface.data.DataException;
import org.kanface.data.FaceDataset;
import org.kanface.data.align.Point;
import org.kanface.data.align.Similarity;
import org.kanface.data.align.Warp;
import org.kanface.data.image.ImageCodec;
import org.kanface.data.image.RgbImage;

/// The faces of a [FaceList] cut out of their images: moved by the similarity that brings their
/// five points nearest to ArcFace's template, bilinear, black outside the image, as [Warp] does
/// it.
final class AlignedFaces implements FaceDataset {
  /// The template in an image 96 pixels wide, which is then widened to 112: single precision, as
  /// the published scripts hold it.
  private static final float[] TEMPLATE = {
    30.2946f, 51.6963f, 65.5318f, 51.5014f, 48.0252f, 71.7366f, 33.5493f, 92.3655f, 62.7299f,
    92.2041f
  };
  private static final float MARGIN = 8;
  private static final double TEMPLATE_SIDE = 112;

  private final FaceList faces;
  private final int[] order;
  private final Path folder;
  private final int side;
  private final List<Point> template;

  /// @param order which face image `i` of the data set shows
  /// @param side pixels a side of the faces; the template is multiplied by `side / 112`
  AlignedFaces(FaceList faces, int[] order, Path folder, int side) {
    this.faces = faces;
    this.order = order;
    this.folder = folder;
    this.side = side;
    template = template(side);
  }

  static List<Point> template(int side) {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < TEMPLATE.length; i += 2) {
      points.add(
          new Point(
              (TEMPLATE[i] + MARGIN) * (side / TEMPLATE_SIDE),
              TEMPLATE[i + 1] * (side / TEMPLATE_SIDE)));
    }
    return points;
  }

  @Override
  public int size() {
    return order.length;
  }

  @Override
  public int classes() {
    return 1;
  }

  @Override
  public int label(int index) {
    return 0;
  }

  @Override
  public String name(int index) {
    return folder.resolve(faces.image(order[index])).toString();
  }

  @Override
  public RgbImage image(int index) {
    int face = order[index];
    RgbImage image = ImageCodec.decode(folder.resolve(faces.image(face)));
    return Warp.apply(image, Similarity.fit(points(face), template), side, side);
  }

  private List<Point> points(int face) {
    float[] numbers = faces.points(face);
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < numbers.length; i += 2) {
      points.add(new Point(numbers[i], numbers[i + 1]));
    }
    if (points.stream().distinct().count() == 1) {
      throw DataException.of(
          "Face %d, image %s: its five points are one and the same.", face + 1, faces.image(face));
    }
    return points;
  }
}
