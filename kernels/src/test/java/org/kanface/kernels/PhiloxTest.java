package org.kanface.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PhiloxTest {
  /// Known answers of the Random123 distribution (`kat_vectors`, philox4x32, 10 rounds).
  @Test
  void givesTheKnownAnswers() {
    assertThat(block(0, 0, 0)).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
    assertThat(block(-1, -1, -1)).containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
    // counter 243f6a88 85a308d3 13198a2e 03707344, key a4093822 299f31d0: digits of π
    assertThat(block(0x299f31d0_a4093822L, 0x03707344_13198a2eL, 0x85a308d3_243f6a88L))
        .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
  }

  @Test
  void drawsAreTheWordsOfItsBlocks() {
    for (int i = 0; i < 12; i++) {
      assertThat(Philox.draw(7, 9, i)).isEqualTo(block(7, 9, i / 4)[i % 4]);
    }
  }

  @Test
  void uniformNumbersStayBelowOne() {
    assertThat(Philox.toUniform(0xFF)).isEqualTo(0);
    assertThat(Philox.toUniform(-1)).isEqualTo(1 - 0x1p-24);
  }

  private static int[] block(long seed, long stream, long block) {
    var words = new int[4];
    Philox.block(seed, stream, block, words);
    return words;
  }
}
