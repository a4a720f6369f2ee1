package org.kanface.data.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kanface.data.DataException;
import org.kanface.data.SampleRandom;
import org.kanface.data.image.RgbImage;
import org.kanface.data.synthetic.SyntheticFaces;

class AugmentTest {
  private static final RgbImage FACE = new SyntheticFaces(1, 0.4f, 48).render(2, 2);

  static Stream<Arguments> each() {
    return Stream.of(
        Arguments.of("shift", new Augment(3, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
        Arguments.of("rotate", new Augment(0, 15, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
        Arguments.of("crop", new Augment(0, 0, 0.7f, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
        Arguments.of("downUp", new Augment(0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0)),
        Arguments.of("blur", new Augment(0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0)),
        Arguments.of("brightness", new Augment(0, 0, 1, 0, 0, 0.5f, 0, 0, 0, 0, 0, 0)),
        Arguments.of("contrast", new Augment(0, 0, 1, 0, 0, 0, 0.5f, 0, 0, 0, 0, 0)),
        Arguments.of("saturation", new Augment(0, 0, 1, 0, 0, 0, 0, 0.5f, 0, 0, 0, 0)),
        Arguments.of("hue", new Augment(0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0)),
        Arguments.of("grey", new Augment(0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0)),
        Arguments.of("flip", new Augment(0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0)),
        Arguments.of("erase", new Augment(0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("each")
  void changesTheImageTheSameWayForTheSameKey(String name, Augment augment) {
    var once = augment.apply(FACE, new SampleRandom(1, 2, 3));
    assertThat(once).isNotEqualTo(FACE);
    assertThat(once.width()).isEqualTo(48);
    assertThat(augment.apply(FACE, new SampleRandom(1, 2, 3))).isEqualTo(once);
    assertThat(FACE).isEqualTo(new SyntheticFaces(1, 0.4f, 48).render(2, 2)); // the original stays
  }

  @Test
  void nothingIsTheImageItself() {
    assertThat(Augment.NONE.apply(FACE, new SampleRandom(1))).isSameAs(FACE);
  }

  @Test
  void flipHappensHalfTheTime() {
    int flipped = 0;
    for (int i = 0; i < 2000; i++) {
      flipped += Augment.FLIP.apply(FACE, new SampleRandom(7, 0, i)).equals(FACE) ? 0 : 1;
    }
    assertThat(flipped).isBetween(920, 1080);
  }

  @Test
  void greyHasEqualChannels() {
    var grey = new Augment(0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0).apply(FACE, new SampleRandom(1));
    for (int i = 0; i < grey.pixels().length; i += 3) {
      assertThat(Math.abs(grey.pixels()[i] - grey.pixels()[i + 1])).isLessThanOrEqualTo(1);
    }
  }

  @Test
  void noTurnAtAllIsExact() {
    assertThat(Pixels.turn(FACE, 24, 24, 1, 0)).isEqualTo(FACE);
    assertThat(Pixels.recolour(FACE, 1, 1, 1, 0).sample(20, 20, 1))
        .isCloseTo(FACE.sample(20, 20, 1), offset(1));
  }

  @Test
  void impossibleSettingsAreRefused() {
    assertThatThrownBy(() -> Augment.NONE.withFlip(1.5f))
        .isInstanceOf(DataException.class)
        .hasMessage("Augmentation: flip must lie in 0 to 1, got 1.5.");
    assertThatThrownBy(() -> Augment.NONE.withShift(-1))
        .hasMessageContaining("shift must be at least 0");
  }
}
