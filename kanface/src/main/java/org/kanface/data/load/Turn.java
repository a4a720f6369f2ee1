package org.kanface.data.load;

import org.kanface.data.DataException;
import org.kanface.data.SampleRandom;
import org.kanface.data.image.RgbImage;

/// A turn by up to `degrees` either way that leaves black corners: the nearest pixel, about the
/// image's middle, in the 16.16 fixed-point numbers of Pillow's `rotate`.
///
/// @param degrees largest turn, 0 to 180
public record Turn(double degrees) implements Augmentation {
  private static final double ONE = 1 << 16;

  public Turn {
    if (!(degrees >= 0 && degrees <= 180)) {
      throw DataException.of("Augmentation: rotate must lie in 0 to 180, got %s.", degrees);
    }
  }

  @Override
  public RgbImage apply(RgbImage image, SampleRandom random) {
    return turned(image, -degrees + 2 * degrees * random.nextFloat());
  }

  /// `image` turned counter-clockwise by `angle` degrees.
  static RgbImage turned(RgbImage image, double angle) {
    int width = image.width();
    int height = image.height();
    double radians = -StrictMath.toRadians(((angle % 360) + 360) % 360);
    double a = rounded(StrictMath.cos(radians));
    double b = rounded(StrictMath.sin(radians));
    double c = a * (-width / 2.0) + b * (-height / 2.0) + width / 2.0; // x = a u + b v + c
    double f = -b * (-width / 2.0) + a * (-height / 2.0) + height / 2.0; // y = -b u + a v + f
    int stepA = fixed(a);
    int stepB = fixed(b);
    int stepD = fixed(-b);
    int startX = fixed(c + a / 2 + b / 2);
    int startY = fixed(f - b / 2 + a / 2);
    byte[] from = image.pixels();
    byte[] out = new byte[from.length];
    int to = 0;
    for (int v = 0; v < height; v++) {
      int x = startX + v * stepB;
      int y = startY + v * stepA;
      for (int u = 0; u < width; u++, to += 3) {
        int px = x >> 16;
        int py = y >> 16;
        if (px >= 0 && px < width && py >= 0 && py < height) {
          System.arraycopy(from, (py * width + px) * 3, out, to, 3);
        }
        x += stepA;
        y += stepD;
      }
    }
    return new RgbImage(width, height, out);
  }

  /// To 15 decimals, so that quarter turns are exact.
  private static double rounded(double v) {
    return Math.rint(v * 1e15) / 1e15;
  }

  private static int fixed(double v) {
    return (int) Math.floor(ONE * v + 0.5);
  }
}
