package org.kanface.data.split;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.kanface.kernels.Mt19937;

class StratifiedShuffleTest {
  @Test
  void permutationsAreThoseOfNumPy() {
    var random = new Mt19937(42);

    assertThat(StratifiedShuffle.permutation(10, random))
        .containsExactly(8, 1, 5, 0, 7, 2, 9, 4, 3, 6);
    assertThat(StratifiedShuffle.permutation(5, random)).containsExactly(1, 0, 3, 4, 2);
  }

  /// 41 rows of three labels (17, 10, 14), 12 %, seed 42: 15, 9, 12 are kept and 2, 1, 2 drawn.
  @Test
  void rowsAreThoseOfScikitLearn() {
    int[] labels = IntStream.range(0, 41).map(i -> i < 30 ? i % 3 : i < 37 ? 0 : 2).toArray();

    var cut = StratifiedShuffle.of(labels, 0.12, 42);

    assertThat(cut.kept())
        .containsExactly(
            23, 22, 20, 7, 31, 36, 27, 14, 34, 21, 28, 19, 4, 11, 0, 39, 15, 10, 33, 12, 17, 32, 25,
            3, 26, 2, 40, 8, 30, 37, 5, 35, 1, 6, 16, 24);
    assertThat(cut.drawn()).containsExactly(9, 13, 38, 18, 29);
  }

  /// The published sizes: 197,693 images in all.
  @Test
  void sizesAreThePublishedOnes() {
    int[] labels = IntStream.range(0, 197_693).map(i -> i % 540).toArray();

    var first = StratifiedShuffle.of(labels, 0.12, 42);
    int[] held = Arrays.stream(first.drawn()).map(i -> labels[i]).toArray();
    var second = StratifiedShuffle.of(held, 0.4, 42);

    assertThat(first.kept()).hasSize(173_969);
    assertThat(second.kept()).hasSize(14_234);
    assertThat(second.drawn()).hasSize(9_490);
    assertThat(Arrays.stream(held).distinct()).hasSize(540);
    assertThat(new Split(first.kept(), held, held).again(0.75, 42)).hasSize(130_477);
  }
}
