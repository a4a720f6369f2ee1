package org.kanface.data.align;

import java.util.List;
import org.kanface.data.image.RgbImage;

/// Cuts faces out of photographs: turned, scaled and moved so that their five points lie on
/// [Landmarks#TEMPLATE] as well as a [Similarity] can.
///
/// Bilinear, black outside the photograph. What shrinks to less than half is averaged over whole
/// pixels first, so that no part of the photograph is passed over.
public final class FaceAligner {
  /// Pixels a side of the template's image.
  public static final int TEMPLATE_SIDE = 112;

  private final int side;
  private final List<Point> target;

  /// @param side pixels a side of the faces to cut out; the template is scaled to it as an image
  ///     is, between the outer edges of pixels
  public FaceAligner(int side) {
    if (side <= 0) {
      throw new IllegalArgumentException("[align] expected a positive side, got " + side);
    }
    this.side = side;
    double scale = (double) side / TEMPLATE_SIDE;
    target =
        Landmarks.TEMPLATE.points().stream()
            .map(p -> new Point((p.x() + 0.5) * scale - 0.5, (p.y() + 0.5) * scale - 0.5))
            .toList();
  }

  /// Pixels a side of the faces.
  public int side() {
    return side;
  }

  /// How coordinates of a photograph become those of the face; throws [IllegalArgumentException]
  /// where the landmarks are one point.
  public Similarity transform(Landmarks landmarks) {
    return Similarity.fit(landmarks.points(), target);
  }

  /// The face with these landmarks; throws as [#transform(Landmarks)].
  public RgbImage align(RgbImage photograph, Landmarks landmarks) {
    Similarity transform = transform(landmarks);
    double scale = transform.scale();
    if (scale >= 0.5 || scale == 0) {
      return Warp.apply(photograph, transform, side, side);
    }
    int longest = Math.max(photograph.width(), photograph.height());
    int factor = (int) Math.min(longest, Math.floor(1 / scale));
    return Warp.apply(BlockMean.shrink(photograph, factor), transform.ofShrunk(factor), side, side);
  }
}
