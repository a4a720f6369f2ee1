package org.kanface.data.align;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kanface.data.image.Resampling;
import org.kanface.data.image.RgbImage;
import org.kanface.data.synthetic.SyntheticFaces;

class FaceAlignerTest {
  private static Landmarks moved(Similarity t) {
    return Landmarks.of(Landmarks.TEMPLATE.points().stream().map(t::apply).toList());
  }

  private static double difference(RgbImage a, RgbImage b) {
    double sum = 0;
    for (int i = 0; i < a.pixels().length; i++) {
      sum += Math.abs((a.pixels()[i] & 0xFF) - (b.pixels()[i] & 0xFF));
    }
    return sum / a.pixels().length;
  }

  @Test
  void aFaceInPlaceStaysAsItIs() {
    RgbImage face = new SyntheticFaces(3, 1, 112).render(0, 0);

    assertThat(new FaceAligner(112).align(face, Landmarks.TEMPLATE)).isEqualTo(face);
  }

  @Test
  void landmarksLandOnTheTemplate() {
    var t = new Similarity(1.3, 0.4, 17, -5);
    Similarity back = new FaceAligner(112).transform(moved(t));

    for (Point p : Landmarks.TEMPLATE.points()) {
      assertThat(back.apply(t.apply(p)).distance(p)).isLessThan(1e-10);
    }
  }

  /// A face drawn four times too large, black around it, comes back: means of 4 × 4 pixels.
  @Test
  void largeFacesAreAveraged() {
    RgbImage face = new SyntheticFaces(3, 0, 112).render(1, 0);
    var large = RgbImage.black(448, 448);
    for (int i = 0; i < large.pixels().length; i++) {
      int x = i / 3 % 448;
      int y = i / 3 / 448;
      int noise = (x + y) % 2 == 0 ? 20 : -20; // a chequerboard that means take out
      large.pixels()[i] = (byte) Math.clamp(face.sample(x / 4, y / 4, i % 3) + noise, 0, 255);
    }
    var enlarge = new Similarity(4, 0, 1.5, 1.5);

    RgbImage out = new FaceAligner(112).align(large, moved(enlarge));

    assertThat(difference(out, face)).isLessThan(1.5);
  }

  /// A smaller face is the one of 112 pixels made smaller.
  @Test
  void otherSidesShowTheSameFace() {
    RgbImage face = new SyntheticFaces(5, 0.3f, 112).render(2, 0);

    for (int side : new int[] {56, 96, 168}) {
      RgbImage out = new FaceAligner(side).align(face, Landmarks.TEMPLATE);
      RgbImage resized = Resampling.BILINEAR.resize(face, side, side, true);
      assertThat(out.width()).isEqualTo(side);
      assertThat(difference(out, resized)).as("side %d", side).isLessThan(4);
    }
  }

  @Test
  void blocksAreMeans() {
    var image = RgbImage.black(5, 3);
    for (int i = 0; i < image.pixels().length; i++) {
      image.pixels()[i] = (byte) (i / 3 * 10); // 0 10 20 30 40 / 50 … / 100 …
    }

    RgbImage out = BlockMean.shrink(image, 2);

    assertThat(List.of(out.width(), out.height())).containsExactly(3, 2);
    assertThat(out.sample(0, 0, 0)).isEqualTo(30); // (0 + 10 + 50 + 60) / 4
    assertThat(out.sample(2, 0, 1)).isEqualTo(65); // (40 + 90) / 2
    assertThat(out.sample(1, 1, 2)).isEqualTo(125); // (120 + 130) / 2
    assertThat(out.sample(2, 1, 0)).isEqualTo(140);
  }

  @Test
  void shrinkingKeepsPlaces() {
    var t = new Similarity(0.2, 0.1, 7, 3);
    Point far = new Point(100, 40); // centre of block (20, 8) of 5 × 5 pixels is (102, 42)
    Point there = t.ofShrunk(5).apply(new Point(20, 8));

    assertThat(there.distance(t.apply(new Point(far.x() + 2, far.y() + 2))))
        .isCloseTo(0, within(1e-12));
  }

  @Test
  void badArgumentsAreNamed() {
    Point p = new Point(1, 1);
    assertThatThrownBy(() -> new FaceAligner(0)).hasMessageContaining("positive side, got 0");
    assertThatThrownBy(() -> Landmarks.of(List.of(p))).hasMessageContaining("5 points, got 1");
    var onePlace = new Landmarks(p, p, p, p, p);
    assertThatThrownBy(() -> new FaceAligner(112).align(RgbImage.black(9, 9), onePlace))
        .hasMessageContaining("no transform fits");
  }
}
