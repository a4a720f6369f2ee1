package org.kanface.data.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class EpochOrderTest {
  @Test
  void matchesTheReferenceSampler() { // recorded with PyTorch: 10 samples, 3 ranks, seed 42
    assertThat(order(0, 0)).containsExactly(2, 8, 0, 7);
    assertThat(order(0, 1)).containsExactly(6, 4, 9, 2);
    assertThat(order(0, 2)).containsExactly(1, 5, 3, 6);
    assertThat(order(1, 0)).containsExactly(8, 0, 6, 3);
    assertThat(order(1, 1)).containsExactly(4, 5, 7, 8);
    assertThat(order(1, 2)).containsExactly(9, 1, 2, 4);
  }

  @Test
  void withoutShufflingTheOrderIsNatural() {
    assertThat(EpochOrder.of(5, 1, 9, 1, 2, false)).containsExactly(1, 3, 0);
  }

  @Test
  void refusesARankOutOfRange() {
    assertThatThrownBy(() -> EpochOrder.of(5, 1, 0, 2, 2, true))
        .hasMessageContaining("got 5, 2, 2");
  }

  private static int[] order(int epoch, int rank) {
    return EpochOrder.of(10, 42, epoch, rank, 3, true);
  }
}
