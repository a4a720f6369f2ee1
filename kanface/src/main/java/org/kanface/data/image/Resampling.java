package org.kanface.data.image;

/// Separable resampling between pixel centres: output pixel `i` reads around `(i + ½) · in / out −
/// ½`, edges repeated.
///
/// Without antialiasing the kernel keeps its width when shrinking, as OpenCV's `resize` does, and
/// the cubic is the one with `a = −0.75`; weights are rounded to 11 bits as there. With
/// antialiasing the kernel is stretched by the shrinking factor, as PIL does.
public enum Resampling {
  BILINEAR(1) {
    @Override
    double weight(double t) {
      return Math.max(0, 1 - Math.abs(t));
    }
  },
  /// Keys' cubic convolution with `a = −0.75`.
  BICUBIC(2) {
    @Override
    double weight(double t) {
      double a = -0.75;
      double x = Math.abs(t);
      if (x <= 1) {
        return ((a + 2) * x - (a + 3)) * x * x + 1;
      }
      return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
    }
  },
  /// `sinc(t) · sinc(t / 4)` over eight pixels.
  LANCZOS4(4) {
    @Override
    double weight(double t) {
      if (Math.abs(t) >= 4) {
        return 0;
      }
      double x = Math.PI * t;
      return x == 0 ? 1 : 4 * StrictMath.sin(x) * StrictMath.sin(x / 4) / (x * x);
    }
  };

  private static final int WEIGHT_BITS = 11;

  private final int radius;

  Resampling(int radius) {
    this.radius = radius;
  }

  abstract double weight(double t);

  /// `image` at `width × height`, without antialiasing (OpenCV's convention).
  public RgbImage resize(RgbImage image, int width, int height) {
    return resize(image, width, height, false);
  }

  /// `image` at `width × height`.
  public RgbImage resize(RgbImage image, int width, int height, boolean antialias) {
    if (width <= 0 || height <= 0) {
      throw new IllegalArgumentException(
          "[resize] expected a positive size, got %d x %d".formatted(width, height));
    }
    if (width == image.width() && height == image.height()) {
      return image;
    }
    var across = taps(image.width(), width, antialias);
    var down = taps(image.height(), height, antialias);
    int[] rows = horizontal(image, across, width); // [in height, width, 3], 11 fractional bits
    return vertical(rows, down, width, height);
  }

  /// Resized so that the shorter side has `side` pixels, the longer by integer division.
  public RgbImage resizeShorterSide(RgbImage image, int side) {
    boolean upright = image.height() > image.width();
    int width = upright ? side : (int) ((long) image.width() * side / image.height());
    int height = upright ? (int) ((long) image.height() * side / image.width()) : side;
    return resize(image, width, height);
  }

  /// Source positions and weights of one axis: `count` taps for each output pixel.
  private record Taps(int count, int[] position, int[] weight) {}

  private Taps taps(int in, int out, boolean antialias) {
    double scale = (double) in / out;
    double stretch = antialias ? Math.max(1, scale) : 1;
    int count = 2 * (int) Math.ceil(radius * stretch);
    int[] position = new int[out * count];
    int[] weight = new int[out * count];
    double[] w = new double[count];
    for (int i = 0; i < out; i++) {
      double centre = (i + 0.5) * scale - 0.5;
      int first = (int) Math.floor(centre) - count / 2 + 1;
      double sum = 0;
      for (int k = 0; k < count; k++) {
        w[k] = weight((first + k - centre) / stretch);
        sum += w[k];
      }
      int rest = 1 << WEIGHT_BITS;
      int heaviest = 0;
      for (int k = 0; k < count; k++) {
        int rounded = (int) Math.rint(w[k] / sum * (1 << WEIGHT_BITS));
        position[i * count + k] = Math.clamp(first + k, 0, in - 1);
        weight[i * count + k] = rounded;
        rest -= rounded;
        heaviest = rounded > weight[i * count + heaviest] ? k : heaviest;
      }
      if (antialias) { // many small weights: without this, flat areas would drift
        weight[i * count + heaviest] += rest;
      }
    }
    return new Taps(count, position, weight);
  }

  private static int[] horizontal(RgbImage image, Taps taps, int width) {
    byte[] from = image.pixels();
    int[] out = new int[image.height() * width * 3];
    int to = 0;
    for (int y = 0; y < image.height(); y++) {
      int row = y * image.width();
      for (int x = 0; x < width; x++, to += 3) {
        for (int k = x * taps.count(); k < (x + 1) * taps.count(); k++) {
          int at = (row + taps.position()[k]) * 3;
          int w = taps.weight()[k];
          out[to] += w * (from[at] & 0xFF);
          out[to + 1] += w * (from[at + 1] & 0xFF);
          out[to + 2] += w * (from[at + 2] & 0xFF);
        }
      }
    }
    return out;
  }

  private static RgbImage vertical(int[] rows, Taps taps, int width, int height) {
    int stride = width * 3;
    byte[] out = new byte[height * stride];
    for (int y = 0; y < height; y++) {
      for (int i = 0; i < stride; i++) {
        long sum = 1L << (2 * WEIGHT_BITS - 1);
        for (int k = y * taps.count(); k < (y + 1) * taps.count(); k++) {
          sum += (long) taps.weight()[k] * rows[taps.position()[k] * stride + i];
        }
        out[y * stride + i] = (byte) Math.clamp(sum >> (2 * WEIGHT_BITS), 0, 255);
      }
    }
    return new RgbImage(width, height, out);
  }
}
