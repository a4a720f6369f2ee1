package org.kanface.data.align;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class SimilarityTest {
  private static Point random(Random random, double scale) {
    return new Point(scale * random.nextGaussian(), scale * random.nextGaussian());
  }

  private static double error(Similarity t, List<Point> from, List<Point> to) {
    double sum = 0;
    for (int i = 0; i < from.size(); i++) {
      sum += t.apply(from.get(i)).squaredDistance(to.get(i));
    }
    return sum;
  }

  @RepeatedTest(100)
  void anExactTransformIsRecovered(RepetitionInfo r) {
    var random = new Random(r.getCurrentRepetition());
    double angle = random.nextDouble(-Math.PI, Math.PI);
    double scale = Math.exp(random.nextDouble(-3, 3));
    Point shift = random(random, 200);
    var truth =
        new Similarity(scale * Math.cos(angle), scale * Math.sin(angle), shift.x(), shift.y());
    var from = new ArrayList<Point>();
    for (int i = 0; i < 2 + random.nextInt(5); i++) {
      from.add(random(random, 80));
    }

    Similarity found = Similarity.fit(from, from.stream().map(truth::apply).toList());

    assertThat(found.a()).isCloseTo(truth.a(), within(1e-10 * scale));
    assertThat(found.b()).isCloseTo(truth.b(), within(1e-10 * scale));
    assertThat(found.shiftX()).isCloseTo(truth.shiftX(), within(1e-8 * (1 + scale)));
    assertThat(found.shiftY()).isCloseTo(truth.shiftY(), within(1e-8 * (1 + scale)));
    assertThat(found.scale()).isCloseTo(scale, within(1e-10 * scale));
  }

  /// Any other transform is worse, also where none is exact.
  @RepeatedTest(50)
  void theFitHasTheLeastError(RepetitionInfo r) {
    var random = new Random(1000 + r.getCurrentRepetition());
    var from = new ArrayList<Point>();
    var to = new ArrayList<Point>();
    for (int i = 0; i < 5; i++) {
      from.add(random(random, 50));
      to.add(random(random, 50));
    }
    Similarity best = Similarity.fit(from, to);
    double least = error(best, from, to);

    for (int i = 0; i < 20; i++) {
      double step = Math.pow(10, -random.nextInt(5));
      var other =
          new Similarity(
              best.a() + step * random.nextGaussian() / 50,
              best.b() + step * random.nextGaussian() / 50,
              best.shiftX() + step * random.nextGaussian(),
              best.shiftY() + step * random.nextGaussian());
      assertThat(error(other, from, to)).isGreaterThanOrEqualTo(least - 1e-9);
    }
  }

  /// Numbers computed elsewhere, to the precision they have: the first in steps of float32.
  @Test
  void knownFits() {
    assertFit(
        new Similarity(0.8738919352, 0.0840783045, -8.9395610627, -18.3142682706),
        1e-7,
        new Point(60.5, 75.25),
        new Point(101.75, 70.5),
        new Point(85, 98.5),
        new Point(66.25, 118),
        new Point(104, 113.75));
    assertFit(
        new Similarity(0.6148269418, 0.0141571873, -22.2526372730, -22.9128137021),
        5e-11,
        new Point(100, 120),
        new Point(160, 118),
        new Point(131, 150),
        new Point(108, 185),
        new Point(155, 183));
  }

  private static void assertFit(Similarity expected, double precision, Point... points) {
    Similarity t = new FaceAligner(112).transform(Landmarks.of(List.of(points)));
    assertThat(t.a()).isCloseTo(expected.a(), within(precision));
    assertThat(t.b()).isCloseTo(expected.b(), within(precision));
    assertThat(t.shiftX()).isCloseTo(expected.shiftX(), within(100 * precision));
    assertThat(t.shiftY()).isCloseTo(expected.shiftY(), within(100 * precision));
  }

  @Test
  void pointsInOnePlaceAreRefused() {
    Point p = new Point(3, 4);
    assertThatThrownBy(() -> Similarity.fit(List.of(p, p), List.of(p, p)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[similarity] no transform fits");
    assertThatThrownBy(() -> Similarity.fit(List.of(p), List.of()))
        .hasMessageContaining("as many points before as after, at least one, got 1 and 0");
  }
}
