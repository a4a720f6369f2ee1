package org.kanface.report;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.kanface.tensor.Json;
import org.kanface.tensor.JsonException;

/// Metrics as JSON lines, `metrics.jsonl`: one object a line with `step`, `kind` and whatever was
/// measured. Each line is flushed, so that the file can be followed while the run lasts.
public final class MetricsLog implements AutoCloseable {
  private final BufferedWriter out;

  private MetricsLog(BufferedWriter out) {
    this.out = out;
  }

  /// Begins the file anew.
  public static MetricsLog create(Path path) throws IOException {
    return new MetricsLog(Files.newBufferedWriter(path));
  }

  /// Goes on after `lastStep`: lines of later steps, which a killed run left behind, are dropped,
  /// and so is a line that is cut off.
  public static MetricsLog resume(Path path, long lastStep) throws IOException {
    List<String> kept = new ArrayList<>();
    for (Map<String, Object> line : read(path)) {
      if (Json.integer(Json.member(line, "step", "metrics"), "metrics.step") <= lastStep) {
        kept.add(Json.write(line));
      }
    }
    Files.write(path, kept);
    return new MetricsLog(Files.newBufferedWriter(path, StandardOpenOption.APPEND));
  }

  /// All whole lines of a file; none where there is no file.
  public static List<Map<String, Object>> read(Path path) throws IOException {
    List<Map<String, Object>> lines = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(path)) {
        lines.add(Json.object(Json.parse(line), "metrics"));
      }
    } catch (NoSuchFileException | JsonException e) {
      return lines; // up to the line that a killed run did not finish
    }
    return lines;
  }

  /// Appends one line. Throws [UncheckedIOException] where the disk is full.
  public void write(long step, String kind, Map<String, ?> values) {
    Map<String, Object> line = Json.of("step", step, "kind", kind);
    line.putAll(values);
    try {
      out.write(Json.write(line));
      out.newLine();
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
