package org.kanface.cli;

import java.nio.file.Path;
import org.kanface.data.image.Fit;
import org.kanface.data.image.ImageCodec;
import org.kanface.data.image.RgbImage;

/// An image of one aligned face as a network takes it.
final class AlignedFace {
  private AlignedFace() {}

  /// Decodes the file and brings it to `side` pixels. Throws [NoFaceException] where it is not
  /// square and `fit` wants that: faces are cut out and aligned before.
  static RgbImage read(Path file, int side, Fit fit) {
    RgbImage image = ImageCodec.decode(file);
    if (!fit.takes(image)) {
      throw new NoFaceException(
          file,
          ("expected a square image of an aligned face, got %d x %d pixels; --detector finds faces"
                  + " in photographs")
              .formatted(image.width(), image.height()));
    }
    return fit.of(image, side);
  }
}
