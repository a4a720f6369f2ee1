package org.kanface.nn.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kanface.autograd.Graph;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.ShapeException;
import org.kanface.tensor.Tensor;

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

  private static void sampled(
      ClassShard shard, long[] labels, float[] draws, long[] rows, long... targets) {
    try (Graph graph = Graph.inference()) {
      Shape shape = Shape.of(draws.length);
      Tensor u = graph.constant(Tensor.of(Device.cpu(), shape, draws)).value();
      ClassSample sample = shard.sample(labels, u);
      assertThat(sample.rows().toLongs()).isEqualTo(rows);
      assertThat(sample.targets().toLongs()).isEqualTo(targets);
    }
  }

  @Test
  void takesPositivesAndTheLargestDraws() {
    var shard = new ClassShard(0, 5, 3);
    float[] draws = {0.9f, 0.2f, 0.5f, 0.1f, 0.7f};

    sampled(shard, new long[] {3, 0, 3}, draws, new long[] {0, 3, 4}, 1, 0, 1);
    sampled(shard, new long[] {8, 9}, draws, new long[] {0, 2, 4}, -1, -1); // of another process
  }

  @Test
  void positivesAloneWhereTheyAreMore() {
    var shard = new ClassShard(2, 5, 1);

    sampled(shard, new long[] {6, 3, 6, 1}, new float[5], new long[] {1, 4}, 1, 0, 1, -1);
  }

  @Test
  void equalDrawsAreTakenFromTheFront() {
    var shard = new ClassShard(0, 5, 3);
    float[] draws = {0.5f, 0.5f, 0, 0.5f, 0.5f};

    sampled(shard, new long[] {2}, draws, new long[] {0, 1, 2}, 2);
  }

  @Test
  void drawsOfAnotherNumberAreRefused() {
    try (Tensor draws = Tensor.of(Device.cpu(), Shape.of(4), new float[4])) {
      assertThatThrownBy(() -> new ClassShard(0, 5, 3).sample(new long[] {0}, draws))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("expected 5 draws, got [4]");
    }
  }
}
