import com.google.googlejavaformat.java.Main;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Runs google-java-format over every Java file of the tree in the current folder.
///
/// `Format check` names the files that differ and exits 1; `Format write` rewrites them. The build
/// starts it through Java's source launcher, with the formatter's jar on the class path.
final class Format {
  private Format() {}

  public static void main(String[] args) throws Exception {
    boolean check = args[0].equals("check");
    var command =
        new ArrayList<>(
            check ? List.of("--dry-run", "--set-exit-if-changed") : List.of("--replace"));
    command.addAll(sources());
    var out = new PrintWriter(System.out, true);
    var err = new PrintWriter(System.err, true);
    int status =
        new Main(out, err, InputStream.nullInputStream()).format(command.toArray(String[]::new));
    if (check && status != 0) {
      err.println("Not formatted: the files above. Run `mvn -q -N verify -Dformat` and commit.");
    }
    System.exit(status);
  }

  /// Java files under `MODULE/src` and `.mvn`, relative to the current folder, sorted.
  private static List<String> sources() throws IOException {
    var found = new ArrayList<String>();
    try (Stream<Path> children = Files.list(Path.of(""))) {
      for (Path child : children.filter(Files::isDirectory).sorted().toList()) {
        Path source = child.endsWith(".mvn") ? child : child.resolve("src");
        if (Files.isDirectory(source)) {
          try (Stream<Path> files = Files.walk(source)) {
            files.map(Path::toString).filter(f -> f.endsWith(".java")).sorted().forEach(found::add);
          }
        }
      }
    }
    return found;
  }
}
