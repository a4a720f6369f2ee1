package org.kanface.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RgbImageTest {
  /// Channel 0 of pixel (x, y) is 10 y + x; the others 1 and 2 more.
  private static RgbImage ramp(int width, int height) {
    var image = RgbImage.black(width, height);
    for (int i = 0; i < width * height; i++) {
      for (int c = 0; c < 3; c++) {
        image.pixels()[3 * i + c] = (byte) (i / width * 10 + i % width + c);
      }
    }
    return image;
  }

  @Test
  void cropsAndRefusesToLeaveTheImage() {
    var part = ramp(5, 4).crop(2, 1, 3, 2);
    assertThat(part.sample(0, 0, 0)).isEqualTo(12);
    assertThat(part.sample(2, 1, 2)).isEqualTo(26);
    assertThatThrownBy(() -> ramp(5, 4).crop(3, 0, 3, 2))
        .hasMessage("[crop] rectangle 3 x 2 at (3, 0) leaves the image of 5 x 4");
  }

  @Test
  void flipsLeftAndRightOnly() {
    var image = ramp(5, 4);
    assertThat(image.flip().sample(0, 2, 1)).isEqualTo(image.sample(4, 2, 1));
    assertThat(image.flip().flip()).isEqualTo(image).isNotEqualTo(image.flip());
  }

  @Test
  void shiftRepeatsTheEdge() {
    var moved = ramp(5, 4).shift(2, -1);
    assertThat(moved.sample(0, 0, 0)).isEqualTo(10);
    assertThat(moved.sample(3, 0, 0)).isEqualTo(11);
    assertThat(moved.sample(4, 3, 0)).isEqualTo(32);
  }

  @Test
  void refusesAnArrayOfAnotherSize() {
    assertThatThrownBy(() -> new RgbImage(2, 2, new byte[11]))
        .hasMessage("[RgbImage] expected 2 x 2 x 3 bytes, got 11");
  }
}
