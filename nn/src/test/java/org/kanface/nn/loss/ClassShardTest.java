package org.kanface.nn.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kanface.tensor.ShapeException;

class ClassShardTest {
  @Test
  void sevenClassesOnTwoProcesses() {
    assertThat(ClassShard.of(7, 1, 0, 2)).isEqualTo(new ClassShard(0, 4, 4));
    assertThat(ClassShard.of(7, 1, 1, 2)).isEqualTo(new ClassShard(4, 3, 3));
    assertThat(ClassShard.of(617_970, 0.3, 0, 1).samples()).isEqualTo(185_391);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 8})
  void shardsCoverAllClasses(int size) {
    long next = 0;
    for (int rank = 0; rank < size; rank++) {
      ClassShard shard = ClassShard.of(23, 0.5, rank, size);
      assertThat(shard.first()).isEqualTo(next);
      next += shard.rows();
    }
    assertThat(next).isEqualTo(23);
  }

  @Test
  void labelsOfOthersBecomeMinusOne() {
    assertThat(new ClassShard(4, 3, 3).local(new long[] {3, 4, 6, 7}))
        .containsExactly(-1, 0, 2, -1);
  }

  @Test
  void takesPositivesAndTheLargestDraws() {
    var shard = new ClassShard(0, 5, 3);
    float[] draws = {0.9f, 0.2f, 0.5f, 0.1f, 0.7f};

    assertThat(shard.sample(new long[] {3, 0, 3}, draws)).containsExactly(0, 3, 4);
    assertThat(shard.sample(new long[] {-1, -1}, draws)).containsExactly(0, 2, 4);
  }

  @Test
  void positivesAloneWhereTheyAreMore() {
    var shard = new ClassShard(0, 5, 1);

    assertThat(shard.sample(new long[] {4, 1, 4, -1}, new float[5])).containsExactly(1, 4);
  }

  @Test
  void equalDrawsAreTakenFromTheFront() {
    var shard = new ClassShard(0, 5, 3);

    assertThat(shard.sample(new long[] {2}, new float[] {0.5f, 0.5f, 0, 0.5f, 0.5f}))
        .containsExactly(0, 1, 2);
  }

  /// As a stable sort by descending draws takes them.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 100, 1021, 5000})
  void takesWhatASortTakes(int rows) {
    var random = new Random(rows);
    for (int grid : new int[] {3, 1 << 24}) { // with ties and, most likely, without
      var draws = new float[rows];
      for (int i = 0; i < rows; i++) {
        draws[i] = random.nextInt(grid) / (float) grid;
      }
      for (int samples : new int[] {0, 1, rows / 3, rows - 1, rows}) {
        var shard = new ClassShard(0, rows, samples);
        long[] positives = samples < 2 ? new long[0] : new long[] {rows - 1, rows / 2};
        long[] sorted =
            IntStream.range(0, rows)
                .boxed()
                .sorted(
                    Comparator.comparing(
                        i -> Arrays.stream(positives).anyMatch(p -> p == i) ? -2f : -draws[i]))
                .limit(samples)
                .mapToLong(i -> i)
                .sorted()
                .toArray();

        assertThat(shard.sample(positives, draws)).isEqualTo(sorted);
      }
    }
  }

  @Test
  void positivesFindTheirPlaceInTheSample() {
    assertThat(ClassShard.renumber(new long[] {4, -1, 1}, new long[] {1, 3, 4}))
        .containsExactly(2, -1, 0);
  }

  @Test
  void drawsOfAnotherNumberAreRefused() {
    assertThatThrownBy(() -> new ClassShard(0, 5, 3).sample(new long[] {0}, new float[4]))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("expected 5 draws, got 4");
  }
}
