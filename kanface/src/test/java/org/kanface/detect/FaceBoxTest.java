package org.kanface.detect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FaceBoxTest {
  private final FaceBox box = new FaceBox(10, 20, 73, 119); // 64 × 100

  private static double share(FaceBox a, FaceBox b) {
    double both = a.overlap(b);
    return both / (a.area() + b.area() - both);
  }

  @Test
  void noOtherSquareCoversABoxBetter() {
    FaceBox cover = box.cover(0, 0); // 80 × 80 around (42, 70)

    assertThat(cover).isEqualTo(new FaceBox(2, 30, 81, 109));
    for (int side = 60; side <= 104; side += 2) {
      double x = 42 - side / 2.0;
      double y = 70 - side / 2.0;
      var other = new FaceBox(x, y, x + side - 1, y + side - 1);
      assertThat(share(other, box)).isLessThanOrEqualTo(share(cover, box));
    }
  }

  @Test
  void coversMoveBySharesOfTheirSide() {
    assertThat(box.cover(0.05, -0.1)).isEqualTo(new FaceBox(6, 22, 85, 101));
  }

  @Test
  void squaresHaveTheLongerSide() {
    assertThat(box.square()).isEqualTo(new FaceBox(-8, 20, 91, 119));
  }
}
