package org.kanface.data.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.data.image.ImageCodec;
import org.kanface.data.image.RgbImage;
import org.kanface.data.synthetic.SyntheticFaces;

class RecordDatasetTest {
  @TempDir Path dir;

  private static RgbImage face(int identity, int image) {
    return new SyntheticFaces(3, 1, 32).render(identity, image);
  }

  private RecordWriter writer() {
    return new RecordWriter(dir.resolve("train.rec"), dir.resolve("train.idx"));
  }

  @Test
  void insightFaceLayoutLeavesOutTheHeaders() {
    try (var w = writer()) {
      w.write(0, FaceRecord.of(new float[] {5, 7}, 0, new byte[0]));
      for (int key = 1; key < 5; key++) {
        int label = (key - 1) / 2;
        w.write(key, FaceRecord.of(label, key, ImageCodec.encodePng(face(label, key))));
      }
      w.write(5, FaceRecord.of(new float[] {1, 3}, 5, new byte[0]));
      w.write(6, FaceRecord.of(new float[] {3, 5}, 6, new byte[0]));
    }
    try (var data = RecordDataset.open(dir)) {
      assertThat(data.size()).isEqualTo(4);
      assertThat(data.classes()).isEqualTo(2);
      assertThat(data.label(1)).isZero();
      assertThat(data.label(2)).isEqualTo(1);
      assertThat(data.image(3)).isEqualTo(face(1, 4));
      assertThat(data.name(3)).endsWith("train.rec key 4");
    }
  }

  @Test
  void plainLayoutTakesEveryRecordInOrder() {
    try (var w = writer()) {
      w.write(10, FaceRecord.of(new float[] {2, 0.5f}, 10, ImageCodec.encodePng(face(2, 0))));
      w.write(3, FaceRecord.of(0, 3, ImageCodec.encodePng(face(0, 0))));
      w.write(4, FaceRecord.of(1.9f, 4, new byte[0]));
    }
    try (var data = RecordDataset.open(dir)) {
      assertThat(data.size()).isEqualTo(3);
      assertThat(data.classes()).isEqualTo(3);
      assertThat(data.label(0)).isEqualTo(2);
      assertThat(data.label(2)).isEqualTo(1); // truncated
      assertThat(data.image(1)).isEqualTo(face(0, 0));
      assertThatThrownBy(() -> data.image(2))
          .hasMessageEndingWith("train.rec key 4 holds no image.");
    }
  }

  @Test
  void headersThatPromiseTooMuchAreRefused() {
    try (var w = writer()) {
      w.write(0, FaceRecord.of(new float[] {90, 91}, 0, new byte[0]));
      w.write(1, FaceRecord.of(0, 1, new byte[] {1}));
    }
    assertThatThrownBy(() -> RecordDataset.open(dir))
        .hasMessageContaining("ends the image keys at 90.0, but the index lists 2 records");
  }

  @Test
  void missingKeysAndBadLabelsAreRefused() {
    try (var w = writer()) {
      w.write(0, FaceRecord.of(new float[] {3, 4}, 0, new byte[0]));
      w.write(1, FaceRecord.of(0, 1, new byte[] {1}));
      w.write(9, FaceRecord.of(0, 9, new byte[] {1}));
    }
    assertThatThrownBy(() -> RecordDataset.open(dir)).hasMessageContaining("the index lacks key 2");
    try (var w = writer()) {
      w.write(1, FaceRecord.of(-1, 1, new byte[] {1}));
    }
    assertThatThrownBy(() -> RecordDataset.open(dir))
        .hasMessageContaining("key 1 has label -1.0, expected a whole number from 0");
    try (var w = writer()) {
      w.write(1, FaceRecord.of(Float.NaN, 1, new byte[] {1}));
    }
    assertThatThrownBy(() -> RecordDataset.open(dir)).hasMessageContaining("has label NaN");
  }

  @Test
  void emptyFilesAreRefused() {
    writer().close();
    assertThatThrownBy(() -> RecordDataset.open(dir))
        .hasMessageEndingWith("train.rec holds no record.");
  }
}
