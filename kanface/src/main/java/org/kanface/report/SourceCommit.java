package org.kanface.report;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The commit that the running program was built from, read from git's own files around it: `HEAD`,
/// and the branch it names in `refs` or `packed-refs`.
public final class SourceCommit {
  private SourceCommit() {}

  /// 40 hexadecimal digits; empty where the program does not lie in a git working tree.
  public static Optional<String> find() {
    CodeSource source = SourceCommit.class.getProtectionDomain().getCodeSource();
    if (source == null) {
      return Optional.empty();
    }
    try {
      return above(Path.of(source.getLocation().toURI()));
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  /// The commit of the working tree that `place` lies in.
  static Optional<String> above(Path place) {
    for (@Nullable Path folder = place.toAbsolutePath(); folder != null; ) {
      Path git = folder.resolve(".git");
      if (Files.exists(git)) {
        try {
          return read(git);
        } catch (IOException e) {
          return Optional.empty();
        }
      }
      folder = folder.getParent();
    }
    return Optional.empty();
  }

  private static Optional<String> read(Path git) throws IOException {
    Path own = git;
    if (Files.isRegularFile(git)) { // a further working tree: "gitdir: PATH"
      own = git.resolveSibling(Files.readString(git).strip().substring("gitdir: ".length()));
    }
    Path common = own;
    Path pointer = own.resolve("commondir");
    if (Files.exists(pointer)) {
      common = own.resolve(Files.readString(pointer).strip());
    }
    String head = Files.readString(own.resolve("HEAD")).strip();
    if (!head.startsWith("ref: ")) {
      return commit(head);
    }
    String branch = head.substring("ref: ".length());
    Path loose = common.resolve(branch);
    if (Files.exists(loose)) {
      return commit(Files.readString(loose).strip());
    }
    Path packed = common.resolve("packed-refs");
    List<String> lines = Files.exists(packed) ? Files.readAllLines(packed) : List.of();
    return lines.stream()
        .filter(line -> line.endsWith(" " + branch))
        .findFirst()
        .flatMap(line -> commit(line.substring(0, line.indexOf(' '))));
  }

  private static Optional<String> commit(String text) {
    return text.matches("[0-9a-f]{40,64}") ? Optional.of(text) : Optional.empty();
  }
}
