package org.kanface.data.align;

import org.kanface.data.image.RgbImage;

/// Draws an image moved by a [Similarity], bilinear, black where the source has nothing.
///
/// Integer arithmetic: source positions in 1/1024 pixels, rounded half to even, then to 1/32 pixel;
/// weights of 15 bits. Reproduces OpenCV 4's `warpAffine` for bytes to the bit.
public final class Warp {
  private static final int POSITION = 1024; // steps a pixel while positions are added up
  private static final int FRACTION_BITS = 5;
  private static final int FRACTIONS = 1 << FRACTION_BITS;
  private static final int ROUND = POSITION / FRACTIONS / 2;
  private static final int WEIGHT_BITS = 15;

  private Warp() {}

  /// `image` seen through `transform`, which takes its coordinates to those of the result.
  public static RgbImage apply(RgbImage image, Similarity transform, int width, int height) {
    double squares = transform.a() * transform.a() + transform.b() * transform.b();
    double inverse = squares == 0 ? 0 : 1 / squares;
    double a = transform.a() * inverse; // source x = a x' + b y' + x0, y = -b x' + a y' + y0
    double b = transform.b() * inverse;
    double x0 = -a * transform.shiftX() - b * transform.shiftY();
    double y0 = b * transform.shiftX() - a * transform.shiftY();
    var out = new byte[width * height * RgbImage.CHANNELS];
    for (int y = 0; y < height; y++) {
      long rowX = steps(b * y + x0) + ROUND;
      long rowY = steps(a * y + y0) + ROUND;
      for (int x = 0; x < width; x++) {
        long fromX = (rowX + steps(a * x)) >> FRACTION_BITS;
        long fromY = (rowY + steps(-b * x)) >> FRACTION_BITS;
        sample(image, fromX, fromY, out, (y * width + x) * RgbImage.CHANNELS);
      }
    }
    return new RgbImage(width, height, out);
  }

  private static long steps(double pixels) {
    return (int) Math.rint(pixels * POSITION);
  }

  /// The mix of the four pixels around a position in 1/32 pixels.
  private static void sample(RgbImage image, long fromX, long fromY, byte[] out, int at) {
    long x = fromX >> FRACTION_BITS;
    long y = fromY >> FRACTION_BITS;
    if (x < -1 || y < -1 || x >= image.width() || y >= image.height()) {
      return; // black
    }
    int right = (int) (fromX & (FRACTIONS - 1));
    int down = (int) (fromY & (FRACTIONS - 1));
    int left = FRACTIONS - right;
    int up = FRACTIONS - down;
    for (int c = 0; c < RgbImage.CHANNELS; c++) {
      int mix =
          left * up * pixel(image, x, y, c)
              + right * up * pixel(image, x + 1, y, c)
              + left * down * pixel(image, x, y + 1, c)
              + right * down * pixel(image, x + 1, y + 1, c);
      out[at + c] = (byte) ((mix * FRACTIONS + (1 << (WEIGHT_BITS - 1))) >> WEIGHT_BITS);
    }
  }

  private static int pixel(RgbImage image, long x, long y, int channel) {
    boolean outside = x < 0 || y < 0 || x >= image.width() || y >= image.height();
    return outside ? 0 : image.sample((int) x, (int) y, channel);
  }
}
