package org.kanface.data.image;

/// More local contrast for faces in poor light: brightness stretched over its whole range and
/// equalised by [Clahe], then a slight blur and a sharpening. Colour differences stay.
///
/// Byte arithmetic as OpenCV's: YCrCb with 14 fractional bits, a 3 × 3 blur of (1 2 1) / 4 each
/// way, five times a pixel less its four neighbours, edges mirrored.
public final class Contrast {
  /// The clip limit that EfficientFR's preprocessing uses.
  public static final double CLIP = 2;

  private static final int BITS = 14;
  private static final int HALF = 1 << (BITS - 1);
  private static final int GREY = 128 << BITS; // colour differences are stored around 128

  private Contrast() {}

  /// `image` with more contrast; throws [IllegalArgumentException] unless `clip` is positive.
  public static RgbImage enhance(RgbImage image, double clip) {
    if (!(clip > 0)) {
      throw new IllegalArgumentException("[contrast] expected a positive clip limit, got " + clip);
    }
    int[] brightness = brightness(image);
    int[] better = Clahe.equalize(stretched(brightness), image.width(), image.height(), clip);
    return sharpened(blurred(recoloured(image, brightness, better)));
  }

  private static int[] brightness(RgbImage image) {
    byte[] p = image.pixels();
    var out = new int[p.length / 3];
    for (int i = 0; i < out.length; i++) {
      int r = p[3 * i] & 0xFF;
      int g = p[3 * i + 1] & 0xFF;
      int b = p[3 * i + 2] & 0xFF;
      out[i] = (4899 * r + 9617 * g + 1868 * b + HALF) >> BITS;
    }
    return out;
  }

  /// The least value at 0, the greatest at 255; all 0 where they are one.
  private static int[] stretched(int[] plane) {
    int least = 255;
    int greatest = 0;
    for (int v : plane) {
      least = Math.min(least, v);
      greatest = Math.max(greatest, v);
    }
    double scale = greatest == least ? 0 : 255.0 * (1.0 / (greatest - least));
    float factor = (float) scale;
    float shift = (float) (-least * scale);
    var out = new int[plane.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = Math.clamp((int) Math.rint(plane[i] * factor + shift), 0, 255);
    }
    return out;
  }

  /// The image with `to` in place of its brightness `from`.
  private static RgbImage recoloured(RgbImage image, int[] from, int[] to) {
    byte[] p = image.pixels();
    var out = new byte[p.length];
    for (int i = 0; i < from.length; i++) {
      int red = difference(11682, (p[3 * i] & 0xFF) - from[i]);
      int blue = difference(9241, (p[3 * i + 2] & 0xFF) - from[i]);
      out[3 * i] = saturated(to[i] + ((22987 * red + HALF) >> BITS));
      out[3 * i + 1] = saturated(to[i] + ((-11698 * red - 5636 * blue + HALF) >> BITS));
      out[3 * i + 2] = saturated(to[i] + ((29049 * blue + HALF) >> BITS));
    }
    return new RgbImage(image.width(), image.height(), out);
  }

  /// A colour difference as it is stored, less 128.
  private static int difference(int weight, int distance) {
    return Math.clamp((weight * distance + GREY + HALF) >> BITS, 0, 255) - 128;
  }

  private static RgbImage blurred(RgbImage image) {
    return filtered(image, new int[] {1, 2, 1, 2, 4, 2, 1, 2, 1}, 4);
  }

  private static RgbImage sharpened(RgbImage image) {
    return filtered(image, new int[] {0, -1, 0, -1, 5, -1, 0, -1, 0}, 0);
  }

  /// `(Σ weights · 3 × 3 pixels) / 2^bits`, rounded half up.
  private static RgbImage filtered(RgbImage image, int[] weights, int bits) {
    int width = image.width();
    int height = image.height();
    var out = new byte[image.pixels().length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++) {
          int sum = (1 << bits) >> 1;
          for (int k = 0; k < 9; k++) {
            int u = Mirror.index(x + k % 3 - 1, width);
            int v = Mirror.index(y + k / 3 - 1, height);
            sum += weights[k] * image.sample(u, v, c);
          }
          out[(y * width + x) * 3 + c] = saturated(sum >> bits);
        }
      }
    }
    return new RgbImage(width, height, out);
  }

  private static byte saturated(int value) {
    return (byte) Math.clamp(value, 0, 255);
  }
}
