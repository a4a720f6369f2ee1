package org.kanface.data.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kanface.data.DataException;
import org.kanface.data.FaceDataset;
import org.kanface.data.FaceDatasets;
import org.kanface.data.FaceSubset;
import org.kanface.data.FolderDataset;
import org.kanface.data.SharedData;
import org.kanface.data.image.ImageCodec;
import org.kanface.data.record.FaceRecord;
import org.kanface.data.record.RecordDataset;
import org.kanface.data.record.RecordWriter;
import org.kanface.data.split.Split;
import org.kanface.data.synthetic.SyntheticDataset;
import org.kanface.data.synthetic.SyntheticFaces;
import org.kanface.data.verify.BinFile;
import org.kanface.gallery.Gallery;

class DataToolsTest {
  @TempDir Path dir;

  private static SyntheticDataset faces(int identities, int each) {
    return new SyntheticDataset(new SyntheticFaces(1, 1, 32), 0, identities, each);
  }

  /// An image folder of synthetic faces.
  private Path folder(int identities, int each) {
    var out = dir.resolve("folder");
    new DataUnpack().run(faces(identities, each), out, n -> {});
    return out;
  }

  @Test
  void infoCounts() {
    var all = faces(4, 5);
    var some = new FaceSubset(all, new int[] {0, 1, 2, 3, 4, 5, 10, 11, 12});
    var info = new DataInfo().run(some);
    assertThat(info.images()).isEqualTo(9);
    assertThat(info.identities()).isEqualTo(3);
    assertThat(info.width()).isEqualTo(32);
    assertThat(info.min()).isEqualTo(1);
    assertThat(info.median()).isEqualTo(3);
    assertThat(info.max()).isEqualTo(5);
    assertThat(info.identitiesByImages()).isEqualTo(Map.of(1, 1, 3, 1, 5, 1));
    assertThat(info.largest()).containsExactly("000000: 5", "000002: 3", "000001: 1");
    assertThat(info.warnings())
        .hasSize(1)
        .first()
        .asString()
        .contains("1 of 3 identities have one image only");
  }

  @Test
  void verifyListsTheDamagedAndCountsSizes() throws IOException {
    var folder = folder(5, 40);
    Files.writeString(folder.resolve("000003/000003_0007.png"), "not a picture");
    Files.write(
        folder.resolve("000004/000004_0001.png"),
        ImageCodec.encodePng(new SyntheticFaces(1, 1, 48).render(1, 1)));
    var last = new AtomicInteger();
    var report =
        new DataVerify()
            .run(FolderDataset.open(folder), 3, n -> last.accumulateAndGet(n, Math::max));
    assertThat(report.images()).isEqualTo(200);
    assertThat(report.damaged())
        .hasSize(1)
        .first()
        .asString()
        .contains("000003_0007.png is not an image");
    assertThat(report.sizes()).isEqualTo(Map.of("32 x 32", 198, "48 x 48", 1));
    assertThat(last.get()).isEqualTo(200);
  }

  @ParameterizedTest
  @EnumSource(DataPack.Layout.class)
  void packedFoldersUnpackToTheSameBytes(DataPack.Layout layout) throws IOException {
    var folder = folder(4, 3);
    var packed = dir.resolve("packed");
    var report = new DataPack().run(FolderDataset.open(folder), packed, layout, 5, n -> {});
    assertThat(report)
        .isEqualTo(new DataPack.Report(12, 4, Files.size(packed.resolve("train.rec"))));
    assertThat(Files.readString(packed.resolve("property"))).isEqualTo("4,32,32\n");
    var back = dir.resolve("back");
    try (var records = FaceDatasets.open(packed)) {
      assertThat(records).isInstanceOf(RecordDataset.class);
      assertThat(new DataUnpack().run(records, back, n -> {}).images()).isEqualTo(12);
      assertThat(records.label(0) == 0 && records.label(1) == 0 && records.label(2) == 0)
          .isEqualTo(layout == DataPack.Layout.INSIGHTFACE);
    }
    var original = FolderDataset.open(folder);
    var restored = FolderDataset.open(back);
    for (int label = 0; label < 4; label++) {
      assertThat(hashes(restored, label)).isEqualTo(hashes(original, label));
    }
  }

  private static int[] hashes(FolderDataset data, int label) {
    return IntStream.range(0, data.size())
        .filter(i -> data.label(i) == label)
        .map(i -> Arrays.hashCode(data.encoded(i)))
        .sorted()
        .toArray();
  }

  @Test
  void packingTwiceGivesTheSameFile() throws IOException {
    for (var name : new String[] {"one", "two"}) {
      new DataPack().run(faces(3, 3), dir.resolve(name), DataPack.Layout.SHUFFLED, 9, n -> {});
    }
    assertThat(Files.mismatch(dir.resolve("one/train.rec"), dir.resolve("two/train.rec")))
        .isEqualTo(-1);
    assertThat(Files.exists(dir.resolve("one/train.rec.part"))).isFalse();
  }

  @Test
  void unpackingSkipsRecordsWithoutImagesAndWillNotMix() {
    try (var w = new RecordWriter(dir.resolve("train.rec"), dir.resolve("train.idx"))) {
      w.write(
          0,
          FaceRecord.of(
              0, 0, ImageCodec.encodeJpeg(new SyntheticFaces(1, 1, 32).render(0, 0), 0.9f)));
      w.write(1, FaceRecord.of(1, 1, new byte[0]));
    }
    try (var data = RecordDataset.open(dir)) {
      var report = new DataUnpack().run(data, dir.resolve("out"), n -> {});
      assertThat(report.images()).isEqualTo(1);
      assertThat(report.skipped()).hasSize(1).first().asString().endsWith("key 1 holds no image.");
      assertThat(dir.resolve("out/000000/000000_0001.jpg")).exists();
      assertThatThrownBy(() -> new DataUnpack().run(data, dir.resolve("out"), n -> {}))
          .hasMessageContaining("is not empty");
    }
  }

  @Test
  void splitByIdentitySharesNobody() {
    FaceDataset data = faces(10, 4);
    var sides = new DataSplit().inTwo(data, DataSplit.By.IDENTITY, 0.3, 1);
    assertThat(sides.validation()).hasSize(12);
    assertThat(sides.train()).hasSize(28);
    var train = Arrays.stream(sides.train()).map(data::label).distinct().toArray();
    assertThat(Arrays.stream(sides.validation()).map(data::label).distinct().toArray())
        .hasSize(3)
        .doesNotContain(train);
    assertThat(new DataSplit().inTwo(data, DataSplit.By.IDENTITY, 0.3, 1).train())
        .isEqualTo(sides.train());
    assertThat(new DataSplit().inTwo(data, DataSplit.By.IDENTITY, 0.3, 2).train())
        .isNotEqualTo(sides.train());
  }

  @Test
  void splitByImageKeepsEverybodyInTraining() {
    var data =
        new FaceSubset(
            faces(5, 8), new int[] {0, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 24, 25});
    var sides = new DataSplit().inTwo(data, DataSplit.By.IMAGE, 0.25, 1);
    assertThat(Arrays.stream(sides.train()).map(data::label).distinct().toArray()).hasSize(4);
    assertThat(sides.validation()).hasSize(2 + 1 + 1); // of 1, 8, 4 and 2 images
  }

  @Test
  void splitFoldersAndRecordsReadBack() throws IOException {
    var folder = FolderDataset.open(folder(6, 4));
    var tool = new DataSplit();
    var byImage = tool.inTwo(folder, DataSplit.By.IMAGE, 0.25, 3);
    assertThat(tool.write(folder, byImage, dir.resolve("split"), 3, n -> {}))
        .containsExactly(new DataSplit.Part("train", 18, 6), new DataSplit.Part("val", 6, 6));
    assertThat(FolderDataset.open(dir.resolve("split/train")).size()).isEqualTo(18);
    assertThat(FolderDataset.open(dir.resolve("split/val")).classes()).isEqualTo(6);
    FaceDataset faces = faces(6, 4);
    var byIdentity = tool.inTwo(faces, DataSplit.By.IDENTITY, 0.5, 3);
    tool.write(faces, byIdentity, dir.resolve("records"), 3, n -> {});
    try (var val = FaceDatasets.open(dir.resolve("records/val"))) {
      assertThat(val.size()).isEqualTo(12);
      assertThat(val.classes()).isEqualTo(3);
    }
    assertThatThrownBy(() -> new DataSplit().inTwo(folder, DataSplit.By.IMAGE, 1, 3))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("between 0 and 1, got 1.0");
  }

  @Test
  void foldersAndFilesAreNotMistakenForEachOther() throws IOException {
    Path file = Files.writeString(dir.resolve("file"), "kept");
    assertThatThrownBy(
            () -> new DataPack().run(faces(2, 2), file, DataPack.Layout.SHUFFLED, 0, n -> {}))
        .hasMessage(file + " is a file, expected a folder to write to.");
    assertThatThrownBy(() -> new DataUnpack().run(faces(2, 2), file.resolve("below"), n -> {}))
        .hasMessage(file + " is a file, expected a folder to write to.");
    Path empty = Files.createDirectory(dir.resolve("empty"));
    assertThatThrownBy(() -> new Gallery(List.of()).write(empty))
        .hasMessage(empty + " is a folder, expected a file to write.");
    assertThat(empty).isDirectory();
  }

  @Test
  void threePartsAreThoseOfATraining() throws IOException {
    FaceDataset data = faces(50, 4);
    var shares = Split.Shares.of(0.072, 0.048);
    var tool = new DataSplit();
    for (var by : DataSplit.By.values()) {
      Split cut = tool.inThree(data, by, shares, 42);
      Split trained =
          by == DataSplit.By.IMAGE ? Split.byImage(data, 42) : Split.byIdentity(data, 42);
      assertThat(cut.train()).isEqualTo(trained.train());
      assertThat(cut.validation()).isEqualTo(trained.validation());
      assertThat(cut.test()).isEqualTo(trained.test());
    }
    Split cut = tool.inThree(data, DataSplit.By.IDENTITY, Split.Shares.of(0.2, 0.1), 7);
    assertThat(tool.write(data, cut, dir.resolve("three"), 7, n -> {}))
        .containsExactly(
            new DataSplit.Part("train", 140, 35),
            new DataSplit.Part("val", 40, 10),
            new DataSplit.Part("test", 20, 5));
    try (var test = FaceDatasets.open(dir.resolve("three/test"))) {
      assertThat(test.size()).isEqualTo(20);
    }
    assertThatThrownBy(() -> Split.Shares.of(0.7, 0.3))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("leave some for training, got 0.7 and 0.3");
    assertThatThrownBy(
            () -> tool.inThree(data, DataSplit.By.IDENTITY, Split.Shares.of(0.02, 0.02), 7))
        .hasMessageContaining("holds back 4 % of the identities");
  }

  @Test
  void binPacksPairs() throws IOException {
    var folder = folder(3, 2);
    var list =
        Files.writeString(dir.resolve("p.txt"), "1\t1\n000000\t1\t2\n000001\t1\t000002\t9\n");
    var out = dir.resolve("p.bin");
    assertThatThrownBy(() -> new DataBin().run(list, folder, out, false))
        .hasMessageContaining("000002/000002_0009");
    var report = new DataBin().run(list, folder, out, true);
    assertThat(report)
        .isEqualTo(new DataBin.Report(1, 1, List.of("000002/000002_0009"), Files.size(out)));
    try (var set = BinFile.open(out)) {
      assertThat(set.images().image(1)).isEqualTo(new SyntheticFaces(1, 1, 32).render(0, 1));
    }
  }

  @Test
  void realPhotographsSurviveTheRoundTrip() throws IOException {
    var data = FolderDataset.open(SharedData.folder("tiny/train"));
    new DataPack().run(data, dir, DataPack.Layout.INSIGHTFACE, 0, n -> {});
    Files.delete(dir.resolve("train.idx")); // scanning must find the same records
    try (var records = RecordDataset.open(dir)) {
      assertThat(records.size()).isEqualTo(320);
      assertThat(records.classes()).isEqualTo(40);
      assertThat(records.encoded(319)).isEqualTo(data.encoded(319));
      assertThat(new DataVerify().run(records, 2, n -> {}).damaged()).isEmpty();
    }
  }
}
