package org.kanface.report;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.kanface.config.Steps;
import org.kanface.config.TrainConfig;
import org.kanface.data.OutputFolder;
import org.kanface.eval.VerificationResult;

/// The log of a run, on the terminal and in a file, in the reference's format: `Training: ` or
/// `Testing: `, the local time to the millisecond, `-`, the message.
public final class RunLog implements AutoCloseable {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss,SSS", Locale.ROOT);

  private final String prefix;
  private final BufferedWriter file;
  private final Terminal terminal;
  private final Supplier<LocalDateTime> clock;

  private RunLog(
      String prefix, BufferedWriter file, Terminal terminal, Supplier<LocalDateTime> clock) {
    this.prefix = prefix;
    this.file = file;
    this.terminal = terminal;
    this.clock = clock;
  }

  /// The log of a training run: appends to `folder/training.log`.
  public static RunLog training(Path folder, Terminal terminal) throws IOException {
    return open("Training", folder.resolve("training.log"), terminal, LocalDateTime::now);
  }

  /// The log of a test: appends to `folder/testing/testing.log`.
  public static RunLog testing(Path folder, Terminal terminal) throws IOException {
    return open(
        "Testing", folder.resolve("testing").resolve("testing.log"), terminal, LocalDateTime::now);
  }

  static RunLog open(String prefix, Path path, Terminal terminal, Supplier<LocalDateTime> clock)
      throws IOException {
    Path folder = path.getParent();
    if (folder != null) {
      OutputFolder.create(folder);
    }
    BufferedWriter file =
        Files.newBufferedWriter(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    RunLog log = new RunLog(prefix, file, terminal, clock);
    log.info("rank_id: 0");
    return log;
  }

  /// One message. Throws [UncheckedIOException] where the disk is full.
  public void info(String message) {
    String line = "%s: %s-%s".formatted(prefix, TIME.format(clock.get()), message);
    terminal.println(line);
    try {
      file.write(line);
      file.newLine();
      file.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The effective configuration, one key a line, and the step counts.
  public void config(TrainConfig config, Steps steps) {
    for (Map.Entry<String, Object> entry : config.toMap().entrySet()) {
      setting(entry.getKey(), entry.getValue());
    }
    setting("total_batch_size", steps.totalBatch());
    setting("warmup_step", steps.warmup());
    setting("total_step", steps.total());
  }

  /// Three lines on one verification set at `step`; `highest` is the best accuracy so far, and
  /// `mirrored` says whether embeddings are those of images and their mirror images.
  public void verification(VerificationResult result, long step, double highest, boolean mirrored) {
    String set = "[%s][%d]".formatted(result.name(), step);
    info(set + String.format(Locale.ROOT, "XNorm: %f", result.xnorm()));
    info(
        set
            + String.format(
                Locale.ROOT,
                "%s: %1.5f+-%1.5f",
                mirrored ? "Accuracy-Flip" : "Accuracy",
                result.accuracy(),
                result.std()));
    info(set + String.format(Locale.ROOT, "Accuracy-Highest: %1.5f", highest));
  }

  /// One line that names verification sets which were asked for and are not there.
  public void absent(List<String> names, String folder) {
    if (!names.isEmpty()) {
      info("Not found in %s, not verified: %s".formatted(folder, String.join(", ", names)));
    }
  }

  /// The terminal, for progress bars.
  public Terminal terminal() {
    return terminal;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private void setting(String key, Object value) {
    info(": " + key + " ".repeat(Math.max(0, 25 - key.length())) + value);
  }
}
