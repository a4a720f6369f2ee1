import com.google.googlejavaformat.java.Main;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Runs google-java-format over every Java file of the tree in the current folder.
///
/// `Format check` names the files that differ and exits 1; `Format write` rewrites them. The build
/// starts it through Java's source launcher, with the formatter's jar on the class path.
///
/// The formatter would cut a markdown comment that is too long into `///` and `//` lines, which
/// javac then refuses as a dangling comment; so `write` wraps those itself first.
final class Format {
  private static final int COLUMNS = 100;
  private static final Pattern COMMENT = Pattern.compile("( */// +)(\\S.*)");
  private static final Pattern NO_PARAGRAPH = Pattern.compile("([-*+|#>@]|\\d+\\.|```| {4}).*");

  private Format() {}

  public static void main(String[] args) throws Exception {
    boolean check = args[0].equals("check");
    var command =
        new ArrayList<>(
            check ? List.of("--dry-run", "--set-exit-if-changed") : List.of("--replace"));
    List<String> sources = sources();
    command.addAll(sources);
    if (!check) {
      for (String source : sources) {
        wrapComments(Path.of(source));
      }
    }
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

  private static void wrapComments(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    var wrapped = new ArrayList<>(lines);
    for (int i = 0; i < wrapped.size(); i++) {
      String line = wrapped.get(i);
      Matcher comment = COMMENT.matcher(line);
      if (line.length() <= COLUMNS || !comment.matches()) {
        continue;
      }
      String prefix = comment.group(1);
      int cut = line.lastIndexOf(' ', COLUMNS);
      if (cut < prefix.length()) {
        continue; // one word too long: nothing to do about it
      }
      wrapped.set(i, line.substring(0, cut).stripTrailing());
      String rest = prefix + line.substring(cut + 1);
      String next = i + 1 < wrapped.size() ? wrapped.get(i + 1) : "";
      if (continues(prefix, next)) {
        wrapped.set(i + 1, rest + " " + next.substring(prefix.length()));
      } else {
        wrapped.add(i + 1, rest);
      }
    }
    if (!wrapped.equals(lines)) {
      Files.write(file, wrapped);
    }
  }

  /// True where `next` goes on with the paragraph of the line before, which began with `prefix`.
  private static boolean continues(String prefix, String next) {
    return next.startsWith(prefix)
        && !NO_PARAGRAPH.matcher(next.substring(prefix.length())).matches();
  }
}
