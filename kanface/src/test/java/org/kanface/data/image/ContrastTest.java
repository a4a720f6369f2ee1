package org.kanface.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kanface.data.synthetic.SyntheticFaces;

class ContrastTest {
  /// Channel `c` of pixel (x, y) is `7x + 13y + 40c + ⌊xy/7⌋` modulo 256.
  private static RgbImage pattern(int width, int height) {
    var image = RgbImage.black(width, height);
    for (int i = 0; i < image.pixels().length; i++) {
      int x = i / 3 % width;
      int y = i / 3 / width;
      image.pixels()[i] = (byte) (7 * x + 13 * y + 40 * (i % 3) + x * y / 7);
    }
    return image;
  }

  private static int hash(RgbImage image) {
    int hash = 0;
    for (byte v : image.pixels()) {
      hash = 31 * hash + (v & 0xFF);
    }
    return hash;
  }

  /// Hashes of what OpenCV 4.9 makes of the pattern with `cvtColor`, `normalize`, `createCLAHE(2,
  /// (3, 3))`, `GaussianBlur` and `filter2D`. Sides that leave a rest by three, that do not, and
  /// both in one image; sides shorter than a tile's border.
  @ParameterizedTest
  @CsvSource({
    "112, 112, -267443508",
    "111, 111, 1089676671",
    "90, 60, -2088863256",
    "64, 50, -838886100",
    "35, 48, 1343484233",
    "7, 5, 2011290066",
    "3, 3, -1032924675",
    "2, 2, -89801280",
    "1, 1, 220541",
    "1, 9, 562561428"
  })
  void bytesAreThoseOfOpenCv(int width, int height, int expected) {
    assertThat(hash(Contrast.enhance(pattern(width, height), 2))).isEqualTo(expected);
  }

  @Test
  void flatFacesGainContrast() {
    RgbImage face = new SyntheticFaces(2, 0, 64).render(0, 0);
    var dim = RgbImage.black(64, 64);
    for (int i = 0; i < dim.pixels().length; i++) {
      dim.pixels()[i] = (byte) (100 + (face.pixels()[i] & 0xFF) / 10);
    }

    assertThat(spread(Contrast.enhance(dim, 2))).isGreaterThan(3 * spread(dim));
  }

  private static double spread(RgbImage image) {
    double sum = 0;
    double squares = 0;
    for (byte v : image.pixels()) {
      sum += v & 0xFF;
      squares += (v & 0xFF) * (v & 0xFF);
    }
    double mean = sum / image.pixels().length;
    return Math.sqrt(squares / image.pixels().length - mean * mean);
  }

  @Test
  void aClipLimitIsPositive() {
    assertThatThrownBy(() -> Contrast.enhance(pattern(4, 4), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected a positive clip limit, got 0.0");
    assertThatThrownBy(() -> Contrast.enhance(pattern(4, 4), Double.NaN)).isNotNull();
  }
}
