package org.kanface.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BoxResamplingTest {
  private static RgbImage row(int... values) {
    var image = RgbImage.black(values.length, 1);
    for (int i = 0; i < values.length * 3; i++) {
      image.pixels()[i] = (byte) values[i / 3];
    }
    return image;
  }

  private static int[] values(RgbImage image) {
    int[] out = new int[image.width()];
    for (int x = 0; x < out.length; x++) {
      out[x] = image.sample(x, 0, 1);
    }
    return out;
  }

  @Test
  void nearestTakesThePixelAtTheLeftUpperCorner() {
    assertThat(values(BoxResampling.nearest(row(10, 20, 30, 40, 50), 3, 1)))
        .containsExactly(10, 20, 40); // ⌊0⌋, ⌊1.67⌋, ⌊3.33⌋
    assertThat(values(BoxResampling.nearest(row(10, 20), 5, 1)))
        .containsExactly(10, 10, 10, 20, 20);
  }

  /// Five pixels to two: each covers two and a half.
  @Test
  void areasAreMeans() {
    assertThat(values(BoxResampling.area(row(10, 20, 30, 40, 50), 2, 1)))
        .containsExactly(18, 42); // (10 + 20 + 15) / 2.5, (15 + 40 + 50) / 2.5
    assertThat(values(BoxResampling.area(row(1, 2, 4, 9), 2, 1)))
        .containsExactly(2, 6); // 1.5 and 6.5 to the even number
  }

  /// Two pixels to five: f = i + 1 − (p + 1) · 2.5, up to 0 within a pixel.
  @Test
  void growingAreasHaveFlatMiddles() {
    assertThat(values(BoxResampling.area(row(0, 100), 5, 1))).containsExactly(0, 0, 50, 100, 100);
  }
}
