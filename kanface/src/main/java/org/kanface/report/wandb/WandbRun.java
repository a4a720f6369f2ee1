package org.kanface.report.wandb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.kanface.data.proto.ProtoReader;
import org.kanface.data.proto.ProtoWriter;
import org.kanface.tensor.Json;

/// A run of Weights & Biases, recorded offline in `wandb/offline-run-TIME-ID/run-ID.wandb`.
/// `wandb sync FOLDER` uploads it; nothing here talks to a server or knows a key.
///
/// Records are those of `wandb_internal.proto`: header, run with its configuration, files, then
/// history and summary, and the exit. Each call adds whole records and leaves nothing in a buffer.
/// Steps must not fall from call to call, so that [#resume] can cut a killed run's file at a step.
/// Calls throw [UncheckedIOException] where the disk is full.
public final class WandbRun implements AutoCloseable {
  private static final String PRODUCER = "0.19.0"; // the oldest client known to write the same
  private static final String OLDEST_READER = "0.15.0";
  private static final String ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";
  private static final int HISTORY = 2; // fields of Record
  private static final int SUMMARY = 3;
  private static final int FILES = 6;
  private static final int ARTIFACT = 8;
  private static final int RUN = 17;
  private static final int EXIT = 18;
  private static final int HEADER = 21;
  private static final int INFO = 200;
  private static final int VALUE_JSON = 16; // of an item
  private static final int START_TIME = 17; // of RunRecord
  private static final int RUN_ID = 8; // letters
  private static final int CLIENT_ID = 128;
  private static final DateTimeFormatter FOLDER_TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd_HHmmss", Locale.ROOT);

  /// What a run is called and made of.
  ///
  /// @param entity user or team; empty for the uploader's own
  /// @param project empty for `uncategorized`
  /// @param name shown in lists
  /// @param config every key with its value
  /// @param metadata of machine and program, for `wandb-metadata.json`
  public record Settings(
      String entity,
      String project,
      String name,
      String notes,
      Map<String, ?> config,
      Map<String, ?> metadata) {}

  private final Path folder;
  private final String id;
  private final String entity;
  private final String project;
  private final BlockLog log;
  private final Clock clock;
  private final double start; // seconds since 1970
  private long records;

  private WandbRun(
      Path folder, String id, Settings settings, BlockLog log, Clock clock, double start) {
    this.folder = folder;
    this.id = id;
    entity = settings.entity;
    project = settings.project;
    this.log = log;
    this.clock = clock;
    this.start = start;
  }

  /// Begins a run in a new folder below `output/wandb`.
  public static WandbRun create(Path output, Settings settings) throws IOException {
    return create(output, settings, Clock.system(ZoneId.systemDefault()), newId(RUN_ID));
  }

  static WandbRun create(Path output, Settings settings, Clock clock, String id)
      throws IOException {
    Instant now = clock.instant();
    String time = FOLDER_TIME.format(LocalDateTime.ofInstant(now, clock.getZone()));
    Path folder = output.resolve("wandb").resolve("offline-run-" + time + "-" + id);
    Files.createDirectories(folder.resolve("files"));
    Files.createDirectories(folder.resolve("logs"));
    BlockLog log = BlockLog.create(folder.resolve("run-" + id + ".wandb"));
    var run = new WandbRun(folder, id, settings, log, clock, seconds(now));
    run.begin(settings, now);
    return run;
  }

  /// Goes on with the newest run below `output/wandb` after `lastStep`: records of later steps,
  /// which a killed run left behind, are cut off, and so is one that is not whole. Begins a run
  /// where there is none.
  public static WandbRun resume(Path output, Settings settings, long lastStep) throws IOException {
    return resume(output, settings, lastStep, Clock.system(ZoneId.systemDefault()));
  }

  static WandbRun resume(Path output, Settings settings, long lastStep, Clock clock)
      throws IOException {
    Optional<Path> newest = newest(output.resolve("wandb"));
    if (newest.isPresent()) {
      Path file = newest.get();
      var kept = new Kept(lastStep);
      BlockLog log = BlockLog.resume(file, kept::keeps);
      if (log != null && kept.start > 0) {
        String name = file.getFileName().toString();
        String id = name.substring("run-".length(), name.length() - ".wandb".length());
        Path folder = file.resolveSibling("");
        var run = new WandbRun(folder, id, settings, log, clock, kept.start);
        run.records = kept.records;
        return run;
      }
      if (log != null) {
        log.close();
      }
    }
    return create(output, settings, clock, newId(RUN_ID));
  }

  /// What a resumed file has to tell: which records stay, and when the run began.
  private static final class Kept {
    private final long lastStep;
    private long records;
    private double start;

    Kept(long lastStep) {
      this.lastStep = lastStep;
    }

    boolean keeps(byte[] record) {
      try {
        for (var in = new ProtoReader(record); in.next(); ) {
          if (in.field() == EXIT || (in.field() == HISTORY && step(in.message()) > lastStep)) {
            return false;
          }
          if (in.field() == RUN) {
            start = start(in.message());
          }
        }
      } catch (IllegalArgumentException e) {
        return false;
      }
      records++;
      return true;
    }

    private static long step(ProtoReader history) {
      while (history.next()) {
        if (history.field() == 2) {
          ProtoReader step = history.message();
          return step.next() ? step.int64() : 0;
        }
      }
      return 0;
    }

    private static double start(ProtoReader run) {
      double seconds = 0;
      while (run.next()) {
        if (run.field() == START_TIME) {
          for (ProtoReader time = run.message(); time.next(); ) {
            seconds += time.field() == 1 ? time.int64() : time.int64() / 1e9;
          }
        }
      }
      return seconds;
    }
  }

  private void begin(Settings s, Instant now) throws IOException {
    var version = new ProtoWriter().string(1, PRODUCER).string(2, OLDEST_READER);
    add(HEADER, new ProtoWriter().message(1, version));
    var config = new ProtoWriter();
    s.config.forEach((key, value) -> config.message(1, item(key, value)));
    var time = new ProtoWriter().int64(1, now.getEpochSecond()).int64(2, now.getNano());
    var run = new ProtoWriter().string(1, id);
    text(run, 2, s.entity);
    text(run, 3, s.project);
    run.message(4, config).string(8, s.name);
    text(run, 9, s.notes);
    add(RUN, run.message(START_TIME, time));
    write("wandb-metadata.json", Json.writePretty(s.metadata));
    var yaml = new StringBuilder("wandb_version: 1\n");
    s.config.forEach(
        (key, value) ->
            yaml.append("\n%s:\n  desc: null\n  value: %s\n".formatted(key, Json.write(value))));
    write("config.yaml", yaml.toString());
  }

  private static void text(ProtoWriter message, int field, String value) {
    if (!value.isEmpty()) {
      message.string(field, value);
    }
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve("files").resolve(name), text);
    add(FILES, new ProtoWriter().message(1, new ProtoWriter().string(1, name)));
  }

  /// A row of the history: what was measured at `step`.
  public void history(long step, Map<String, ?> values) {
    var row = new ProtoWriter();
    values.forEach((key, value) -> row.message(1, item(key, value)));
    double now = seconds(clock.instant());
    row.message(1, item("_step", step))
        .message(1, item("_timestamp", now))
        .message(1, item("_runtime", now - start));
    add(HISTORY, row.message(2, new ProtoWriter().int64(1, step)));
  }

  /// Results as they stand now, by key; others stay as they were.
  public void summary(Map<String, ?> values) {
    var update = new ProtoWriter();
    values.forEach((key, value) -> update.message(1, item(key, value)));
    add(SUMMARY, update);
  }

  /// A version of a model: `file` under the artifact's `name`, of type `model`. The file is kept
  /// beside the run as it is now, for the upload.
  public void artifact(String name, Path file) {
    try {
      Artifact artifact = Artifact.stage(name, file, folder.resolve("artifacts"));
      add(ARTIFACT, artifact.record(id, entity, project, newId(CLIENT_ID), newId(CLIENT_ID)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The end of the run: 0 is success.
  public void exit(int code) {
    double runtime = seconds(clock.instant()) - start;
    add(EXIT, new ProtoWriter().int64(1, code).int64(2, (long) runtime));
  }

  /// The run's folder, which `wandb sync` takes.
  public Path folder() {
    return folder;
  }

  private void add(int field, ProtoWriter record) {
    records++;
    var info = new ProtoWriter().string(1, id);
    var message = new ProtoWriter().int64(1, records).message(field, record).message(INFO, info);
    try {
      log.add(message.toBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ProtoWriter item(String key, Object value) {
    return new ProtoWriter().string(1, key).string(VALUE_JSON, json(value));
  }

  /// JSON, with W&B's words for what JSON cannot say.
  private static String json(Object value) {
    if (value instanceof Double d && !Double.isFinite(d)) {
      return Json.write(d.isNaN() ? "NaN" : d > 0 ? "Infinity" : "-Infinity");
    }
    return Json.write(value);
  }

  private static double seconds(Instant time) {
    return time.getEpochSecond() + time.getNano() / 1e9;
  }

  private static String newId(int length) {
    var random = new SecureRandom();
    var id = new StringBuilder();
    for (int i = 0; i < length; i++) {
      id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return id.toString();
  }

  private static Optional<Path> newest(Path wandb) throws IOException {
    if (!Files.isDirectory(wandb)) {
      return Optional.empty();
    }
    try (Stream<Path> folders = Files.list(wandb)) {
      List<Path> found =
          folders
              .filter(p -> p.getFileName().toString().matches("offline-run-\\d{8}_\\d{6}-.+"))
              .sorted()
              .map(WandbRun::file)
              .filter(Files::exists)
              .toList();
      return found.isEmpty() ? Optional.empty() : Optional.of(found.getLast());
    }
  }

  private static Path file(Path folder) {
    String name = folder.getFileName().toString();
    return folder.resolve("run-" + name.substring(name.lastIndexOf('-') + 1) + ".wandb");
  }

  @Override
  public void close() {
    try {
      log.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
