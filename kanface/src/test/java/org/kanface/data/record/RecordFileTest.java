package org.kanface.data.record;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.data.DataException;
import org.kanface.data.SampleRandom;

class RecordFileTest {
  // Packed with Python's struct module after the format's description: scalar label, vector label,
  // magic inside.
  private static final String SCALAR =
      "0a23d7ce1d0000000000000000004040070000000000000000000000000000006162636465000000";
  private static final String VECTOR =
      "0a23d7ce20000000020000000000000000000000000000000000000000000000000080400000c040";
  private static final String SPLIT =
      "0a23d7ce1c000020000000000000803f020000000000000000000000000000007778797a"
          + "0a23d7ce00000040"
          + "0a23d7ce03000060656e6400";

  @TempDir Path dir;

  private Path rec() {
    return dir.resolve("train.rec");
  }

  private Path idx() {
    return dir.resolve("train.idx");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(US_ASCII);
  }

  private static byte[] withMagic() {
    byte[] image = bytes("wxyz________end");
    System.arraycopy(HexFormat.of().parseHex("0a23d7ce0a23d7ce"), 0, image, 4, 8);
    return image;
  }

  private void writeGolden() throws IOException {
    Files.write(rec(), HexFormat.of().parseHex(SCALAR + VECTOR + SPLIT));
  }

  @Test
  void writesTheFormatsBytes() throws IOException {
    try (var writer = new RecordWriter(rec(), idx())) {
      writer.write(7, FaceRecord.of(3, 7, bytes("abcde")));
      writer.write(0, FaceRecord.of(new float[] {4, 6}, 0, new byte[0]));
      writer.write(2, FaceRecord.of(1, 2, withMagic()));
    }
    assertThat(HexFormat.of().formatHex(Files.readAllBytes(rec())))
        .isEqualTo(SCALAR + VECTOR + SPLIT);
    assertThat(Files.readString(idx())).isEqualTo("7\t0\n0\t40\n2\t80\n");
  }

  @Test
  void readsThemBackThroughTheIndex() throws IOException {
    writeGolden();
    Files.writeString(idx(), "7\t0\r\n0\t40\n2\t80");
    try (var file = RecordFile.open(rec(), idx())) {
      assertThat(file.size()).isEqualTo(3);
      var scalar = file.record(file.position(7));
      assertThat(scalar.label()).isEqualTo(3);
      assertThat(scalar.id()).isEqualTo(7);
      assertThat(scalar.image()).isEqualTo(bytes("abcde"));
      var vector = file.record(file.position(0));
      assertThat(vector.labels()).containsExactly(4, 6);
      assertThat(vector.image()).isEmpty();
      assertThat(file.record(file.position(2)).image()).isEqualTo(withMagic());
      assertThat(file.label(file.position(2))).isEqualTo(1);
      assertThat(file.label(file.position(0))).isEqualTo(4);
      assertThat(file.position(5)).isEqualTo(-1);
    }
  }

  @Test
  void rebuildsAMissingIndexByScanning() throws IOException {
    writeGolden();
    try (var file = RecordFile.open(rec(), idx())) {
      assertThat(file.size()).isEqualTo(3);
      assertThat(file.record(file.position(2)).image()).isEqualTo(withMagic());
    }
  }

  @Test
  void randomPayloadsFullOfMagicsSurvive() {
    var random = new SampleRandom(5);
    byte[][] images = new byte[60][];
    try (var writer = new RecordWriter(rec(), idx())) {
      for (int i = 0; i < images.length; i++) {
        images[i] = new byte[random.nextInt(40)];
        for (int k = 0; k + 4 <= images[i].length; k += random.chance(0.5f) ? 4 : 1) {
          System.arraycopy(HexFormat.of().parseHex("0a23d7ce"), 0, images[i], k, 4);
        }
        writer.write(i, FaceRecord.of(i, i, images[i]));
      }
    }
    try (var file = RecordFile.open(rec(), idx());
        var scanned = RecordFile.open(rec(), dir.resolve("none"))) {
      for (int i = 0; i < images.length; i++) {
        assertThat(file.record(i).image()).as("record %d", i).isEqualTo(images[i]);
        assertThat(scanned.record(i).image()).isEqualTo(images[i]);
      }
    }
  }

  @Test
  void everyTruncationIsNamedWithItsOffset() throws IOException {
    writeGolden();
    byte[] whole = Files.readAllBytes(rec());
    Files.writeString(idx(), "0\t0\n1\t40\n2\t80\n");
    for (int length = 0; length < whole.length - 1; length++) { // the very last byte is padding
      Files.write(rec(), Arrays.copyOf(whole, length));
      try (var file = RecordFile.open(rec(), idx())) {
        assertThatThrownBy(() -> file.record(2))
            .as("cut to %d bytes", length)
            .isInstanceOf(DataException.class)
            .hasMessageContaining(rec().toString())
            .hasMessageContaining("truncated")
            .hasMessageMatching(".*offset \\d+.*");
      }
    }
  }

  @Test
  void wrongOffsetsAndFlagsAreNamed() throws IOException {
    writeGolden();
    Files.writeString(idx(), "0\t4\n1\t116\n2\t99999\n3\t124\n");
    try (var file = RecordFile.open(rec(), idx())) {
      assertThatThrownBy(() -> file.record(0))
          .hasMessageContaining("(magic 0xCED7230A) at offset 4, found");
      assertThatThrownBy(() -> file.record(1))
          .hasMessageContaining("continuation flag 2, expected 0 or 1");
      assertThatThrownBy(() -> file.record(2))
          .hasMessageContaining("at offset 99999, the file ends after");
      assertThatThrownBy(() -> file.record(3))
          .hasMessageContaining("continuation flag 3, expected 0 or 1");
    }
  }

  @Test
  void malformedIndexesAreNamedWithTheirLine() throws IOException {
    writeGolden();
    for (var bad :
        new String[] {
          "0\t0\n1 40\n", "0\t0\nx\t40\n", "0\t0\n1\t\n", "0\t0\n17\n", "0\t0\n1\t4\t4\n"
        }) {
      Files.writeString(idx(), bad);
      assertThatThrownBy(() -> RecordFile.open(rec(), idx()))
          .isInstanceOf(DataException.class)
          .hasMessage(idx() + ":2: expected \"key<tab>offset\", both whole numbers.");
    }
    Files.writeString(idx(), "3\t0\n1\t40\n3\t80\n");
    assertThatThrownBy(() -> RecordFile.open(rec(), idx()))
        .hasMessage("Index " + idx() + " has key 3 twice.");
    assertThatThrownBy(() -> RecordFile.open(dir.resolve("no.rec"), idx()))
        .hasMessage(
            "Record file " + dir.resolve("no.rec") + " cannot be opened: it does not exist.");
  }

  @Test
  void randomBytesNeverEscapeAsAnotherException() throws IOException {
    writeGolden();
    byte[] whole = Files.readAllBytes(rec());
    var random = new SampleRandom(9);
    for (int round = 0; round < 500; round++) {
      byte[] hurt = whole.clone();
      for (int k = 0; k < 3; k++) {
        hurt[random.nextInt(hurt.length)] = (byte) random.nextLong();
      }
      Files.write(rec(), hurt);
      try (var file = RecordFile.open(rec(), dir.resolve("none"))) {
        for (int i = 0; i < file.size(); i++) {
          file.record(i);
        }
      } catch (DataException e) {
        assertThat(e).hasMessageContaining(rec().toString());
      }
    }
  }
}
