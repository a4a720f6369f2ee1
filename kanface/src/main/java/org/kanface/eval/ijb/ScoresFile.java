package org.kanface.eval.ijb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kanface.data.DataException;

/// Scores of pairs as NumPy's `.npy`: one row of float64, little-endian. float32 is read too.
///
/// Format: NumPy Enhancement Proposal 1. `0x93 NUMPY`, version, length of the header, a Python
/// dictionary in text padded so that the data begin at a multiple of 64, the data.
public final class ScoresFile {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int ALIGNMENT = 64;
  private static final int PREAMBLE = 10; // magic, version, two bytes of length
  private static final int LONGEST_HEADER = 1 << 16;
  private static final int BLOCK = 1 << 20; // bytes read or written at once
  private static final Pattern TYPE = Pattern.compile("'descr':\\s*'([^']*)'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order':\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape':\\s*\\(([^)]*)\\)");

  private ScoresFile() {}

  /// Writes to a temporary name first, so that a reader never sees half a file.
  public static void write(Path path, double[] scores) throws IOException {
    String header =
        "{'descr': '<f8', 'fortran_order': False, 'shape': (%d,), }".formatted(scores.length);
    int length = Math.ceilDiv(PREAMBLE + header.length() + 1, ALIGNMENT) * ALIGNMENT - PREAMBLE;
    Path temporary = path.resolveSibling(path.getFileName() + ".tmp");
    try (FileChannel out =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer block = ByteBuffer.allocateDirect(BLOCK).order(ByteOrder.LITTLE_ENDIAN);
      block.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) length);
      block.put(
          (header + " ".repeat(length - header.length() - 1) + "\n")
              .getBytes(StandardCharsets.US_ASCII));
      for (double score : scores) {
        if (block.remaining() < Double.BYTES) {
          flush(out, block);
        }
        block.putDouble(score);
      }
      flush(out, block);
    }
    Files.move(
        temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void flush(FileChannel out, ByteBuffer block) throws IOException {
    block.flip();
    while (block.hasRemaining()) {
      out.write(block);
    }
    block.clear();
  }

  /// All scores. Throws [DataException] with a sentence for anything else than such a file.
  public static double[] read(Path path) {
    try (FileChannel in = FileChannel.open(path, StandardOpenOption.READ)) {
      ByteBuffer start = fill(in, path, 12, "a header");
      byte[] magic = new byte[MAGIC.length];
      start.get(magic);
      int version = start.get();
      if (!Arrays.equals(magic, MAGIC) || version < 1 || version > 3) {
        throw DataException.of("%s is no .npy file: its first bytes are others.", path);
      }
      start.get();
      long length = version == 1 ? start.getShort() & 0xFFFF : start.getInt() & 0xFFFFFFFFL;
      int begin = version == 1 ? PREAMBLE : PREAMBLE + 2;
      if (length > LONGEST_HEADER) {
        throw DataException.of("%s is damaged: a header of %d bytes.", path, length);
      }
      in.position(begin);
      ByteBuffer bytes = fill(in, path, (int) length, "the header");
      return numbers(in, path, StandardCharsets.US_ASCII.decode(bytes).toString());
    } catch (NoSuchFileException e) {
      throw new DataException("%s does not exist: expected a .npy of scores.".formatted(path), e);
    } catch (IOException e) {
      throw new DataException("%s cannot be read: %s.".formatted(path, e.getMessage()), e);
    }
  }

  private static double[] numbers(FileChannel in, Path path, String header) throws IOException {
    String type = field(TYPE, header, path);
    String[] shape = field(SHAPE, header, path).split(",", -1);
    boolean row = shape.length == 2 && shape[1].isBlank() && shape[0].strip().matches("\\d{1,10}");
    boolean known = type.equals("<f8") || type.equals("<f4");
    field(ORDER, header, path); // without meaning for one row
    if (!row || !known) {
      throw DataException.of(
          "%s holds an array of type %s and shape (%s), expected one row of <f8 or <f4.",
          path, type, String.join(",", shape));
    }
    int size = type.equals("<f8") ? Double.BYTES : Float.BYTES;
    long count = Long.parseLong(shape[0].strip());
    if (in.size() - in.position() != count * size || count > Integer.MAX_VALUE - 8) {
      throw DataException.of(
          "%s is damaged: its header promises %d scores of %d bytes, %d bytes follow.",
          path, count, size, in.size() - in.position());
    }
    double[] scores = new double[(int) count];
    for (int done = 0; done < scores.length; ) {
      int some = Math.min(BLOCK / size, scores.length - done);
      ByteBuffer block = fill(in, path, some * size, "scores");
      for (int i = 0; i < some; i++) {
        scores[done++] = size == Double.BYTES ? block.getDouble() : block.getFloat();
      }
    }
    return scores;
  }

  private static String field(Pattern pattern, String header, Path path) {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw DataException.of("%s is damaged: its header is \"%s\".", path, header.strip());
    }
    return matcher.group(1);
  }

  private static ByteBuffer fill(FileChannel in, Path path, int count, String what)
      throws IOException {
    ByteBuffer block = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    while (block.hasRemaining()) {
      if (in.read(block) < 0) {
        throw DataException.of("%s is damaged: it ends within %s.", path, what);
      }
    }
    return block.flip();
  }
}
