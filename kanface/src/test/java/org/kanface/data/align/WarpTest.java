package org.kanface.data.align;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.kanface.data.image.RgbImage;

class WarpTest {
  /// Channel `c` of pixel (x, y) is `7x + 13y + 40c + ⌊xy/7⌋` modulo 256.
  static RgbImage pattern(int width, int height) {
    var image = RgbImage.black(width, height);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++) {
          image.pixels()[(y * width + x) * 3 + c] = (byte) (7 * x + 13 * y + 40 * c + x * y / 7);
        }
      }
    }
    return image;
  }

  /// Bytes of OpenCV 4's `warpAffine` for the same image and matrix.
  @Test
  void bytesAreThoseOfOpenCv() {
    var transform =
        new Similarity(
            0.8738919352243384, 0.08407830453013236, -8.939561062702623, -18.314268270595434);

    RgbImage out = Warp.apply(pattern(160, 170), transform, 112, 112);

    int hash = 0;
    int sum = 0;
    for (byte v : out.pixels()) {
      hash = 31 * hash + (v & 0xFF);
      sum += v & 0xFF;
    }
    assertThat(samples(out, 0, 0)).containsExactly(120, 160, 200);
    assertThat(samples(out, 56, 56)).containsExactly(173, 213, 205);
    assertThat(samples(out, 111, 111)).containsExactly(126, 58, 98);
    assertThat(samples(out, 100, 10)).containsExactly(201, 18, 58);
    assertThat(samples(out, 5, 90)).containsExactly(200, 195, 24);
    assertThat(sum).isEqualTo(4803088);
    assertThat(hash).isEqualTo(1312376978);
  }

  private static int[] samples(RgbImage image, int x, int y) {
    return new int[] {image.sample(x, y, 0), image.sample(x, y, 1), image.sample(x, y, 2)};
  }

  /// Against bilinear interpolation in doubles: positions differ by 1/64 pixel and the rounding of
  /// 1/1024, so values by that share of the steps around, on an image whose steps are small.
  @RepeatedTest(20)
  void agreesWithPlainInterpolation(RepetitionInfo r) {
    var random = new Random(r.getCurrentRepetition());
    RgbImage image = smooth(random, 40 + random.nextInt(40), 30 + random.nextInt(40));
    double angle = random.nextDouble(-Math.PI, Math.PI);
    double scale = random.nextDouble(0.5, 3);
    var t =
        new Similarity(
            scale * Math.cos(angle),
            scale * Math.sin(angle),
            random.nextDouble(-30, 60),
            random.nextDouble(-30, 60));

    RgbImage out = Warp.apply(image, t, 50, 45);

    for (int y = 0; y < 45; y++) {
      for (int x = 0; x < 50; x++) {
        for (int c = 0; c < 3; c++) {
          double[] plain = plain(image, t, x, y, c); // value, and how fast it changes there
          assertThat((double) out.sample(x, y, c))
              .as("seed %d: (%d, %d, %d)", r.getCurrentRepetition(), x, y, c)
              .isBetween(
                  plain[0] - 0.5 - plain[1] / 30 - 1e-9, plain[0] + 0.5 + plain[1] / 30 + 1e-9);
        }
      }
    }
  }

  private static RgbImage smooth(Random random, int width, int height) {
    var image = RgbImage.black(width, height);
    double fx = random.nextDouble(0.02, 0.2);
    double fy = random.nextDouble(0.02, 0.2);
    for (int i = 0; i < width * height * 3; i++) {
      double v = Math.sin(fx * (i / 3 % width) + i % 3) * Math.cos(fy * (i / 3 / width));
      image.pixels()[i] = (byte) Math.rint(127 + 120 * v);
    }
    return image;
  }

  private static double[] plain(RgbImage image, Similarity t, int toX, int toY, int c) {
    double squares = t.a() * t.a() + t.b() * t.b();
    double dx = toX - t.shiftX();
    double dy = toY - t.shiftY();
    double x = (t.a() * dx + t.b() * dy) / squares;
    double y = (t.a() * dy - t.b() * dx) / squares;
    int left = (int) Math.floor(x);
    int top = (int) Math.floor(y);
    double value = 0;
    double low = 255;
    double high = 0;
    for (int v = top - 1; v <= top + 2; v++) {
      for (int u = left - 1; u <= left + 2; u++) {
        boolean inside = u >= 0 && v >= 0 && u < image.width() && v < image.height();
        double sample = inside ? image.sample(u, v, c) : 0;
        low = Math.min(low, sample);
        high = Math.max(high, sample);
        value += Math.max(0, 1 - Math.abs(x - u)) * Math.max(0, 1 - Math.abs(y - v)) * sample;
      }
    }
    return new double[] {value, high - low};
  }
}
