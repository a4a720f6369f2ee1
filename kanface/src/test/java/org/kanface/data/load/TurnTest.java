package org.kanface.data.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.kanface.data.SampleRandom;
import org.kanface.data.image.RgbImage;

class TurnTest {
  /// 8 × 8 pixels, 1 to 64 row by row.
  private static RgbImage numbers() {
    RgbImage image = RgbImage.black(8, 8);
    for (int i = 0; i < 192; i++) {
      image.pixels()[i] = (byte) (i / 3 + 1);
    }
    return image;
  }

  private static int[] row(RgbImage image, int y) {
    int[] out = new int[8];
    for (int x = 0; x < 8; x++) {
      out[x] = image.sample(x, y, 2);
    }
    return out;
  }

  @Test
  void turnsAsPillow() {
    RgbImage turned = Turn.turned(numbers(), 10);

    assertThat(row(turned, 0)).containsExactly(0, 3, 4, 5, 6, 7, 8, 0);
    assertThat(row(turned, 1)).containsExactly(1, 10, 11, 12, 13, 14, 15, 24);
    assertThat(row(turned, 7)).containsExactly(0, 57, 58, 59, 60, 61, 62, 0);
    assertThat(Turn.turned(numbers(), -7.5)).isEqualTo(numbers());
    assertThat(Turn.turned(numbers(), 0)).isEqualTo(numbers());
  }

  /// Counter-clockwise: what was at the right comes to the top.
  @Test
  void aQuarterTurnIsExact() {
    assertThat(row(Turn.turned(numbers(), 90), 0)).containsExactly(8, 16, 24, 32, 40, 48, 56, 64);
  }

  @Test
  void drawsAnglesBothWays() {
    var random = new SampleRandom(3);
    boolean left = false;
    boolean right = false;
    for (int i = 0; i < 40; i++) {
      int corner = new Turn(40).apply(numbers(), random).sample(3, 0, 0);
      left |= corner > 4; // of the top row, something from farther right
      right |= corner < 4;
    }
    assertThat(left && right).isTrue();
    assertThatThrownBy(() -> new Turn(181)).hasMessageContaining("rotate must lie in 0 to 180");
  }
}
