package org.kanface.data.align;

import java.util.Arrays;
import org.kanface.data.image.RgbImage;

/// Images made smaller by a whole factor, each pixel the mean of a square block of the original's.
final class BlockMean {
  private BlockMean() {}

  /// `⌈width / factor⌉ × ⌈height / factor⌉` pixels; blocks at the right and lower edge may be cut
  /// off and are the mean of what is there. Means round half up.
  static RgbImage shrink(RgbImage image, int factor) {
    int width = Math.ceilDiv(image.width(), factor);
    int height = Math.ceilDiv(image.height(), factor);
    var out = new byte[width * height * RgbImage.CHANNELS];
    var sums = new long[width * RgbImage.CHANNELS];
    for (int y = 0; y < height; y++) {
      Arrays.fill(sums, 0);
      int rows = Math.min(factor, image.height() - y * factor);
      for (int row = y * factor; row < y * factor + rows; row++) {
        addRow(image, row, factor, sums);
      }
      for (int x = 0; x < width; x++) {
        long count = (long) rows * Math.min(factor, image.width() - x * factor);
        for (int c = 0; c < RgbImage.CHANNELS; c++) {
          int at = x * RgbImage.CHANNELS + c;
          out[y * sums.length + at] = (byte) ((2 * sums[at] + count) / (2 * count));
        }
      }
    }
    return new RgbImage(width, height, out);
  }

  private static void addRow(RgbImage image, int row, int factor, long[] sums) {
    byte[] pixels = image.pixels();
    int from = row * image.width() * RgbImage.CHANNELS;
    for (int x = 0; x < image.width(); x++, from += RgbImage.CHANNELS) {
      int to = x / factor * RgbImage.CHANNELS;
      sums[to] += pixels[from] & 0xFF;
      sums[to + 1] += pixels[from + 1] & 0xFF;
      sums[to + 2] += pixels[from + 2] & 0xFF;
    }
  }
}
