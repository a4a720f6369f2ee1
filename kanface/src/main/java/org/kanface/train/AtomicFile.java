package org.kanface.train;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.kanface.data.OutputFolder;

/// Replaces a file in one step: whoever looks, at any moment and after any crash, finds the old
/// content or the new one, whole.
public final class AtomicFile {
  static final String TEMPORARY = ".tmp";

  /// Writes the content and forces it to the disk.
  @FunctionalInterface
  public interface Content {
    void write(Path path) throws IOException;
  }

  private AtomicFile() {}

  /// Writes to a temporary name beside `target`, then renames. Throws [TrainingException] where the
  /// disk refuses; `target` is then as it was.
  public static void write(Path target, Content content) {
    Path temporary = target.resolveSibling(target.getFileName() + TEMPORARY);
    Path folder = Objects.requireNonNull(target.toAbsolutePath().getParent(), "a file's folder");
    if (Files.isDirectory(target)) { // an empty one would be replaced
      throw new TrainingException(target + " is a folder, expected a file to write");
    }
    OutputFolder.create(folder);
    try {
      content.write(temporary);
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      forceFolder(folder);
    } catch (IOException e) {
      delete(temporary);
      throw new TrainingException(
          "cannot write " + target + ": " + reason(e) + "; what was there before is untouched", e);
    }
  }

  /// The same for text.
  static void writeText(Path target, String text) {
    write(
        target,
        path -> {
          Files.writeString(path, text);
          try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.force(true);
          }
        });
  }

  private static void forceFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true); // makes the rename itself durable
    }
  }

  private static void delete(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      throw new TrainingException("cannot remove " + temporary + ": " + reason(e), e);
    }
  }

  static String reason(IOException e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }
}
