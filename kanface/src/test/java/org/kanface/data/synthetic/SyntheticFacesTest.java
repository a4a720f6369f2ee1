package org.kanface.data.synthetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.kanface.data.image.RgbImage;

class SyntheticFacesTest {
  @Test
  void imageDependsOnSeedIdentityAndNumberAlone() throws Exception {
    var faces = new SyntheticFaces(11);
    var first = faces.render(5, 3);
    faces.render(6, 3); // what was drawn before must not matter
    assertThat(faces.render(5, 3)).isEqualTo(first);
    assertThat(new SyntheticFaces(11).render(5, 3)).isEqualTo(first);
    assertThat(new SyntheticFaces(12).render(5, 3)).isNotEqualTo(first);
    assertThat(faces.render(5, 4)).isNotEqualTo(first);
    assertThat(faces.render(4, 3)).isNotEqualTo(first);
    try (var pool = Executors.newFixedThreadPool(4)) {
      Callable<RgbImage> again = () -> faces.render(5, 3);
      for (var image : pool.invokeAll(Collections.nCopies(8, again))) {
        assertThat(image.get()).isEqualTo(first);
      }
    }
  }

  /// Pins the generator: a change of these numbers changes everybody's default training data.
  @Test
  void drawsTheSameFacesAsEver() {
    var faces = new SyntheticFaces(1);
    assertThat(Arrays.hashCode(faces.render(0, 0).pixels())).isEqualTo(-1226350466);
    assertThat(Arrays.hashCode(faces.render(123, 45).pixels())).isEqualTo(2011954226);
  }

  @Test
  void rawPixelsHardlyTellIdentities() {
    var faces = new SyntheticFaces(1);
    int pairs = 1000;
    double[] scores = new double[pairs];
    boolean[] same = new boolean[pairs];
    for (int i = 0; i < pairs; i++) {
      same[i] = i % 2 == 0;
      scores[i] = RawPixels.cosine(faces.render(i, 0), faces.render(same[i] ? i : i + pairs, 1));
    }
    assertThat(RawPixels.tenFold(scores, same)).isGreaterThan(0.5).isLessThan(0.75);
  }

  @Test
  void easyImagesOfOneIdentityLookAlike() {
    var faces = new SyntheticFaces(1, 0, 112);
    int nearer = 0;
    for (int i = 0; i < 50; i++) {
      var a = centre(faces.render(i, 0));
      nearer +=
          distance(a, centre(faces.render(i, 1))) < distance(a, centre(faces.render(i + 50, 1)))
              ? 1
              : 0;
    }
    assertThat(nearer).isGreaterThan(45);
  }

  @Test
  void rendersOtherSizes() {
    assertThat(new SyntheticFaces(1, 1, 64).render(0, 0).width()).isEqualTo(64);
    assertThat(new SyntheticFaces(1, 1, 224).render(0, 0).height()).isEqualTo(224);
  }

  @Test
  void refusesImpossibleSettings() {
    assertThatThrownBy(() -> new SyntheticFaces(1, -1, 112))
        .hasMessageContaining("difficulty from 0 to 1.5, got -1.0");
    assertThatThrownBy(() -> new SyntheticFaces(1, 1, 4))
        .hasMessageContaining("size from 16 to 1024, got 4");
  }

  @Test
  void datasetNumbersImagesIdentityByIdentity() {
    var data = new SyntheticDataset(new SyntheticFaces(1), 100, 3, 4);
    assertThat(data.size()).isEqualTo(12);
    assertThat(data.classes()).isEqualTo(3);
    assertThat(data.label(7)).isEqualTo(1);
    assertThat(data.name(7)).isEqualTo("synthetic/000101/0003");
    assertThat(data.image(7)).isEqualTo(new SyntheticFaces(1).render(101, 3));
  }

  private static RgbImage centre(RgbImage image) {
    return image.crop(30, 30, 52, 60);
  }

  private static long distance(RgbImage a, RgbImage b) {
    long sum = 0;
    for (int i = 0; i < a.pixels().length; i++) {
      int d = (a.pixels()[i] & 0xFF) - (b.pixels()[i] & 0xFF);
      sum += (long) d * d;
    }
    return sum;
  }
}
