package org.kanface.report.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.data.proto.WireFields;
import org.tensorflow.framework.HistogramProto;
import org.tensorflow.framework.Summary;
import org.tensorflow.util.Event;

/// Files read back by a reader of the framing written here, and by TensorFlow's own classes.
class EventFileTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.ofEpochSecond(1_700_000_000, 500_000_000), ZoneOffset.UTC);

  @TempDir Path folder;

  private Path file() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList().getFirst();
    }
  }

  /// All records; fails where one is cut off or has a wrong checksum.
  private static List<byte[]> records(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    var out = new ArrayList<byte[]>();
    while (in.hasRemaining()) {
      var length = new byte[8];
      in.get(length);
      assertThat(in.getInt()).isEqualTo(mask(length));
      var data = new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
      in.get(data);
      assertThat(in.getInt()).isEqualTo(mask(data));
      out.add(data);
    }
    return out;
  }

  private static int mask(byte[] data) {
    var crc = new CRC32C();
    crc.update(data);
    long c = crc.getValue();
    return (int) ((c >> 15 | c << 17) + 0xa282ead8L);
  }

  private List<Event> events() throws IOException {
    var out = new ArrayList<Event>();
    for (byte[] record : records(file())) {
      out.add(Event.parseFrom(record));
    }
    return out;
  }

  @Test
  void startsWithItsVersion() throws IOException {
    EventFile.create(folder, CLOCK).close();

    Event first = events().getFirst();
    assertThat(first.getFileVersion()).isEqualTo("brain.Event:2");
    assertThat(first.getWallTime()).isEqualTo(1_700_000_000.5);
    assertThat(file().getFileName().toString())
        .isEqualTo("events.out.tfevents.1700000000." + ProcessHandle.current().pid() + ".kanface");
  }

  @Test
  void writesNumbersByStep() throws IOException {
    try (EventFile out = EventFile.create(folder, CLOCK)) {
      out.scalar("loss", 10, 2.5);
      out.scalar("agedb_30", 1L << 33, Double.NaN);
    }

    Event loss = events().get(1);
    assertThat(loss.getStep()).isEqualTo(10);
    assertThat(loss.getSummary().getValue(0).getTag()).isEqualTo("loss");
    assertThat(loss.getSummary().getValue(0).getSimpleValue()).isEqualTo(2.5f);
    Event late = events().get(2);
    assertThat(late.getStep()).isEqualTo(1L << 33);
    assertThat(late.getSummary().getValue(0).getSimpleValue()).isNaN();
    WireFields plain = WireFields.of(records(file()).get(1)); // without TensorFlow's classes too
    assertThat(plain.float64(1)).isEqualTo(1_700_000_000.5);
    assertThat(plain.number(2)).isEqualTo(10);
    assertThat(plain.message(5).message(1).text(1)).isEqualTo("loss");
    assertThat(plain.message(5).message(1).float32(2)).isEqualTo(2.5f);
  }

  @Test
  void writesHistogramsAndImages() throws IOException {
    try (EventFile out = EventFile.create(folder, CLOCK)) {
      out.histogram("similarity", 3, Histogram.equal(-1, 1, new long[] {0, 3, 1, 0}));
      out.image("face", 4, 7, 9, new byte[] {1, 2, 3});
    }

    HistogramProto histogram = events().get(1).getSummary().getValue(0).getHisto();
    assertThat(histogram.getMin()).isEqualTo(-0.5);
    assertThat(histogram.getMax()).isEqualTo(0.5);
    assertThat(histogram.getNum()).isEqualTo(4);
    assertThat(histogram.getSum()).isEqualTo(3 * -0.25 + 0.25);
    assertThat(histogram.getSumSquares()).isEqualTo(4 * 0.0625);
    assertThat(histogram.getBucketLimitList()).containsExactly(-0.5, 0.0, 0.5, 1.0);
    assertThat(histogram.getBucketList()).containsExactly(0.0, 3.0, 1.0, 0.0);
    Summary.Image image = events().get(2).getSummary().getValue(0).getImage();
    assertThat(List.of(image.getHeight(), image.getWidth(), image.getColorspace()))
        .containsExactly(9, 7, 3);
    assertThat(image.getEncodedImageString().toByteArray()).containsExactly(1, 2, 3);
  }

  @Test
  void writesHyperParameters() throws IOException {
    try (EventFile out = EventFile.create(folder, CLOCK)) {
      out.hparams(Map.of("lr", 0.1), List.of("loss", "lfw"));
      out.hparams(Map.of("fp16", true), List.of());
      out.hparams(Map.of("dims", List.of(1, 2)), List.of());
      out.ended(20, true);
    }

    List<Event> events = events();
    Summary.Value experiment = events.get(1).getSummary().getValue(0);
    assertThat(experiment.getTag()).isEqualTo("_hparams_/experiment");
    var plugin = experiment.getMetadata().getPluginData();
    assertThat(plugin.getPluginName()).isEqualTo("hparams");
    WireFields described = WireFields.of(plugin.getContent().toByteArray()).message(2);
    assertThat(described.message(4).text(1)).isEqualTo("lr");
    assertThat(described.message(4).number(4)).isEqualTo(3);
    assertThat(described.messages(5))
        .extracting(m -> m.message(1).text(2))
        .containsExactly("loss", "lfw");
    assertThat(start(events.get(2)).message(2).float64(2)).isEqualTo(0.1);
    assertThat(start(events.get(4)).message(2).number(4)).isEqualTo(1);
    assertThat(start(events.get(6)).message(2).text(3)).isEqualTo("[1, 2]");
    Summary.Value end = events.get(7).getSummary().getValue(0);
    byte[] content = end.getMetadata().getPluginData().getContent().toByteArray();
    assertThat(WireFields.of(content).message(4).number(1)).isEqualTo(1);
    assertThat(events.get(7).getStep()).isEqualTo(21);
  }

  /// The one parameter in a session's start.
  private static WireFields start(Event event) {
    var data = event.getSummary().getValue(0).getMetadata().getPluginData().getContent();
    return WireFields.of(data.toByteArray()).message(3).message(1);
  }

  @Test
  void everyRecordIsInTheFileAtOnce() throws IOException {
    try (EventFile out = EventFile.create(folder, CLOCK)) {
      for (int step = 1; step <= 3; step++) {
        out.scalar("loss", step, step);
        assertThat(events()).hasSize(step + 1);
      }
    }
  }

  @Test
  void goesOnAfterAStepAndDropsWhatAKilledRunLeftBehind() throws IOException {
    EventFile killed = EventFile.create(folder, CLOCK);
    for (int step = 1; step <= 9; step++) {
      killed.scalar("loss", step, step);
    }
    killed.close();
    Files.write(file(), new byte[] {24, 0, 0, 0, 0}, StandardOpenOption.APPEND);

    try (EventFile out = EventFile.resume(folder, 6, CLOCK)) {
      assertThat(out.isNew()).isFalse();
      out.scalar("loss", 7, 70);
    }

    assertThat(events()).extracting(Event::getStep).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L);
    assertThat(events().getLast().getSummary().getValue(0).getSimpleValue()).isEqualTo(70f);
  }

  @Test
  void everyPlaceOfAKillLeavesAFileThatGoesOn() throws IOException {
    try (EventFile out = EventFile.create(folder, CLOCK)) {
      out.scalar("loss", 1, 1);
      out.scalar("loss", 2, 2);
    }
    byte[] whole = Files.readAllBytes(file());
    Path file = file();
    for (int length = 0; length <= whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      try (EventFile out = EventFile.resume(folder, 5, CLOCK)) {
        out.scalar("loss", 6, 6);
      }
      assertThat(events().getLast().getStep()).isEqualTo(6); // reads without a broken record
    }
  }

  @Test
  void beginsWhereThereIsNothingToGoOnWith() throws IOException {
    try (EventFile out = EventFile.resume(folder.resolve("new"), 6, CLOCK)) {
      assertThat(out.isNew()).isTrue();
    }
  }

  @Test
  void aNewRunReplacesItsOwnFilesOnly() throws IOException {
    Path other = Files.writeString(folder.resolve("events.out.tfevents.1.other"), "x");
    EventFile.create(folder, CLOCK).close();
    EventFile.create(folder, Clock.offset(CLOCK, Duration.ofSeconds(5))).close();

    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).hasSize(2).contains(other);
    }
  }

  @Test
  void histogramsHaveACountForEachBucket() {
    assertThatThrownBy(() -> new Histogram(0, 1, 0, 0, new double[2], new double[3]))
        .hasMessage("[histogram] expected a count for each of 2 limits, got 3");
  }
}
