package org.kanface.data;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/// Real photographs and trained weights that tests may read where they are at hand.
public final class SharedData {
  private SharedData() {}

  /// A folder of the reference data; skips the calling test, with the reason, where it is absent.
  public static Path folder(String name) {
    var folder = root().resolve("data").resolve(name);
    assumeTrue(Files.isDirectory(folder), () -> "no reference photographs at " + folder);
    return folder;
  }

  /// A file of trained weights of others; skips the calling test, with the reason, where it is
  /// absent.
  public static Path weights(String name) {
    var file = root().resolve("weights").resolve(name);
    assumeTrue(Files.isRegularFile(file), () -> "no trained weights at " + file);
    return file;
  }

  private static Path root() {
    return Path.of(System.getProperty("kanface.shared", "../shared"));
  }
}
