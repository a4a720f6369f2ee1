package org.kanface.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class HashFillTest {
  @Test
  void givesThePublishedValues() {
    assertThat(HashFill.values("r", 4, 1))
        .containsExactly(
            new float[] {-0.16115493f, 0.25688356f, -0.086252332f, -0.26657951f}, within(1e-8f));
    assertThat(HashFill.values("head.coef", 3, 1))
        .containsExactly(new float[] {0.037769318f, -0.015382588f, 0.37886405f}, within(1e-8f));
  }

  @Test
  void paintsThePublishedImage() {
    float[] image = HashFill.image(112);

    assertThat(image[0]).isEqualTo(-1);
    assertThat(image[1]).isEqualTo(-0.42745095f);
    assertThat(image[2]).isEqualTo(0.14509809f);
    assertThat(image[(5 * 112 + 7) * 3 + 1]).isEqualTo(-0.23921567f);
    assertThat(image[(111 * 112 + 111) * 3 + 2]).isEqualTo(-0.035294116f);
    assertThat(HashFill.sum(image)).isCloseTo(17.914288, within(1e-5));
    assertThat(HashFill.l2(image)).isCloseTo(112.46072, within(1e-5));
  }
}
