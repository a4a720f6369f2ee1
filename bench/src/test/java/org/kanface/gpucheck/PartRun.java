package org.kanface.gpucheck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.kanface.tensor.Device;
import org.kanface.tensor.Json;

/// The items of a part in this JVM, a line of JSON before each and one after it.
///
/// A call that failed on a GPU may leave it useless for the rest of the process, so that the
/// process
/// ends behind it with [#GO_ON].
final class PartRun {
  /// The status of a process that wants another one to do the rest.
  static final int GO_ON = 3;

  /// The status of one whose device cannot be used.
  static final int NO_DEVICE = 4;

  private final Path results;

  PartRun(Path results) {
    this.results = results;
  }

  /// Runs the items from number `first` on; returns the status that the process shall end with.
  int run(Part part, String name, boolean small, int first) throws IOException {
    List<Item> items;
    try {
      items = part.items(Device.of(name), small);
    } catch (RuntimeException | LinkageError e) {
      write(Json.of("item", "the device", "ok", false, "why", why(e)));
      return NO_DEVICE;
    }
    for (int i = first; i < items.size(); i++) {
      Item item = items.get(i);
      write(Json.of("begin", i, "item", item.name()));
      long start = System.nanoTime();
      try {
        Map<String, Object> numbers = item.task().run();
        var line = Json.of("item", item.name(), "ok", true, "ms", millis(start));
        line.putAll(numbers);
        write(line);
      } catch (AssertionError e) {
        write(failure(item, start, String.valueOf(e.getMessage())));
      } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
        write(failure(item, start, why(e)));
        return GO_ON;
      }
    }
    return 0;
  }

  private static Map<String, Object> failure(Item item, long start, String why) {
    return Json.of("item", item.name(), "ok", false, "ms", millis(start), "why", why);
  }

  private static double millis(long start) {
    return (System.nanoTime() - start) / 1e6;
  }

  /// One line; the kind of what was thrown where it has no text.
  private static String why(Throwable e) {
    String text = e.getMessage();
    return text == null || text.isBlank() ? e.toString() : text.strip().replaceAll("\\s+", " ");
  }

  private void write(Map<String, Object> line) throws IOException {
    Files.writeString(
        results, Json.write(line) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
