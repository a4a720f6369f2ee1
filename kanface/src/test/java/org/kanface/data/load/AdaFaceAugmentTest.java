package org.kanface.data.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kanface.config.ConfigLoader;
import org.kanface.config.Presets;
import org.kanface.data.SampleRandom;
import org.kanface.data.image.RgbImage;
import org.kanface.data.synthetic.SyntheticFaces;

class AdaFaceAugmentTest {
  private static final RgbImage FACE = new SyntheticFaces(1, 0.2f, 40).render(3, 0);

  private static RgbImage white(int side) {
    RgbImage image = RgbImage.black(side, side);
    Arrays.fill(image.pixels(), (byte) 255);
    return image;
  }

  /// What is left of white is a rectangle of 20 to 100 %, sides 3:4 to 4:3; the rest is black.
  @Test
  void cropsKeepARectangleInItsPlace() {
    var crop = new AdaFaceAugment(1, 0, 0);
    var random = new SampleRandom(7);
    double smallest = 1;
    double largest = 0;
    for (int i = 0; i < 300; i++) {
      RgbImage out = crop.apply(white(112), random);
      int left = 112;
      int right = -1;
      int top = 112;
      int bottom = -1;
      int count = 0;
      for (int y = 0; y < 112; y++) {
        for (int x = 0; x < 112; x++) {
          if (out.sample(x, y, 0) > 0) {
            left = Math.min(left, x);
            right = Math.max(right, x);
            top = Math.min(top, y);
            bottom = Math.max(bottom, y);
            count++;
          }
        }
      }
      double w = right - left + 1;
      double h = bottom - top + 1;
      assertThat(count).isEqualTo((int) (w * h));
      assertThat(w / h).isBetween(0.75 - 0.02, 4 / 3.0 + 0.02);
      smallest = Math.min(smallest, count / 12_544.0);
      largest = Math.max(largest, count / 12_544.0);
    }
    assertThat(smallest).isBetween(0.19, 0.23);
    assertThat(largest).isBetween(0.95, 1.0);
  }

  @Test
  void changesComeWithTheirProbabilities() {
    for (var only :
        new AdaFaceAugment[] {
          new AdaFaceAugment(0.2f, 0, 0),
          new AdaFaceAugment(0, 0.2f, 0),
          new AdaFaceAugment(0, 0, 0.2f)
        }) {
      var random = new SampleRandom(11);
      int changed = 0;
      for (int i = 0; i < 2000; i++) {
        changed += only.apply(FACE, random) == FACE ? 0 : 1;
      }
      assertThat(changed / 2000.0).as(only.toString()).isCloseTo(0.2, within(0.03));
    }
    assertThat(new AdaFaceAugment(0, 0, 0).apply(FACE, new SampleRandom(1))).isSameAs(FACE);
    assertThatThrownBy(() -> new AdaFaceAugment(2, 0, 0)).hasMessageContaining("0 to 1, got 2.0");
  }

  @Test
  void lowResolutionKeepsSizesAndFlatAreas() {
    var low = new AdaFaceAugment(0, 1, 0);
    var random = new SampleRandom(5);
    RgbImage grey = RgbImage.black(37, 29);
    Arrays.fill(grey.pixels(), (byte) 211);
    for (int i = 0; i < 100; i++) { // each of the five ways there with each of the five back
      assertThat(low.apply(grey, random)).isEqualTo(grey);
    }
    assertThat(low.apply(FACE, random)).isNotEqualTo(FACE);
  }

  /// Greys of (200, 100, 50): 124.2 → 124; of (0, 0, 0): 0. Their mean is 62.
  @Test
  void coloursChangeAsPillowChangesThem() {
    var image = new RgbImage(2, 1, new byte[] {(byte) 200, 100, 50, 0, 0, 0});

    assertThat(Photometric.BRIGHTNESS.apply(image, 0.5f).pixels())
        .containsExactly(100, 50, 25, 0, 0, 0);
    assertThat(Photometric.BRIGHTNESS.apply(image, 1.5f).pixels())
        .containsExactly(255, 150, 75, 0, 0, 0);
    assertThat(Photometric.CONTRAST.apply(image, 0.5f).pixels())
        .containsExactly(131, 81, 56, 31, 31, 31);
    assertThat(Photometric.CONTRAST.apply(image, 1.5f).pixels())
        .containsExactly(255, 119, 44, 0, 0, 0); // 62 + 1.5 · (200 − 62) = 269
    assertThat(Photometric.SATURATION.apply(image, 0).pixels())
        .containsExactly(124, 124, 124, 0, 0, 0);
    assertThat(Photometric.SATURATION.apply(image, 1).pixels()).isEqualTo(image.pixels());
  }

  @Test
  void theRecipeUsesThemAllAndThenMirrors() {
    var config = Presets.get("r50_ada_512");
    assertThat(config.augment().cropAugmentationProb()).isEqualTo(0.2);
    assertThat(config.augment().lowResAugmentationProb()).isEqualTo(0.2);
    assertThat(config.augment().photometricAugmentationProb()).isEqualTo(0.2);

    var always = ConfigLoader.override(config, List.of("crop_augmentation_prob=1", "flip=1"));
    RgbImage cropped = new AdaFaceAugment(1, 0.2f, 0.2f).apply(FACE, new SampleRandom(2));
    assertThat(always.augment().toAugmentation().apply(FACE, new SampleRandom(2)))
        .isEqualTo(cropped.flip());
  }
}
