package org.kanface.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.config.ConfigException;
import org.kanface.config.ConfigLoader;
import org.kanface.config.TrainConfig;
import org.kanface.data.DataException;
import org.kanface.data.SampleRandom;
import org.kanface.data.image.ImageCodec;
import org.kanface.data.record.FaceRecord;
import org.kanface.data.record.RecordDataset;
import org.kanface.data.record.RecordWriter;
import org.kanface.data.synthetic.SyntheticFaces;
import org.kanface.data.synthetic.SyntheticVerification;
import org.kanface.data.verify.BinFile;
import org.kanface.data.weights.Fixture;
import org.kanface.data.weights.WeightFile;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.SafeTensors;
import org.kanface.nn.StateException;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.train.ModelFile;
import org.kanface.train.Networks;
import org.kanface.train.TrainingException;

/// Damaged files of every kind are read or refused in a sentence: no other exception, no endless
/// loop, no memory that the file does not justify. `-Dkanface.fuzz=N` sets how many of each kind.
class HostileInputTest {
  private static final int EACH = Integer.getInteger("kanface.fuzz", 850);
  private static final long FROM = Long.getLong("kanface.fuzz.seed", 0);
  private static final long MOST_MEMORY = 64L << 20; // of the heap, for files of a few kB
  private static final List<Class<? extends RuntimeException>> OURS =
      List.of(
          DataException.class,
          StateException.class,
          ConfigException.class,
          TrainingException.class);
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir Path folder;

  /// Reads one damaged input; [IOException] only where the test itself goes wrong.
  @FunctionalInterface
  private interface Reader {
    void read(byte[] input) throws IOException;
  }

  private static void attack(String what, byte[] whole, Mutator mutator, Reader reader)
      throws IOException {
    reader.read(whole); // undamaged, it is read
    assertTimeoutPreemptively(
        Duration.ofMinutes(5),
        () -> {
          int refused = 0;
          for (long seed = FROM; seed < FROM + EACH; seed++) {
            refused += refuses(what, mutator.mutate(whole, seed), reader, seed) ? 1 : 0;
          }
          assertThat(refused).as("%s: refused of %d", what, EACH).isPositive();
        });
  }

  private static boolean refuses(String what, byte[] input, Reader reader, long seed)
      throws IOException {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    boolean refused = false;
    try {
      reader.read(input);
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      if (!OURS.contains(e.getClass())) {
        throw new AssertionError("%s, seed %d: %s".formatted(what, seed, e), e);
      }
      assertThat(e.getMessage())
          .as("%s, seed %d", what, seed)
          .isNotBlank()
          .hasSizeLessThan(20_000) // it may quote a long value
          .doesNotContain("null", "Exception");
      refused = true;
    }
    assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
        .as("bytes allocated for %s, seed %d", what, seed)
        .isLessThan(MOST_MEMORY);
    return refused;
  }

  /// A reader of files, from one that is written anew for every input.
  private Reader file(String name, Reader reader) {
    Path path = folder.resolve(name);
    return input -> {
      Files.write(path, input);
      reader.read(input);
    };
  }

  private static byte[] jpeg(int image) {
    return ImageCodec.encodeJpeg(new SyntheticFaces(1, 1, 32).render(0, image), 0.9f);
  }

  @Test
  void jpegs() throws IOException {
    attack("JPEG", jpeg(1), new Mutator(), input -> ImageCodec.decode(input, "a.jpg"));
  }

  @Test
  void recordFiles() throws IOException {
    Path rec = folder.resolve("train.rec");
    Path idx = folder.resolve("none.idx");
    try (var writer = new RecordWriter(rec, folder.resolve("train.idx"))) {
      writer.write(0, FaceRecord.of(new float[] {4, 6}, 0, new byte[0]));
      for (int i = 1; i < 4; i++) {
        writer.write(i, FaceRecord.of(i, i, jpeg(i)));
      }
    }
    byte[] whole = Files.readAllBytes(rec);
    attack(
        "record file",
        whole,
        new Mutator("\n#\u00d7\u00ce"),
        file("train.rec", _ -> read(rec, idx)));
    Files.write(rec, whole);
    byte[] index = Files.readAllBytes(folder.resolve("train.idx"));
    Path own = folder.resolve("own.idx");
    attack("index", index, new Mutator("\t", "\n"), file("own.idx", _ -> read(rec, own)));
  }

  private static void read(Path rec, Path idx) {
    try (var found = RecordDataset.open(rec, idx)) {
      for (int i = 0; i < found.size(); i++) {
        found.image(i);
      }
    }
  }

  @Test
  void verificationSets() throws IOException {
    Path path = folder.resolve("a.bin");
    BinFile.write(path, SyntheticVerification.of(new SyntheticFaces(1, 1, 24), 0, 20), 4);
    byte[] whole = Files.readAllBytes(path);
    attack(
        "verification set",
        whole,
        new Mutator("cbuiltins\neval\n", "]", "(", "h\0", "\u008e"),
        file(
            "a.bin",
            _ -> {
              try (var set = BinFile.open(path)) {
                for (int i = 0; i < set.images().size(); i++) {
                  set.images().image(i);
                }
              }
            }));
  }

  private static final Mutator PICKLE =
      new Mutator(
          "cos\nsystem\n",
          "ctorch\nFloatStorage\n",
          "]",
          "}",
          "(",
          "t",
          "R",
          "Q",
          "b",
          "s",
          "u",
          "h\1",
          "\u008a\u0008\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f",
          "J\0\0\0\u0080");

  private static void weights(byte[] input) {
    WeightFile.read(MemorySegment.ofArray(input), "a.pt", "").values().forEach(e -> e.toDoubles());
  }

  @Test
  void checkpoints() throws IOException {
    for (String name :
        List.of("types.zip.pt", "types.legacy.pt", "strided.legacy.pt", "arrays.npy")) {
      attack(name, Fixture.bytes(name), PICKLE, HostileInputTest::weights);
    }
  }

  /// Damage inside of an archive that is whole: its checksums hold.
  @Test
  void picklesInArchives() throws IOException {
    var entries = new LinkedHashMap<String, byte[]>();
    Path original = Files.write(folder.resolve("a.pt"), Fixture.bytes("strided.zip.pt"));
    try (var zip = new ZipFile(original.toFile())) {
      for (ZipEntry e : Collections.list(zip.entries())) {
        entries.put(e.getName(), zip.getInputStream(e).readAllBytes());
      }
    }
    String pickle =
        entries.keySet().stream().filter(e -> e.endsWith("data.pkl")).findFirst().orElseThrow();
    attack(
        "pickle in an archive",
        entries.get(pickle),
        PICKLE,
        input -> {
          var damaged = new LinkedHashMap<>(entries);
          damaged.put(pickle, input);
          weights(archive(damaged));
        });
  }

  private static byte[] archive(Map<String, byte[]> entries) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(out)) {
      zip.setMethod(ZipOutputStream.STORED);
      for (var e : entries.entrySet()) {
        var crc = new CRC32();
        crc.update(e.getValue());
        var entry = new ZipEntry(e.getKey());
        entry.setSize(e.getValue().length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(e.getValue());
      }
    }
    return out.toByteArray();
  }

  @Test
  void safetensors() throws IOException {
    Path path = folder.resolve("a.safetensors");
    var entries = new LinkedHashMap<String, SafeTensors.Entry>();
    entries.put("a", SafeTensors.Entry.of(Shape.of(2, 3), new float[6]));
    entries.put("b", SafeTensors.Entry.of(Shape.of(3), new long[3]));
    SafeTensors.write(path, entries, Map.of("k", "v"));
    byte[] whole = Files.readAllBytes(path);
    attack(
        "safetensors",
        whole,
        new Mutator("[", "{", "\"", "-1", "1e400", "9223372036854775807", "\"F32\"", "\\u0000"),
        file(
            "a.safetensors",
            _ -> {
              try (var file = SafeTensors.open(path)) {
                file.entries().values().forEach(e -> e.toDoubles());
              }
            }));
  }

  @Test
  void modelFiles() throws IOException {
    TrainConfig tiny =
        TrainConfig.DEFAULTS.with(
            Map.of(
                "image_size", 32,
                "dims", List.of(8, 8, 12, 16),
                "grid_size", 5,
                "embedding_size", 8));
    Path path = folder.resolve("model.safetensors");
    try (Module network = Networks.create(tiny.model(), Init.of(Device.cpu(), 1))) {
      ModelFile.save(path, network, tiny);
    }
    byte[] whole = Files.readAllBytes(path);
    int header = 1;
    while (whole[header] != '}' || whole[header - 1] != '}') {
      header++; // damage to the tensors' values is no damage to the file
    }
    byte[] head = Arrays.copyOf(whole, header);
    byte[] rest = Arrays.copyOfRange(whole, header, whole.length);
    attack(
        "model file",
        head,
        new Mutator("0", "9", "\\\"", "[", "KANFace", "r200", "{"),
        file(
            "model.safetensors",
            input -> {
              byte[] all = Arrays.copyOf(input, input.length + rest.length);
              System.arraycopy(rest, 0, all, input.length, rest.length);
              Files.write(path, all);
              ModelFile.load(path, Device.cpu()).close();
            }));
  }

  @Test
  void configurations() throws IOException {
    byte[] whole = ConfigLoader.toYaml(TrainConfig.DEFAULTS).getBytes(UTF_8);
    attack(
        "configuration",
        whole,
        new Mutator(
            "[",
            "{",
            "- ",
            ": ",
            "&a ",
            "*a",
            "!!java.lang.Runtime ",
            "\"",
            "'",
            "|\n",
            "? ",
            "1e999",
            "9999999999999999999",
            ".nan",
            "---\n",
            "%YAML 9\n",
            "<<: ",
            "\u00fe\u00ff"),
        input -> ConfigLoader.fromYaml("a", new String(input, UTF_8), "a.yaml"));
  }

  /// The generator itself: the same seed, the same damage.
  @Test
  void damageFollowsFromTheSeed() {
    byte[] whole = new byte[100];
    var random = new SampleRandom(1);
    for (int i = 0; i < whole.length; i++) {
      whole[i] = (byte) random.nextInt(256);
    }
    for (long seed = 0; seed < 100; seed++) {
      assertThat(PICKLE.mutate(whole, seed)).isEqualTo(PICKLE.mutate(whole, seed));
    }
  }
}
