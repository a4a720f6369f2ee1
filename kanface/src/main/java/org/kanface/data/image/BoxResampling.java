package org.kanface.data.image;

/// Resampling by whole pixels and by areas, with OpenCV's conventions.
public final class BoxResampling {
  private static final int WEIGHT_BITS = 11;

  private BoxResampling() {}

  /// Output pixel `i` is input pixel `⌊i · in / out⌋`.
  public static RgbImage nearest(RgbImage image, int width, int height) {
    RgbImage out = RgbImage.black(width, height);
    int to = 0;
    for (int y = 0; y < height; y++) {
      int row = (int) ((long) y * image.height() / height) * image.width();
      for (int x = 0; x < width; x++, to += 3) {
        int at = (row + (int) ((long) x * image.width() / width)) * 3;
        System.arraycopy(image.pixels(), at, out.pixels(), to, 3);
      }
    }
    return out;
  }

  /// Each output pixel is the mean of the area of the input that it covers. Where an axis grows,
  /// the result is linear between neighbours instead, with flat middles of pixels.
  public static RgbImage area(RgbImage image, int width, int height) {
    boolean grows = width > image.width() || height > image.height();
    Taps across = grows ? linear(image.width(), width) : boxes(image.width(), width);
    Taps down = grows ? linear(image.height(), height) : boxes(image.height(), height);
    double[] rows = new double[image.height() * width * 3];
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < width; x++) {
        for (int k = across.from[x]; k < across.from[x + 1]; k++) {
          int at = (y * image.width() + across.position[k]) * 3;
          for (int c = 0; c < 3; c++) {
            rows[(y * width + x) * 3 + c] += across.weight[k] * (image.pixels()[at + c] & 0xFF);
          }
        }
      }
    }
    RgbImage out = RgbImage.black(width, height);
    int stride = 3 * width;
    for (int y = 0; y < height; y++) {
      for (int i = 0; i < stride; i++) {
        double sum = 0;
        for (int k = down.from[y]; k < down.from[y + 1]; k++) {
          sum += down.weight[k] * rows[down.position[k] * stride + i];
        }
        out.pixels()[y * stride + i] = (byte) Math.clamp((int) Math.rint(sum), 0, 255);
      }
    }
    return out;
  }

  /// Output pixel `i` sums `weight · input[position]` over places `from[i] … from[i + 1] − 1`.
  private record Taps(int[] from, int[] position, double[] weight) {}

  private static Taps boxes(int in, int out) {
    double scale = (double) in / out;
    int most = (int) Math.ceil(scale) + 1;
    var taps = new Taps(new int[out + 1], new int[out * most], new double[out * most]);
    int n = 0;
    for (int i = 0; i < out; i++) {
      double first = i * scale;
      double last = Math.min(in, first + scale);
      for (int p = (int) first; p < in && p < last; p++) {
        double covered = Math.min(p + 1, last) - Math.max(p, first);
        if (covered > 1e-3) { // less is rounding
          taps.position[n] = p;
          taps.weight[n++] = covered / (last - first);
        }
      }
      taps.from[i + 1] = n;
    }
    return taps;
  }

  private static Taps linear(int in, int out) {
    double scale = (double) in / out;
    var taps = new Taps(new int[out + 1], new int[2 * out], new double[2 * out]);
    for (int i = 0; i < out; i++) {
      int p = (int) Math.floor(i * scale);
      double f = i + 1 - (p + 1) / scale;
      f = f <= 0 ? 0 : f - Math.floor(f);
      double second = Math.rint(f * (1 << WEIGHT_BITS)) / (1 << WEIGHT_BITS);
      taps.position[2 * i] = Math.min(p, in - 1);
      taps.position[2 * i + 1] = Math.min(p + 1, in - 1);
      taps.weight[2 * i] = 1 - second;
      taps.weight[2 * i + 1] = second;
      taps.from[i + 1] = 2 * (i + 1);
    }
    return taps;
  }
}
