package org.kanface.data;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/// Real photographs that tests may read where they are at hand.
public final class SharedData {
  private SharedData() {}

  /// A folder of the reference data; skips the calling test, with the reason, where it is absent.
  public static Path folder(String name) {
    var root = Path.of(System.getProperty("kanface.shared", "../shared"));
    var folder = root.resolve("data").resolve(name);
    assumeTrue(Files.isDirectory(folder), () -> "no reference photographs at " + folder);
    return folder;
  }
}
