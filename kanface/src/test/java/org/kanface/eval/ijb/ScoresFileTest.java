package org.kanface.eval.ijb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kanface.data.DataException;

class ScoresFileTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 131_055, 131_072, 200_001}) // around the size of a block
  void readsWhatItWrites(int count) throws Exception {
    double[] scores = new double[count];
    for (int i = 0; i < count; i++) {
      scores[i] = Math.sin(i);
    }
    Path file = folder.resolve("s.npy");
    ScoresFile.write(file, scores);

    assertThat(ScoresFile.read(file)).containsExactly(scores);
    assertThat(Files.size(file) - 8L * count).isEqualTo(128);
    assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
  }

  /// The bytes of `numpy.save(f, numpy.array([0.5, -1.25], dtype))`.
  private static byte[] npy(int version, String header, byte[] data) {
    ByteBuffer out = ByteBuffer.allocate(256 + data.length).order(ByteOrder.LITTLE_ENDIAN);
    out.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    if (version == 1) {
      out.putShort((short) header.length());
    } else {
      out.putInt(header.length());
    }
    out.put(header.getBytes(StandardCharsets.US_ASCII)).put(data);
    byte[] bytes = new byte[out.position()];
    out.flip().get(bytes);
    return bytes;
  }

  private static final String HEADER =
      "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n";

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void readsBothPrecisions(int version) throws Exception {
    ByteBuffer doubles = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    doubles.putDouble(0.5).putDouble(-1.25);
    ByteBuffer floats = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    floats.putFloat(0.5f).putFloat(-1.25f);
    Path eight = Files.write(folder.resolve("8.npy"), npy(version, HEADER, doubles.array()));
    Path four =
        Files.write(
            folder.resolve("4.npy"), npy(version, HEADER.replace("f8", "f4"), floats.array()));

    assertThat(ScoresFile.read(eight)).containsExactly(0.5, -1.25);
    assertThat(ScoresFile.read(four)).containsExactly(0.5, -1.25);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 | {'descr': '<f8', 'fortran_order': False, 'shape': (3,), } | promises 3 scores of 8"
            + " bytes, 16 bytes follow.",
        "1 | {'descr': '<i8', 'fortran_order': False, 'shape': (2,), } | type <i8 and shape (2,),"
            + " expected one row of <f8 or <f4.",
        "1 | {'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), } | shape (1, 2), expected"
            + " one row",
        "1 | {'descr': '<f8', 'fortran_order': False, 'shape': (), } | expected one row",
        "1 | {'descr': '<f8', 'shape': (2,), } | is damaged: its header is",
        "9 | {'descr': '<f8', 'fortran_order': False, 'shape': (2,), } | is no .npy file",
      })
  void refusesOtherArrays(int version, String header, String message) throws Exception {
    Path file = Files.write(folder.resolve("x.npy"), npy(version, header, new byte[16]));

    assertThatThrownBy(() -> ScoresFile.read(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("x.npy");
  }

  @Test
  void refusesOtherFiles() throws Exception {
    Path text = Files.writeString(folder.resolve("t.npy"), "0.5 0.25 and so on");
    Path cut = Files.write(folder.resolve("c.npy"), new byte[] {(byte) 0x93, 'N'});

    assertThatThrownBy(() -> ScoresFile.read(text)).hasMessageContaining("is no .npy file");
    assertThatThrownBy(() -> ScoresFile.read(cut)).hasMessageContaining("it ends within a header.");
    assertThatThrownBy(() -> ScoresFile.read(folder.resolve("none.npy")))
        .hasMessageContaining("does not exist: expected a .npy of scores.");
  }
}
