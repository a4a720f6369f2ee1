package org.kanface.data.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.data.DataException;
import org.kanface.data.SharedData;
import org.kanface.data.image.ImageCodec;
import org.kanface.data.image.RgbImage;

class PairsFileTest {
  @TempDir Path dir;

  @BeforeEach
  void images() throws IOException {
    for (var person : new String[] {"Ann", "Bo_Li", "Cy"}) {
      Files.createDirectories(dir.resolve(person));
      for (int n = 1; n <= 3; n++) {
        var file =
            dir.resolve("%s/%s_%04d.%s".formatted(person, person, n, n == 3 ? "png" : "jpg"));
        Files.write(file, ImageCodec.encodePng(RgbImage.black(8 + n, 8 + n)));
      }
    }
  }

  private Path list(String text) throws IOException {
    return Files.writeString(dir.resolve("pairs.txt"), text);
  }

  @Test
  void readsFoldsOfSameThenDifferentPairs() throws IOException {
    var file = list("2\t1\nAnn\t1\t2\nAnn\t1\tBo_Li\t3\nCy\t1\t3\nCy\t2\tAnn\t2\n\n");
    try (var set = PairsFile.open(file, dir)) {
      assertThat(set.name()).isEqualTo("pairs");
      assertThat(set.folds()).isEqualTo(2);
      assertThat(set.pairs())
          .containsExactly(
              new VerificationSet.Pair(0, 1, true, 0),
              new VerificationSet.Pair(0, 2, false, 0),
              new VerificationSet.Pair(3, 4, true, 1),
              new VerificationSet.Pair(5, 1, false, 1));
      assertThat(set.images().size()).isEqualTo(6); // Ann_0001 and _0002 are named twice
      assertThat(set.images().image(2).width()).isEqualTo(11);
      assertThat(set.faces(16).image(2).width()).isEqualTo(16);
    }
  }

  @Test
  void oneNumberIsOneListCutIntoFoldsWithBothKinds() throws IOException {
    var file = list("2\nAnn 1 2\nCy 1 2\nAnn 1 Cy 1\nBo_Li 1 Cy 2\n");
    try (var set = PairsFile.open(file, dir)) {
      assertThat(set.folds()).isEqualTo(2);
      assertThat(set.pairs().stream().map(VerificationSet.Pair::fold)).containsExactly(0, 1, 0, 1);
    }
  }

  @Test
  void malformedListsAreNamedWithTheirLine() throws IOException {
    expect("", "is empty");
    expect("a\t1\n", "pairs.txt:1: expected a whole number, found \"a\".");
    expect("1\t2\t3\n", "pairs.txt:1: expected \"folds<tab>pairs\" or \"pairs\", found 3 fields.");
    expect(
        "1\t2\nAnn\t1\t2\n",
        "announces 1 folds of 2 same and 2 different pairs, 4 lines, but 1 follow");
    expect(
        "1\t1\nAnn\t1\t2\nAnn\t1\t3\n",
        "pairs.txt:3: expected a different pair \"name1 n1 name2 n2\", found 3 fields.");
    expect(
        "1\t1\nAnn\t1\tx\nAnn\t1\tCy\t1\n", "pairs.txt:2: expected a whole number, found \"x\".");
    expect("99999\t99999\nAnn\t1\t2\n", "announces 99999 folds");
    assertThatThrownBy(() -> PairsFile.open(dir.resolve("none.txt"), dir))
        .hasMessageContaining("does not exist");
  }

  private void expect(String text, String message) throws IOException {
    var file = list(text);
    assertThatThrownBy(() -> PairsFile.open(file, dir))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message);
  }

  @Test
  void missingImagesAreNamedOrLeftOut() throws IOException {
    var file = list("1\t1\nAnn\t1\t7\nAnn\t1\tBo_Li\t3\n");
    assertThatThrownBy(() -> PairsFile.open(file, dir))
        .hasMessage("1 images of %s are missing under %s, such as Ann/Ann_0007.", file, dir);
    var found = PairsFile.openAvailable(file, dir);
    assertThat(found.missing()).containsExactly("Ann/Ann_0007");
    assertThat(found.set().pairs()).hasSize(1);
    assertThatThrownBy(() -> PairsFile.openAvailable(file, dir.resolve("none")))
        .hasMessageContaining("No pair of");
  }

  @Test
  void imagesThatAreNotSquareAreRefusedForRecognition() throws IOException {
    Files.write(dir.resolve("Ann/Ann_0001.jpg"), ImageCodec.encodePng(RgbImage.black(20, 30)));
    try (var set = PairsFile.open(list("1\t1\nAnn\t1\t2\nAnn\t1\tBo_Li\t3\n"), dir)) {
      assertThatThrownBy(() -> set.faces(16).image(0))
          .hasMessageContaining("is 20 x 30 pixels, expected a square");
    }
  }

  @Test
  void readsTheOfficialLists() {
    var lfw = SharedData.folder("lfw");
    try (var view2 = PairsFile.open(lfw.resolve("pairs.txt"), lfw);
        var view1 = PairsFile.open(lfw.resolve("pairsDevTest.txt"), lfw);
        var tiny =
            PairsFile.open(
                lfw.resolveSibling("tiny/lfw/pairs.txt"), lfw.resolveSibling("tiny/lfw"))) {
      assertThat(view2.pairs()).hasSize(6000);
      assertThat(view2.folds()).isEqualTo(10);
      assertThat(view2.pairs().stream().filter(VerificationSet.Pair::same)).hasSize(3000);
      assertThat(view1.pairs()).hasSize(1000);
      assertThat(tiny.pairs()).hasSize(120);
      assertThat(tiny.images().size()).isEqualTo(191);
      assertThat(view2.faces(112).image(0).width()).isEqualTo(112);
    }
  }
}
