package org.kanface.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.kanface.detect.FaceBox.Offsets;

class SuppressionTest {
  private record Scored(FaceBox box, double score) {}

  private static Scored scored(double left, double top, double side, double score) {
    return new Scored(new FaceBox(left, top, left + side - 1, top + side - 1), score);
  }

  private static List<Double> kept(Suppression rule, double limit, Scored... items) {
    return rule.apply(List.of(items), Scored::box, Scored::score, limit).stream()
        .map(Scored::score)
        .toList();
  }

  @Test
  void theBestOfThoseThatOverlapStays() {
    // 10 × 10 at 0 and at 3: 70 of 130 pixels shared, 0.538; at 5: 50 of 150, 0.333
    Scored[] items = {scored(0, 0, 10, 0.7), scored(3, 0, 10, 0.9), scored(8, 0, 10, 0.8)};

    assertThat(kept(Suppression.UNION, 0.5, items)).containsExactly(0.9, 0.8);
    assertThat(kept(Suppression.UNION, 0.3, items)).containsExactly(0.9);
    assertThat(kept(Suppression.UNION, 0.6, items)).containsExactly(0.9, 0.8, 0.7);
  }

  @Test
  void aBoxInsideAnotherGoesByTheSmallerArea() {
    Scored[] items = {scored(0, 0, 20, 0.8), scored(5, 5, 6, 0.7)};

    assertThat(kept(Suppression.UNION, 0.7, items)).containsExactly(0.8, 0.7); // 36 of 400
    assertThat(kept(Suppression.SMALLER, 0.7, items)).containsExactly(0.8); // 36 of 36
  }

  @Test
  void nothingOfNothing() {
    assertThat(kept(Suppression.UNION, 0.5)).isEmpty();
  }

  /// Whatever stays overlaps little, and whatever went overlaps something better that stays.
  @Test
  void staysAndGoesByTheRule() {
    var random = new Random(5);
    Function<Integer, Scored> draw =
        i -> scored(random.nextInt(40), random.nextInt(40), 5 + random.nextInt(20), (i + 1) / 99.0);
    List<Scored> items = IntStream.range(0, 60).boxed().map(draw).toList();
    for (Suppression rule : Suppression.values()) {
      List<Scored> kept = rule.apply(items, Scored::box, Scored::score, 0.4);
      for (Scored item : items) {
        boolean beaten =
            kept.stream()
                .anyMatch(k -> k.score > item.score && rule.share(k.box(), item.box()) > 0.4);
        assertThat(kept.contains(item)).isEqualTo(!beaten);
      }
    }
  }

  @Test
  void boxesMoveBySharesOfTheirSize() {
    var box = new FaceBox(10, 20, 19, 39); // 10 × 20

    assertThat(box.area()).isEqualTo(200);
    assertThat(box.moved(new Offsets(0.1, -0.1, 0.2, 0.5))).isEqualTo(new FaceBox(11, 18, 21, 49));
    assertThat(box.square()).isEqualTo(new FaceBox(5, 20, 24, 39));
    assertThat(new FaceBox(0.2, 0, 9.4, 9).square().width()).isCloseTo(10, within(1e-12));
    assertThat(box.overlap(new FaceBox(15, 0, 30, 24))).isEqualTo(25);
    assertThat(box.overlap(new FaceBox(20, 0, 30, 24))).isZero();
  }
}
