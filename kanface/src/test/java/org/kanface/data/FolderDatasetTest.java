package org.kanface.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.data.image.ImageCodec;
import org.kanface.data.image.RgbImage;
import org.kanface.data.synthetic.SyntheticDataset;
import org.kanface.data.synthetic.SyntheticFaces;

class FolderDatasetTest {
  @TempDir Path dir;

  private void put(String file) throws IOException {
    var path = dir.resolve(file);
    Files.createDirectories(path.getParent());
    Files.write(path, ImageCodec.encodePng(RgbImage.black(4, 4)));
  }

  @Test
  void numbersClassesByNameAndImagesByPath() throws IOException {
    for (var f :
        new String[] {
          "b/2.png",
          "b/10.PNG",
          "a/z.jpeg",
          "a/sub/y.png",
          "a/sub-x/1.png",
          "c/x.webp",
          "a/notes.txt"
        }) {
      put(f);
    }
    Files.writeString(dir.resolve("stray.png"), "not in a class");
    var data = FolderDataset.open(dir);
    assertThat(data.classes()).isEqualTo(3);
    assertThat(data.className(2)).isEqualTo("c");
    assertThat(
            IntStream.range(0, data.size()).mapToObj(i -> dir.relativize(data.path(i)).toString()))
        .containsExactly(
            "a/z.jpeg", "a/sub/y.png", "a/sub-x/1.png", "b/10.PNG", "b/2.png", "c/x.webp");
    assertThat(data.label(3)).isEqualTo(1);
    assertThat(data.image(0)).isEqualTo(RgbImage.black(4, 4));
  }

  @Test
  void partsOfADataSetAreTakenTogether() throws IOException {
    for (var f :
        new String[] {"val/n2/1.png", "train/n3/1.png", "train/n1/9.png", "val/n1/2.png"}) {
      put(f);
    }
    var data = FolderDataset.openParts(dir);

    assertThat(data.classes()).isEqualTo(3);
    assertThat(IntStream.range(0, 4).mapToObj(data::file))
        .containsExactly("train/n1/9.png", "train/n3/1.png", "val/n1/2.png", "val/n2/1.png");
    assertThat(IntStream.range(0, 4).map(data::label)).containsExactly(0, 2, 0, 1);
    assertThat(FolderDataset.open(dir).classes()).isEqualTo(2); // as people called train and val

    put("n9/1.png"); // with another folder beside them they are people
    assertThat(FolderDataset.openParts(dir).classes()).isEqualTo(3);
  }

  @Test
  void foldersThatCannotBeUsedAreNamed() throws IOException {
    assertThatThrownBy(() -> FolderDataset.open(dir.resolve("none")))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Image folder %s does not exist: expected a folder with one sub-folder an identity.",
            dir.resolve("none"));
    assertThatThrownBy(() -> FolderDataset.open(dir)).hasMessageContaining("has no sub-folder");
    put("a/1.png");
    Files.createDirectories(dir.resolve("b"));
    assertThatThrownBy(() -> FolderDataset.open(dir))
        .hasMessageContaining("Identity folder %s holds no image".formatted(dir.resolve("b")));
    assertThatThrownBy(() -> FolderDataset.open(dir.resolve("a/1.png")))
        .hasMessageContaining("is a file");
  }

  @Test
  void trainingNeedsTwoIdentitiesAndWarnsOfSingles() throws IOException {
    put("a/1.png");
    assertThatThrownBy(() -> DatasetCheck.forTraining(FolderDataset.open(dir), false))
        .hasMessage(
            "The training data holds 1 identity: a recogniser needs at least two to tell apart.");
    put("b/1.png");
    put("b/2.png");
    assertThat(DatasetCheck.forTraining(FolderDataset.open(dir), false))
        .containsExactly(
            "1 of 2 identities have one image only, which shows nothing of how a face varies: a.");
    assertThatThrownBy(() -> DatasetCheck.forTraining(FolderDataset.open(dir), true))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("1 of 2 identities");
    assertThat(DatasetCheck.forTraining(new SyntheticDataset(new SyntheticFaces(1), 0, 2, 2), true))
        .isEmpty();
  }

  @Test
  void readsRealPhotographs() {
    var data = FolderDataset.open(SharedData.folder("tiny/train"));
    assertThat(data.size()).isEqualTo(320);
    assertThat(data.classes()).isEqualTo(40);
    assertThat(data.image(319).width()).isEqualTo(112);
  }
}
