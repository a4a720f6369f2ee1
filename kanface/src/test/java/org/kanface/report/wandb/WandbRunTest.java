package org.kanface.report.wandb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.data.proto.WireFields;
import org.kanface.tensor.Json;

/// Files read back by a reader of blocks and records written here from the format.
class WandbRunTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.ofEpochSecond(1_700_000_000, 250_000_000), ZoneOffset.UTC);
  private static final WandbRun.Settings SETTINGS =
      new WandbRun.Settings(
          "team",
          "faces",
          "231114_2213_GPU0",
          "a note",
          Json.of("lr", 0.1, "network", "KANFace"),
          Map.of("host", "here"));

  @TempDir Path output;

  private Path file() throws IOException {
    try (Stream<Path> files = Files.walk(output)) {
      return files.filter(p -> p.toString().endsWith(".wandb")).toList().getFirst();
    }
  }

  /// All records, by chunks; fails where one is cut off or has a wrong checksum.
  private static List<WireFields> records(byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    var ident = new byte[4];
    in.get(ident);
    assertThat(new String(ident, StandardCharsets.US_ASCII)).isEqualTo(":W&B");
    assertThat(in.getShort() & 0xFFFF).isEqualTo(0xBEE1);
    assertThat(in.get()).isZero();
    var out = new ArrayList<WireFields>();
    var record = new ByteArrayOutputStream();
    while (in.hasRemaining()) {
      int left = 32768 - in.position() % 32768;
      if (left < 7) {
        for (int i = 0; i < left; i++) {
          assertThat(in.get()).isZero();
        }
        continue;
      }
      int crc = in.getInt();
      int length = in.getShort() & 0xFFFF;
      int type = in.get();
      assertThat(length).isLessThanOrEqualTo(left - 7);
      var data = new byte[length];
      in.get(data);
      var expected = new CRC32();
      expected.update(new byte[] {(byte) type});
      expected.update(data);
      assertThat(crc).isEqualTo((int) expected.getValue());
      assertThat(record.size() == 0).isEqualTo(type == 1 || type == 2);
      record.writeBytes(data);
      if (type == 1 || type == 4) {
        out.add(WireFields.of(record.toByteArray()));
        record.reset();
      }
    }
    assertThat(record.size()).isZero();
    return out;
  }

  private List<WireFields> records() throws IOException {
    return records(Files.readAllBytes(file()));
  }

  private static Map<String, Object> items(List<WireFields> items) {
    Map<String, Object> out = Json.of();
    items.forEach(item -> out.put(item.text(1), Json.parse(item.text(16))));
    return out;
  }

  private List<Long> steps() throws IOException {
    return records().stream()
        .filter(r -> r.has(2))
        .map(r -> r.message(2).message(2).number(1))
        .toList();
  }

  @Test
  void recordsARunFromHeaderToExit() throws IOException {
    try (WandbRun run = WandbRun.create(output, SETTINGS, CLOCK, "abcd1234")) {
      run.history(1, Json.of("Loss/Step Loss", 2.5));
      run.summary(Json.of("Loss/Step Loss", Double.NaN));
      run.exit(3);
    }

    assertThat(file())
        .isEqualTo(output.resolve("wandb/offline-run-20231114_221320-abcd1234/run-abcd1234.wandb"));
    List<WireFields> records = records();
    assertThat(records).extracting(r -> r.number(1)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
    assertThat(records).allMatch(r -> r.message(200).text(1).equals("abcd1234"));
    assertThat(records.get(0).message(21).message(1).has(1)).isTrue();
    WireFields run = records.get(1).message(17);
    assertThat(List.of(run.text(1), run.text(2), run.text(3), run.text(8), run.text(9)))
        .containsExactly("abcd1234", "team", "faces", "231114_2213_GPU0", "a note");
    assertThat(items(run.message(4).messages(1)))
        .isEqualTo(Map.of("lr", 0.1, "network", "KANFace"));
    assertThat(run.message(17).number(1)).isEqualTo(1_700_000_000);
    assertThat(run.message(17).number(2)).isEqualTo(250_000_000);
    assertThat(records.get(2).message(6).message(1).text(1)).isEqualTo("wandb-metadata.json");
    assertThat(records.get(3).message(6).message(1).text(1)).isEqualTo("config.yaml");
    WireFields row = records.get(4).message(2);
    assertThat(items(row.messages(1)))
        .isEqualTo(
            Map.of(
                "Loss/Step Loss",
                2.5,
                "_step",
                1L,
                "_timestamp",
                1_700_000_000.25,
                "_runtime",
                0.0));
    assertThat(row.message(2).number(1)).isEqualTo(1);
    assertThat(items(records.get(5).message(3).messages(1)))
        .isEqualTo(Map.of("Loss/Step Loss", "NaN"));
    assertThat(records.get(6).message(18).number(1)).isEqualTo(3);
    Path files = file().resolveSibling("files");
    assertThat(files.resolve("wandb-metadata.json")).content().contains("\"host\": \"here\"");
    assertThat(files.resolve("config.yaml")).content().contains("lr:\n  desc: null\n  value: 0.1");
  }

  /// The digests are those that W&B's client gives the same file.
  @Test
  void artifactsKeepTheFileAsItWas() throws IOException {
    Path model = Files.writeString(output.resolve("model.safetensors"), "hello".repeat(10));
    try (WandbRun run = WandbRun.create(output, SETTINGS, CLOCK, "abcd1234")) {
      run.artifact("name_E0", model);
    }
    Files.delete(model); // a newer one takes its place

    WireFields artifact = records().getLast().message(8);
    assertThat(List.of(artifact.text(1), artifact.text(2), artifact.text(3), artifact.text(4)))
        .containsExactly("abcd1234", "faces", "team", "model");
    assertThat(artifact.text(5)).isEqualTo("name_E0");
    assertThat(artifact.text(6)).isEqualTo("5f7789af55ef9c4022a8225e6b476850");
    WireFields entry = artifact.message(12).message(4);
    assertThat(entry.text(1)).isEqualTo("model.safetensors");
    assertThat(entry.text(2)).isEqualTo("8CaZvS3Eexdk+pAsGf63Zw==");
    assertThat(entry.number(4)).isEqualTo(50);
    assertThat(Path.of(entry.text(6))).hasContent("hello".repeat(10)).isAbsolute();
    assertThat(artifact.text(15)).hasSize(128);
  }

  @Test
  void longRecordsAndManyRecordsCrossBlocks() throws IOException {
    try (WandbRun run = WandbRun.create(output, SETTINGS, CLOCK, "x")) {
      for (int step = 1; step <= 400; step++) { // every remainder of a block sooner or later
        run.history(step, Json.of("pad", "x".repeat(step * 37 % 1000)));
      }
      run.history(401, Json.of("pad", "y".repeat(100_000)));
    }

    assertThat(steps()).hasSize(401);
    assertThat(Files.size(file())).isGreaterThan(5 * 32768);
  }

  /// Records that end 0 to 8 bytes before a block's end: what is left is a header or padding.
  @Test
  void anyRestOfABlockIsFilled() throws IOException {
    for (int rest = 0; rest <= 8; rest++) {
      Path path = output.resolve("rest" + rest);
      byte[] message = new byte[32768 - 7 - 7 - rest];
      Arrays.fill(message, (byte) 8); // field 1 is 8, again and again
      if (message.length % 2 != 0) {
        message[0] = 16; // field 2 is 128, in three bytes
        message[1] = (byte) 0x80;
        message[2] = 1;
      }
      try (BlockLog log = BlockLog.create(path)) {
        log.add(message);
        log.add(new byte[] {8, 8});
        log.add(new byte[0]);
      }
      List<WireFields> records = records(Files.readAllBytes(path));
      assertThat(records).hasSize(3);
      assertThat(records.get(1).number(1)).isEqualTo(8);
    }
  }

  @Test
  void goesOnAfterAStepAndDropsWhatAKilledRunLeftBehind() throws IOException {
    try (WandbRun run = WandbRun.create(output, SETTINGS, CLOCK, "abcd1234")) {
      for (int step = 1; step <= 9; step++) {
        run.history(step, Json.of("loss", step));
      }
      run.exit(1);
    }
    Files.write(file(), new byte[] {1, 2, 3, 4}, StandardOpenOption.APPEND);

    Clock later = Clock.fixed(CLOCK.instant().plusSeconds(60), ZoneOffset.UTC);
    try (WandbRun run = WandbRun.resume(output, SETTINGS, 6, later)) {
      run.history(7, Json.of("loss", 70));
    }

    assertThat(steps()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
    List<WireFields> records = records();
    assertThat(records).noneMatch(r -> r.has(18));
    for (int i = 0; i < records.size(); i++) {
      assertThat(records.get(i).number(1)).isEqualTo(i + 1);
    }
    assertThat(items(records.getLast().message(2).messages(1)))
        .containsEntry("loss", 70L)
        .containsEntry("_runtime", 60.0);
  }

  @Test
  void everyPlaceOfAKillLeavesAFileThatGoesOn() throws IOException {
    try (WandbRun run = WandbRun.create(output, SETTINGS, CLOCK, "a")) {
      run.history(1, Json.of("loss", 1));
    }
    Path file = file();
    byte[] whole = Files.readAllBytes(file);
    int begun = whole.length - 100; // the run's record is whole
    for (int length = begun; length <= whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      try (WandbRun run = WandbRun.resume(output, SETTINGS, 5, CLOCK)) {
        run.history(6, Json.of("loss", 6));
      }
      assertThat(steps().getLast()).isEqualTo(6);
    }
  }

  @Test
  void beginsAnotherRunWhereTheFileIsNone() throws IOException {
    Path folder = Files.createDirectories(output.resolve("wandb/offline-run-20200101_000000-old"));
    Path broken = Files.writeString(folder.resolve("run-old.wandb"), "not a run");

    try (WandbRun run = WandbRun.resume(output, SETTINGS, 6, CLOCK)) {
      assertThat(run.folder()).isNotEqualTo(folder);
      assertThat(run.folder()).isDirectory();
    }
    assertThat(broken).hasContent("not a run");
  }
}
