package org.kanface.nn.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.kanface.nn.HashFill;

class FourierPositionTest {
  @Test
  void mapOf14x14IsTheReferences() {
    float[] map = FourierPosition.encode(14, 14); // [14, 14, 64]
    int at = (3 * 14 + 5) * 64;

    assertThat(Arrays.copyOf(map, 6))
        .containsExactly(
            new float[] {0.4338837f, 0.9009688f, 0.2497075f, 0.9683213f, 0.1414467f, 0.9899459f},
            within(2e-7f));
    assertThat(Arrays.copyOfRange(map, at, at + 6))
        .containsExactly(
            new float[] {0.9749280f, -0.2225208f, 0.8465725f, 0.5322734f, 0.5376865f, 0.8431449f},
            within(3e-7f));
    assertThat(Arrays.copyOfRange(map, at + 32, at + 38))
        .containsExactly(
            new float[] {0.4338838f, -0.9009688f, 0.9984028f, 0.05649712f, 0.7522933f, 0.6588283f},
            within(3e-7f));
    assertThat(HashFill.sum(map)).isCloseTo(6063.1753, within(1e-3));
  }
}
