package org.kanface.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kanface.data.synthetic.SyntheticFaces;

class ResamplingTest {
  private static RgbImage row(int... values) {
    var image = RgbImage.black(values.length, 1);
    for (int i = 0; i < values.length * 3; i++) {
      image.pixels()[i] = (byte) values[i / 3];
    }
    return image;
  }

  private static int[] values(RgbImage image) {
    int[] out = new int[image.width()];
    for (int x = 0; x < out.length; x++) {
      out[x] = image.sample(x, 0, 1);
    }
    return out;
  }

  @Test
  void bilinearReadsBetweenPixelCentres() {
    // source position (i + ½)/2 − ½ = −¼, ¼, ¾, 1¼ of 0, 100
    assertThat(values(Resampling.BILINEAR.resize(row(0, 100), 4, 1)))
        .containsExactly(0, 25, 75, 100);
    // halving without antialiasing averages the middle two of each four: positions ½, 2½
    assertThat(values(Resampling.BILINEAR.resize(row(0, 100, 200, 40), 2, 1)))
        .containsExactly(50, 120);
  }

  @Test
  void antialiasingWidensTheKernel() {
    // scale 2, support 2: weights ¼ ¾ ¾ ¼ over pixels −1 … 2 around ½, the edge repeated
    assertThat(values(Resampling.BILINEAR.resize(row(0, 0, 0, 0, 160, 160), 3, 1, true)))
        .containsExactly(0, 20, 140);
  }

  @Test
  void bicubicUsesMinusThreeQuarters() {
    // at t = ¼ from the second of four: w = −0.1055, 0.8789, 0.2617, −0.0352
    int[] v = values(Resampling.BICUBIC.resize(row(0, 100, 200, 100), 8, 1));
    assertThat(v[2])
        .isEqualTo(
            (int)
                Math.rint(-0.03515625 * 0 + 0.26171875 * 0 + 0.87890625 * 100 - 0.10546875 * 200));
  }

  @ParameterizedTest
  @EnumSource(Resampling.class)
  void flatAreasStayFlat(Resampling filter) {
    for (int size : new int[] {1, 3, 7, 20, 50}) {
      for (boolean antialias : new boolean[] {true, false}) {
        var out =
            filter.resize(
                row(211, 211, 211, 211, 211, 211, 211, 211, 211, 211), size, 3, antialias);
        assertThat(values(out)).containsOnly(211);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Resampling.class)
  void enlargingAndShrinkingComesBack(Resampling filter) {
    var face = new SyntheticFaces(1, 0.2f, 64).render(3, 0);
    var back = filter.resize(filter.resize(face, 128, 128), 64, 64);
    double error = 0;
    for (int i = 0; i < back.pixels().length; i++) {
      error += Math.abs((back.pixels()[i] & 0xFF) - (face.pixels()[i] & 0xFF));
    }
    assertThat(error / back.pixels().length).isLessThan(5);
  }

  @Test
  void shorterSideKeepsTheShape() {
    var wide = Resampling.BICUBIC.resizeShorterSide(RgbImage.black(250, 200), 112);
    assertThat(wide.width()).isEqualTo(140);
    assertThat(wide.height()).isEqualTo(112);
    assertThat(Resampling.BICUBIC.resizeShorterSide(RgbImage.black(100, 333), 112).height())
        .isEqualTo(372);
  }

  @Test
  void refusesAnEmptySize() {
    assertThatThrownBy(() -> Resampling.BILINEAR.resize(row(1), 0, 1))
        .hasMessageContaining("got 0 x 1");
  }

  /// 6 rows of 5 pixels, `37 y + 59 x + 83 c mod 256`, smaller and larger.
  @Test
  void lanczosIsOpenCvs() {
    RgbImage image = RgbImage.black(5, 6);
    for (int i = 0; i < 90; i++) {
      image.pixels()[i] = (byte) (37 * (i / 15) + 59 * (i / 3 % 5) + 83 * (i % 3));
    }

    assertThat(red(Resampling.LANCZOS4.resize(image, 4, 4)))
        .containsExactly(11, 90, 161, 186, 71, 130, 255, 55, 123, 207, 60, 83, 192, 163, 48, 159);
    RgbImage larger = Resampling.LANCZOS4.resize(image, 9, 7);
    assertThat(Arrays.copyOf(red(larger), 9))
        .containsExactly(0, 13, 49, 87, 117, 146, 186, 228, 252);
    int sum = 0;
    for (byte b : larger.pixels()) {
      sum += b & 0xFF;
    }
    assertThat(sum).isEqualTo(23_785);
  }

  private static int[] red(RgbImage image) {
    int[] out = new int[image.width() * image.height()];
    Arrays.setAll(out, i -> image.pixels()[3 * i] & 0xFF);
    return out;
  }
}
