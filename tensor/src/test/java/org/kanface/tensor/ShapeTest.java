package org.kanface.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class ShapeTest {
  @Test
  void countsElements() {
    assertThat(Shape.SCALAR.numel()).isEqualTo(1);
    assertThat(Shape.of(2, 3, 4).numel()).isEqualTo(24);
    assertThat(Shape.of(2, 0, 4).numel()).isEqualTo(0);
    assertThat(Shape.of(617_970, 512, 3).numel()).isEqualTo(949_201_920L);
    assertThatThrownBy(() -> Shape.of(1L << 40, 1L << 40).numel())
        .isInstanceOf(ArithmeticException.class);
  }

  @Test
  void countsAxesFromTheEndToo() {
    Shape s = Shape.of(2, 3, 4);
    assertThat(s.dim(-1)).isEqualTo(4);
    assertThat(s.with(-2, 7)).isEqualTo(Shape.of(2, 7, 4));
    assertThat(s.without(-3)).isEqualTo(Shape.of(3, 4));
    assertThat(s.span(1, 3)).isEqualTo(12);
    assertThat(s.span(1, 1)).isEqualTo(1);
    assertThatThrownBy(() -> s.dim(3)).hasMessage("[shape] axis 3 of [2, 3, 4]: no such axis");
    assertThatThrownBy(() -> s.dim(-4)).hasMessage("[shape] axis -4 of [2, 3, 4]: no such axis");
  }

  @Test
  void refusesNegativeSizes() {
    assertThatThrownBy(() -> Shape.of(2, -1))
        .isInstanceOf(ShapeException.class)
        .hasMessage("[shape] [2, -1]: expected sizes of 0 or more");
  }

  @Test
  void isAValue() {
    long[] dims = {2, 3};
    Shape s = Shape.of(dims);
    dims[0] = 9;
    s.toArray()[1] = 9;
    assertThat(s).isEqualTo(Shape.of(2, 3)).hasSameHashCodeAs(Shape.of(2, 3));
    assertThat(s).isNotEqualTo(Shape.of(3, 2)).hasToString("[2, 3]");
  }

  @RepeatedTest(200)
  void broadcastWithOneIsIdentity(RepetitionInfo info) {
    Shape s = new Gen(info.getCurrentRepetition()).shape();
    Shape one = Shape.of(1);
    Shape expected = s.rank() == 0 ? one : s;
    assertThat(s.broadcast(one)).isEqualTo(expected);
    assertThat(one.broadcast(s)).isEqualTo(expected);
    assertThat(s.broadcast(Shape.SCALAR)).isEqualTo(s);
    assertThat(s.broadcast(s)).isEqualTo(s);
  }

  @RepeatedTest(200)
  void broadcastsToTheLarger(RepetitionInfo info) {
    var gen = new Gen(info.getCurrentRepetition());
    Shape s = gen.shape();
    Shape small = gen.broadcastable(s);
    assertThat(s.broadcast(small)).as("%s with %s", s, small).isEqualTo(s);
    assertThat(small.broadcast(s)).isEqualTo(s);
  }

  @Test
  void namesTheAxisThatDoesNotBroadcast() {
    assertThatThrownBy(() -> Shape.of(4, 2, 3).broadcast(Shape.of(5, 3)))
        .hasMessage("[broadcast] [4, 2, 3] with [5, 3]: axis 1 is 2 and 5");
  }
}
