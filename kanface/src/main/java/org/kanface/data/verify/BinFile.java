package org.kanface.data.verify;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.kanface.data.DataException;
import org.kanface.data.EncodedImages;
import org.kanface.data.ImageSource;
import org.kanface.data.pickle.KnownGlobals;
import org.kanface.data.pickle.NumpyArray;
import org.kanface.data.pickle.PickleWriter;
import org.kanface.data.pickle.PyBytes;
import org.kanface.data.pickle.PyTuple;
import org.kanface.data.pickle.Unpickler;

/// InsightFace's verification sets: a Python pickle of `(list of encoded images, list of
/// booleans)`, images 2p and 2p + 1 being pair p.
///
/// Read are pickles of Python 2 and 3, all protocols, with byte strings or NumPy arrays for images
/// and Python or NumPy booleans. Pairs are cut into ten contiguous folds without shuffling (fewer
/// where there are fewer pairs).
public final class BinFile {
  private static final int FOLDS = 10;

  private BinFile() {}

  /// Opens a file; its images stay in it, mapped, until the set is closed.
  ///
  /// Throws [DataException] where the file is missing, no such pickle, or has another number of
  /// images than two a pair.
  public static VerificationSet open(Path file) {
    var arena = Arena.ofShared();
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      var data = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      var unpickler = KnownGlobals.allowNumpy(KnownGlobals.allowBytes(new Unpickler()));
      return parse(unpickler.load(data, file.toString()), file, arena);
    } catch (NoSuchFileException e) {
      arena.close();
      throw new DataException("Verification file %s does not exist.".formatted(file), e);
    } catch (IOException e) {
      arena.close();
      throw new DataException(
          "Verification file %s cannot be read: %s.".formatted(file, e.getMessage()), e);
    } catch (DataException e) {
      arena.close();
      throw e;
    }
  }

  /// Writes a set as protocol 2 (which every reader of such files takes) or 4: image bytes
  /// untouched, as PNG where the set draws its images.
  ///
  /// Images are read one after the other, twice where pairs share them. The file appears when it is
  /// complete.
  public static void write(Path file, VerificationSet set, int protocol) {
    ImageSource images = set.images();
    var temporary = file.resolveSibling(file.getFileName() + ".part");
    try {
      try (var out = new BufferedOutputStream(Files.newOutputStream(temporary), 1 << 16)) {
        var pickle = new PickleWriter(out, protocol).emptyList().mark();
        for (var pair : set.pairs()) {
          pickle
              .bytes(EncodedImages.of(images, pair.a()))
              .bytes(EncodedImages.of(images, pair.b()));
        }
        pickle.appends().emptyList().mark();
        for (var pair : set.pairs()) {
          pickle.bool(pair.same());
        }
        pickle.appends().tuple2().stop();
      }
      Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new DataException("Cannot write %s: %s.".formatted(file, e.getMessage()), e);
    }
  }

  private static VerificationSet parse(Object value, Path file, Arena arena) {
    List<?> parts =
        value instanceof PyTuple t ? t.items() : value instanceof List<?> l ? l : List.of();
    if (parts.size() != 2 || !(parts.getFirst() instanceof List<?> images)) {
      throw DataException.of(
          "%s: expected a pair of images and answers, found another pickle.", file);
    }
    var encoded = new ArrayList<PyBytes>(images.size());
    for (var image : images) {
      encoded.add(bytes(image, file, encoded.size()));
    }
    boolean[] same = answers(parts.getLast(), file);
    if (encoded.size() != 2L * same.length) {
      throw DataException.of(
          "%s has %d images for %d pairs, expected two images a pair.",
          file, encoded.size(), same.length);
    }
    int folds = Math.max(1, Math.min(FOLDS, same.length));
    var pairs = new ArrayList<VerificationSet.Pair>(same.length);
    for (int p = 0; p < same.length; p++) {
      int fold = VerificationSet.contiguousFold(p, same.length, folds);
      pairs.add(new VerificationSet.Pair(2 * p, 2 * p + 1, same[p], fold));
    }
    var name = String.valueOf(file.getFileName()).replaceFirst("\\.bin$", "");
    return new VerificationSet(name, new Images(file, encoded, arena), pairs, folds);
  }

  private static PyBytes bytes(Object image, Path file, int index) {
    return switch (image) {
      case PyBytes b -> b;
      case NumpyArray a when a.type().equals("u1") -> a.data();
      default ->
          throw DataException.of(
              "%s: image %d is stored as %s, expected bytes.", file, index, kind(image));
    };
  }

  private static boolean[] answers(Object value, Path file) {
    if (value instanceof NumpyArray a
        && (a.type().equals("b1") || a.type().equals("u1") || a.type().equals("i1"))) {
      byte[] bytes = a.data().toArray();
      boolean[] same = new boolean[bytes.length];
      for (int i = 0; i < same.length; i++) {
        same[i] = bytes[i] != 0;
      }
      return same;
    }
    if (!(value instanceof List<?> list)) {
      throw DataException.of(
          "%s: the answers are stored as %s, expected a list.", file, kind(value));
    }
    boolean[] same = new boolean[list.size()];
    for (int i = 0; i < same.length; i++) {
      same[i] =
          switch (list.get(i)) {
            case Boolean b -> b;
            case Long n when n == 0 || n == 1 -> n == 1;
            case Object other ->
                throw DataException.of(
                    "%s: answer %d is %s, expected true or false.", file, i, kind(other));
          };
    }
    return same;
  }

  private static String kind(Object value) {
    return value instanceof Number ? value.toString() : "a " + value.getClass().getSimpleName();
  }

  private record Images(Path file, List<PyBytes> encoded, Arena arena) implements EncodedImages {
    @Override
    public int size() {
      return encoded.size();
    }

    @Override
    public String name(int index) {
      return file + " image " + index;
    }

    @Override
    public byte[] encoded(int index) {
      return encoded.get(index).toArray();
    }

    @Override
    public void close() {
      arena.close();
    }
  }
}
