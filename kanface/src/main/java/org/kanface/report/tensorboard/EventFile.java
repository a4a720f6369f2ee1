package org.kanface.report.tensorboard;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.kanface.data.proto.ProtoReader;
import org.kanface.data.proto.ProtoWriter;

/// An event file of TensorBoard: numbers, histograms, images and hyper-parameters of a run by step.
///
/// Each call adds one record, whole or not at all, and leaves nothing in a buffer. Steps must not
/// fall from call to call, so that [#resume] can cut a killed run's file at a step. Calls throw
/// [UncheckedIOException] where the disk is full.
///
/// Source: `event.proto` and `summary.proto` of TensorFlow; TFRecord framing in [TfRecords].
public final class EventFile implements AutoCloseable {
  private static final String PREFIX = "events.out.tfevents.";
  private static final String SUFFIX = ".kanface";
  private static final String VERSION = "brain.Event:2";
  private static final int RGB = 3; // Summary.Image.colorspace

  private final TfRecords records;
  private final Clock clock;
  private final boolean isNew;

  private EventFile(TfRecords records, Clock clock, boolean isNew) {
    this.records = records;
    this.clock = clock;
    this.isNew = isNew;
  }

  /// Begins a file in `folder`; those that this class left there before are removed.
  public static EventFile create(Path folder) throws IOException {
    return create(folder, Clock.systemUTC());
  }

  static EventFile create(Path folder, Clock clock) throws IOException {
    Files.createDirectories(folder);
    for (Path old : own(folder)) {
      Files.delete(old);
    }
    String name =
        "%s%010d.%d%s"
            .formatted(
                PREFIX, clock.instant().getEpochSecond(), ProcessHandle.current().pid(), SUFFIX);
    var file = new EventFile(TfRecords.create(folder.resolve(name)), clock, true);
    file.add(new ProtoWriter().float64(1, file.seconds()).string(3, VERSION));
    return file;
  }

  /// Goes on with the file in `folder` after `lastStep`: records of later steps, which a killed run
  /// left behind, are cut off, and so is one that is not whole. Begins a file where there is none.
  public static EventFile resume(Path folder, long lastStep) throws IOException {
    return resume(folder, lastStep, Clock.systemUTC());
  }

  static EventFile resume(Path folder, long lastStep, Clock clock) throws IOException {
    Optional<Path> newest =
        Files.isDirectory(folder) ? own(folder).stream().reduce((_, b) -> b) : Optional.empty();
    if (newest.isEmpty()) {
      return create(folder, clock);
    }
    return new EventFile(
        TfRecords.resume(newest.get(), event -> step(event) <= lastStep), clock, false);
  }

  /// Whether nothing was there to go on with.
  public boolean isNew() {
    return isNew;
  }

  /// A number.
  public void scalar(String tag, long step, double value) {
    summary(step, new ProtoWriter().string(1, tag).float32(2, (float) value));
  }

  /// A distribution.
  public void histogram(String tag, long step, Histogram histogram) {
    summary(step, new ProtoWriter().string(1, tag).message(5, histogram.toProto()));
  }

  /// A colour image as the bytes of a PNG file.
  public void image(String tag, long step, int width, int height, byte[] png) {
    var image = new ProtoWriter().int64(1, height).int64(2, width).int64(3, RGB).bytes(4, png);
    summary(step, new ProtoWriter().string(1, tag).message(4, image));
  }

  /// The run's settings, and the tags of the scalars to compare runs by. Booleans and numbers are
  /// kept as such, everything else as text.
  public void hparams(Map<String, ?> values, List<String> metrics) {
    summary(0, Hparams.experiment(values, metrics, seconds()));
    summary(0, Hparams.begin(values, seconds()));
  }

  /// The run's end after `step` steps, for the table of hyper-parameters.
  public void ended(long step, boolean success) {
    summary(step + 1, Hparams.end(success, seconds())); // a resumed run cuts it off
  }

  private void summary(long step, ProtoWriter value) {
    add(
        new ProtoWriter()
            .float64(1, seconds())
            .int64(2, step)
            .message(5, new ProtoWriter().message(1, value)));
  }

  private void add(ProtoWriter event) {
    try {
      records.write(event.toBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private double seconds() {
    Instant now = clock.instant();
    return now.getEpochSecond() + now.getNano() / 1e9;
  }

  private static long step(byte[] event) {
    try {
      for (var in = new ProtoReader(event); in.next(); ) {
        if (in.field() == 2) {
          return in.int64();
        }
      }
      return 0;
    } catch (IllegalArgumentException e) {
      return Long.MAX_VALUE; // not an event: cut here
    }
  }

  /// The files of this class in a folder, oldest first.
  private static List<Path> own(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(
              p -> {
                String name = p.getFileName().toString();
                return name.startsWith(PREFIX) && name.endsWith(SUFFIX);
              })
          .sorted()
          .toList();
    }
  }

  @Override
  public void close() {
    try {
      records.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
