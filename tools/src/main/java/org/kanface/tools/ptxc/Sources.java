package org.kanface.tools.ptxc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/// Where the CUDA sources of a checkout lie, and their PTX.
///
/// @param root the checkout
record Sources(Path root) {
  private static final String SUFFIX = ".cu";

  Path folder() {
    return root.resolve("kernels/src/main/cuda");
  }

  /// Names of all sources without their suffix, in order.
  List<String> families() throws IOException {
    if (!Files.isDirectory(folder())) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder())) {
      return files
          .map(p -> p.getFileName().toString())
          .filter(name -> name.endsWith(SUFFIX))
          .map(name -> name.substring(0, name.length() - SUFFIX.length()))
          .sorted()
          .toList();
    }
  }

  Path source(String family) {
    return folder().resolve(family + SUFFIX);
  }

  /// The committed PTX of a family.
  Path ptx(String family, Target target) {
    return root.resolve("kernels/src/main/resources/org/kanface/kernels/cuda")
        .resolve(family + "." + target.architecture() + ".ptx");
  }

  static String sha256(Path file) throws IOException {
    try {
      var digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
