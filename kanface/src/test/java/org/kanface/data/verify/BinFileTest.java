package org.kanface.data.verify;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kanface.data.DataException;
import org.kanface.data.EncodedImages;
import org.kanface.data.SampleRandom;
import org.kanface.data.SharedData;
import org.kanface.data.image.ImageCodec;
import org.kanface.data.pickle.PickleWriter;
import org.kanface.data.synthetic.SyntheticFaces;

class BinFileTest {
  private static final List<byte[]> IMAGES =
      Stream.of("\u00ff\u00d8one", "\u0089PNG\n\r\0'\"\\", "", "four\u00e9")
          .map(s -> s.getBytes(ISO_8859_1))
          .toList();

  @TempDir Path dir;

  private Path put(byte[] bytes) throws IOException {
    return Files.write(dir.resolve("lfw.bin"), bytes);
  }

  /// The recorded pickles; dialects.py beside them says how they were made.
  static Stream<Arguments> dialects() throws IOException {
    try (var in = BinFileTest.class.getResourceAsStream("dialects.txt")) {
      return new String(in.readAllBytes(), ISO_8859_1)
          .lines()
          .map(l -> l.split(" "))
          .map(f -> Arguments.of(f[0], HexFormat.of().parseHex(f[1])));
    }
  }

  static Stream<Arguments> honest() throws IOException {
    return dialects().filter(a -> !a.get()[0].toString().startsWith("evil"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("honest")
  void readsEveryDialect(String name, byte[] pickle) throws IOException {
    try (var set = BinFile.open(put(pickle))) {
      assertThat(set.name()).isEqualTo("lfw");
      assertThat(set.pairs())
          .containsExactly(
              new VerificationSet.Pair(0, 1, true, 0), new VerificationSet.Pair(2, 3, false, 1));
      var images = (EncodedImages) set.images();
      for (int i = 0; i < 4; i++) {
        assertThat(images.encoded(i)).as("image %d", i).isEqualTo(IMAGES.get(i));
      }
      assertThatThrownBy(() -> images.image(0))
          .hasMessageStartingWith(dir.resolve("lfw.bin") + " image 0 is");
    }
  }

  @Test
  void callsNothingThatIsNotAllowed() throws IOException {
    for (var a : dialects().filter(d -> d.get()[0].toString().startsWith("evil")).toList()) {
      var file = put((byte[]) a.get()[1]);
      assertThatThrownBy(() -> BinFile.open(file))
          .isInstanceOf(DataException.class)
          .hasMessageMatching(
              "(?s).*lfw.bin is no usable pickle: the global posix.system, which is not allowed"
                  + " here, at offset \\d+\\.");
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("honest")
  void truncatedAndDamagedPicklesAreRefusedInOneSentence(String name, byte[] pickle)
      throws IOException {
    for (int length = 0; length < pickle.length; length += 1 + pickle.length / 60) {
      var file = put(Arrays.copyOf(pickle, length));
      assertThatThrownBy(() -> BinFile.open(file))
          .as("%d bytes", length)
          .isInstanceOf(DataException.class);
    }
    var random = new SampleRandom(1, pickle.length);
    for (int round = 0; round < 80; round++) {
      byte[] hurt = pickle.clone();
      for (int k = 0; k < 1 + round % 3; k++) {
        hurt[random.nextInt(hurt.length)] = (byte) random.nextLong();
      }
      try (var set = BinFile.open(put(hurt))) {
        assertThat(set.pairs()).isNotEmpty();
      } catch (DataException e) {
        assertThat(e).hasMessageContaining("lfw.bin");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4})
  void writtenSetsComeBack(int protocol) throws IOException {
    var faces = new SyntheticFaces(1, 1, 32);
    var pairs = new StringBuilder("1\t12\n");
    for (int k = 0; k < 13; k++) {
      var folder = Files.createDirectories(dir.resolve("p" + k));
      for (int n = 1; n <= 2; n++) {
        Files.write(
            folder.resolve("p%d_%04d.jpg".formatted(k, n)),
            ImageCodec.encodeJpeg(faces.render(k, n), 0.9f));
      }
    }
    for (int k = 0; k < 24; k++) {
      pairs.append(
          k < 12 ? "p%d\t1\t2\n".formatted(k) : "p%d\t1\tp%d\t2\n".formatted(k - 12, k - 11));
    }
    Files.writeString(dir.resolve("pairs.txt"), pairs);
    var bin = dir.resolve("out.bin");
    try (var set = PairsFile.open(dir.resolve("pairs.txt"), dir)) {
      BinFile.write(bin, set, protocol);
    }
    try (var set = BinFile.open(bin)) {
      assertThat(set.pairs()).hasSize(24);
      assertThat(set.pairs().get(20).same()).isFalse();
      assertThat(
              set.pairs().stream().mapToInt(VerificationSet.Pair::fold).filter(f -> f < 4).count())
          .isEqualTo(12);
      assertThat(((EncodedImages) set.images()).encoded(5))
          .isEqualTo(Files.readAllBytes(dir.resolve("p2/p2_0002.jpg")));
    }
    assertThat(Files.exists(dir.resolve("out.bin.part"))).isFalse();
  }

  @Test
  void otherContentsAreNamed() throws IOException {
    var out = new ByteArrayOutputStream();
    var w =
        new PickleWriter(out, 4)
            .emptyList()
            .mark()
            .bytes(new byte[3])
            .bytes(new byte[300])
            .text("x")
            .appends();
    w.emptyList().mark().bool(true).appends().tuple2().stop();
    expect(out.toByteArray(), "image 2 is stored as a String, expected bytes");
    out.reset();
    w = new PickleWriter(out, 4).emptyList().mark().bytes(new byte[3]).appends();
    w.emptyList().mark().bool(true).appends().tuple2().stop();
    expect(out.toByteArray(), "has 1 images for 1 pairs, expected two images a pair");
    out.reset();
    w = new PickleWriter(out, 4).emptyList();
    w.emptyList().mark().text("yes").appends().tuple2().stop();
    expect(out.toByteArray(), "answer 0 is a String, expected true or false");
    out.reset();
    new PickleWriter(out, 4).emptyList().emptyList().tuple2().stop();
    expect(out.toByteArray(), "Verification set lfw holds no pair");
    out.reset();
    new PickleWriter(out, 2).text("hello").stop();
    expect(out.toByteArray(), "expected a pair of images and answers, found another pickle");
    assertThatThrownBy(() -> BinFile.open(dir.resolve("none.bin")))
        .hasMessageContaining("does not exist");
  }

  private void expect(byte[] pickle, String message) throws IOException {
    var file = put(pickle);
    assertThatThrownBy(() -> BinFile.open(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message);
  }

  @Test
  void packsRealPairs() {
    var lfw = SharedData.folder("tiny/lfw");
    var bin = dir.resolve("tiny.bin");
    try (var set = PairsFile.open(lfw.resolve("pairs.txt"), lfw)) {
      BinFile.write(bin, set, 2);
      try (var back = BinFile.open(bin)) {
        assertThat(back.pairs()).hasSize(120);
        var last = set.pairs().getLast();
        assertThat(back.images().image(239)).isEqualTo(set.images().image(last.b()));
      }
    }
  }
}
