package org.kanface.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A folder that a tool writes to.
public final class OutputFolder {
  private OutputFolder() {}

  /// Creates the folder where it is not there; throws [DataException] where it cannot be one.
  public static void create(Path folder) {
    for (Path at = folder; at != null; at = at.getParent()) {
      if (Files.exists(at) && !Files.isDirectory(at)) {
        throw DataException.of("%s is a file, expected a folder to write to.", at);
      }
    }
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new DataException(
          "Folder %s cannot be created: %s.".formatted(folder, e.getMessage()), e);
    }
  }
}
