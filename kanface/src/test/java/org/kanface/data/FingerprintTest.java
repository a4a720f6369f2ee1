package org.kanface.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.data.image.ImageCodec;
import org.kanface.data.image.RgbImage;

class FingerprintTest {
  @TempDir Path folder;

  private String of(String name, int people, int shade, String extension) throws IOException {
    for (int person = 0; person < people; person++) {
      Path own = Files.createDirectories(folder.resolve(name).resolve("p" + person));
      var pixels = new byte[3 * 4];
      pixels[0] = (byte) (person + shade);
      var image = new RgbImage(2, 2, pixels);
      Files.write(own.resolve("face" + extension), ImageCodec.encodePng(image));
    }
    try (FaceDataset data = FolderDataset.open(folder.resolve(name))) {
      return Fingerprint.of(data);
    }
  }

  @Test
  void isTheSameWhereverTheImagesLie() throws IOException {
    String here = of("here", 3, 0, ".png");
    assertThat(here).matches("[0-9a-f]{64}").isEqualTo(of("there", 3, 0, ".PNG"));
  }

  @Test
  void differsWithPeopleAndPixels() throws IOException {
    String three = of("three", 3, 0, ".png");
    assertThat(of("four", 4, 0, ".png")).isNotEqualTo(three);
    assertThat(of("brighter", 3, 1, ".png")).isNotEqualTo(three);
  }
}
