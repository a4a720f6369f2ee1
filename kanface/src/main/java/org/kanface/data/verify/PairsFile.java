package org.kanface.data.verify;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kanface.data.DataException;
import org.kanface.data.EncodedImages;
import org.kanface.data.image.ImageCodec;

/// LFW's pair lists over a folder of images.
///
/// The first line holds the number of folds and of same pairs a fold (`10 300`), or only the number
/// of same pairs (`500`, one fold). Then, fold after fold, the same pairs `name n1 n2`, and as many
/// different pairs `name1 n1 name2 n2`; fields are separated by tabs, or by spaces where a line has
/// no tab. Image `n` of a name is `name/name_%04d` with the extension jpg, jpeg, png or bmp.
///
/// A list of one fold is cut into up to ten, same and different pairs alike, so that every fold has
/// both.
///
/// Format: Huang et al., "Labeled Faces in the Wild", technical report 07-49, 2007.
public final class PairsFile {
  private static final List<String> EXTENSIONS = List.of(".jpg", ".jpeg", ".png", ".bmp");
  private static final int DEFAULT_FOLDS = 10;
  private static final int NAMED = 3; // missing images spelled out in a message

  private final Path file;
  private final Path root;
  private final List<VerificationSet.Pair> pairs = new ArrayList<>();
  private final Map<String, Integer> numbers = new LinkedHashMap<>(); // image → its number
  private final List<Path> paths = new ArrayList<>();
  private final List<String> missing = new ArrayList<>();

  private PairsFile(Path file, Path root) {
    this.file = file;
    this.root = root;
  }

  /// A set and the images its list names but the folder lacks; their pairs are left out.
  public record Found(VerificationSet set, List<String> missing) {}

  /// Reads `file` over the images under `root`, all of which must exist.
  ///
  /// Throws [DataException] with file and line for a malformed list, or with the first missing
  /// images.
  public static VerificationSet open(Path file, Path root) {
    var found = openAvailable(file, root);
    var missing = found.missing();
    if (!missing.isEmpty()) {
      throw DataException.of(
          "%d images of %s are missing under %s, such as %s.",
          missing.size(),
          file,
          root,
          String.join(", ", missing.subList(0, Math.min(NAMED, missing.size()))));
    }
    return found.set();
  }

  /// Like [#open], but leaves out pairs with a missing image.
  public static Found openAvailable(Path file, Path root) {
    var reader = new PairsFile(file, root);
    int folds = reader.parse(lines(file));
    var name = String.valueOf(file.getFileName()).replaceFirst("\\.txt$", "");
    if (reader.pairs.isEmpty()) {
      throw DataException.of("No pair of %s has its images under %s.", file, root);
    }
    return new Found(
        new VerificationSet(name, new ImageFiles(reader.paths), reader.pairs, folds),
        List.copyOf(reader.missing));
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (NoSuchFileException e) {
      throw new DataException("Pair list %s does not exist.".formatted(file), e);
    } catch (MalformedInputException e) {
      throw new DataException("Pair list %s is not UTF-8 text.".formatted(file), e);
    } catch (IOException e) {
      throw new DataException(
          "Pair list %s cannot be read: %s.".formatted(file, e.getMessage()), e);
    }
  }

  private int parse(List<String> lines) {
    int count = lines.size();
    while (count > 0 && lines.get(count - 1).isBlank()) {
      count--;
    }
    if (count == 0) {
      throw DataException.of("Pair list %s is empty.", file);
    }
    var header = fields(lines.getFirst());
    if (header.length > 2) {
      throw DataException.of(
          "%s:1: expected \"folds<tab>pairs\" or \"pairs\", found %d fields.", file, header.length);
    }
    int listed = header.length == 2 ? number(header[0], 1) : 1;
    int each = number(header[header.length - 1], 1);
    long expected = 2L * listed * each;
    if (listed < 1 || each < 1 || expected != count - 1) {
      throw DataException.of(
          "%s: the first line announces %d folds of %d same and %d different pairs, %d lines, but"
              + " %d follow.",
          file, listed, each, each, expected, count - 1);
    }
    int folds = listed > 1 ? listed : Math.min(DEFAULT_FOLDS, each);
    for (int i = 0; i < count - 1; i++) {
      boolean same = i % (2 * each) < each;
      int fold =
          listed > 1 ? i / (2 * each) : VerificationSet.contiguousFold(i % each, each, folds);
      pair(lines.get(i + 1), i + 2, same, fold);
    }
    return folds;
  }

  private void pair(String line, int number, boolean same, int fold) {
    var f = fields(line);
    if (f.length != (same ? 3 : 4)) {
      throw DataException.of(
          "%s:%d: expected %s, found %d fields.",
          file,
          number,
          same ? "a same pair \"name n1 n2\"" : "a different pair \"name1 n1 name2 n2\"",
          f.length);
    }
    int a = image(f[0], number(f[1], number));
    int b = same ? image(f[0], number(f[2], number)) : image(f[2], number(f[3], number));
    if (a >= 0 && b >= 0) {
      pairs.add(new VerificationSet.Pair(a, b, same, fold));
    }
  }

  /// The number of an image, −1 where its file is missing.
  private int image(String person, int n) {
    var stem = "%s/%s_%04d".formatted(person, person, n);
    return numbers.computeIfAbsent(
        stem,
        s -> {
          for (var extension : EXTENSIONS) {
            var path = root.resolve(s + extension);
            if (Files.exists(path)) {
              paths.add(path);
              return paths.size() - 1;
            }
          }
          missing.add(s);
          return -1;
        });
  }

  private int number(String field, int line) {
    try {
      int value = Integer.parseInt(field);
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException _) {
      // told below
    }
    throw DataException.of("%s:%d: expected a whole number, found \"%s\".", file, line, field);
  }

  private static String[] fields(String line) {
    var stripped = line.strip();
    return stripped.split(stripped.indexOf('\t') >= 0 ? "\t+" : " +");
  }

  /// The files a list names, in the order of their first mention.
  private record ImageFiles(List<Path> files) implements EncodedImages {
    @Override
    public int size() {
      return files.size();
    }

    @Override
    public String name(int index) {
      return files.get(index).toString();
    }

    @Override
    public byte[] encoded(int index) {
      return ImageCodec.read(files.get(index));
    }
  }
}
