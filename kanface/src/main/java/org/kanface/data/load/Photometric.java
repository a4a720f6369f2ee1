package org.kanface.data.load;

import java.util.Arrays;
import org.kanface.data.image.RgbImage;

/// Brightness, contrast and saturation as Pillow changes them: the image mixed with a plainer one,
/// `v ← p + factor · (v − p)`, cut to a whole number from 0 to 255.
enum Photometric {
  /// Plainer is black.
  BRIGHTNESS {
    @Override
    RgbImage apply(RgbImage image, float factor) {
      return mixed(image, new int[image.pixels().length / 3], factor);
    }
  },
  /// Plainer is the mean of the image's grey, rounded.
  CONTRAST {
    @Override
    RgbImage apply(RgbImage image, float factor) {
      int[] grey = grey(image);
      long sum = 0;
      for (int v : grey) {
        sum += v;
      }
      Arrays.fill(grey, (int) ((double) sum / grey.length + 0.5));
      return mixed(image, grey, factor);
    }
  },
  /// Plainer is the image in grey.
  SATURATION {
    @Override
    RgbImage apply(RgbImage image, float factor) {
      return mixed(image, grey(image), factor);
    }
  };

  /// A changed copy; a factor of 1 changes nothing, 0 gives the plainer image.
  abstract RgbImage apply(RgbImage image, float factor);

  private static int[] grey(RgbImage image) {
    byte[] p = image.pixels();
    int[] out = new int[p.length / 3];
    for (int i = 0; i < out.length; i++) {
      int r = p[3 * i] & 0xFF;
      int g = p[3 * i + 1] & 0xFF;
      int b = p[3 * i + 2] & 0xFF;
      out[i] = (19_595 * r + 38_470 * g + 7_471 * b + 0x8000) >> 16;
    }
    return out;
  }

  private static RgbImage mixed(RgbImage image, int[] plainer, float factor) {
    byte[] from = image.pixels();
    byte[] out = new byte[from.length];
    for (int i = 0; i < out.length; i++) {
      int plain = plainer[i / 3];
      out[i] = (byte) Math.clamp((int) (plain + factor * ((from[i] & 0xFF) - plain)), 0, 255);
    }
    return new RgbImage(image.width(), image.height(), out);
  }
}
