package org.kanface.data.weights;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/// Files that PyTorch and NumPy wrote (`fixtures.py` beside them).
public final class Fixture {
  private Fixture() {}

  /// The bytes of a small committed file.
  public static byte[] bytes(String name) {
    try (InputStream in = Objects.requireNonNull(Fixture.class.getResourceAsStream(name), name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A file of trained weights of the reference data; skips the calling test, with the reason,
  /// where it is absent.
  public static Path trained(String name) {
    var file = Path.of(System.getProperty("kanface.shared", "../shared"), "weights", name);
    assumeTrue(Files.isRegularFile(file), () -> "no trained weights at " + file);
    return file;
  }
}
