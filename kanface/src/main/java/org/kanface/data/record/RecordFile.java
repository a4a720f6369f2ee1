package org.kanface.data.record;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.kanface.data.DataException;

/// Reads the records of a `.rec` file by key, through its `.idx` or, where that is missing, after
/// one scan that numbers the records 0, 1, 2, … in file order.
///
/// A physical record: uint32 magic 0xCED7230A; uint32 with a continuation flag in bits 31 to 29 and
/// the length below; payload; zeros up to a multiple of 4. A payload that holds the magic at a
/// multiple of 4 is cut there into parts (first 1, middle 2, last 3) and gets it back on reading.
/// The file is mapped; reading is thread-safe.
///
/// Every access throws [DataException] with path and offset where the file is truncated or not a
/// record file.
public final class RecordFile implements AutoCloseable {
  static final int MAGIC = 0xCED7230A;
  static final int MAX_PART = (1 << 29) - 1;

  private static final ValueLayout.OfInt INT32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Path file;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment bytes;
  private final RecordIndex index;

  private RecordFile(Path rec, Path idx) {
    file = rec;
    try (var channel = FileChannel.open(rec, StandardOpenOption.READ)) {
      bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    } catch (IOException e) {
      arena.close();
      throw new DataException("Record file %s cannot be opened: %s.".formatted(rec, reason(e)), e);
    }
    try {
      index = Files.exists(idx) ? RecordIndex.read(idx) : scan();
    } catch (DataException e) {
      arena.close();
      throw e;
    }
  }

  /// Opens a record file and its index, which may be missing.
  public static RecordFile open(Path rec, Path idx) {
    return new RecordFile(rec, idx);
  }

  /// How many records the index lists.
  public int size() {
    return index.size();
  }

  /// The key of the record at a position of the index.
  public long key(int position) {
    return index.key(position);
  }

  /// The position of a key in the index, −1 where it does not occur.
  public int position(long key) {
    return index.position(key);
  }

  /// What errors call a record.
  public String name(int position) {
    return file + " key " + index.key(position);
  }

  public Path path() {
    return file;
  }

  /// The logical record at a position of the index.
  public FaceRecord record(int position) {
    var record = FaceRecord.parse(payload(index.offset(position)));
    if (record == null) {
      throw DataException.of(
          "%s: the record at offset %d is too short for its own header.",
          name(position), index.offset(position));
    }
    return record;
  }

  /// The label alone (the scalar, or the first of a vector), without copying the image.
  float label(int position) {
    long at = index.offset(position);
    int length = partLength(at);
    if (length < FaceRecord.HEADER + Float.BYTES) {
      return record(position).label();
    }
    long payload = at + 8;
    boolean vector = bytes.get(INT32, payload) != 0;
    return Float.intBitsToFloat(bytes.get(INT32, payload + (vector ? FaceRecord.HEADER : 4)));
  }

  @Override
  public void close() {
    arena.close();
  }

  /// The payload that starts at `offset`, parts joined.
  private byte[] payload(long offset) {
    int flag = partFlag(offset);
    int length = partLength(offset);
    if (flag == 0) {
      return copy(offset + 8, length);
    }
    if (flag != 1) {
      throw DataException.of(
          "%s: the record at offset %d starts with continuation flag %d, expected 0 or 1.",
          file, offset, flag);
    }
    long total = length;
    long at = next(offset);
    do {
      flag = partFlag(at);
      if (flag != 2 && flag != 3) {
        throw DataException.of(
            "%s: the part at offset %d of the record at %d has continuation flag %d, expected 2 or"
                + " 3.",
            file, at, offset, flag);
      }
      total += 4L + partLength(at);
      at = next(at);
    } while (flag != 3);
    if (total > Integer.MAX_VALUE - 16) {
      throw DataException.of(
          "%s: the record at offset %d has %d bytes, too many.", file, offset, total);
    }
    byte[] out = new byte[(int) total];
    int to = 0;
    long from = offset;
    while (true) {
      length = partLength(from);
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, from + 8, out, to, length);
      to += length;
      if (to == out.length) {
        return out;
      }
      for (int shift = 0; shift < 32; shift += 8) {
        out[to++] = (byte) (MAGIC >>> shift);
      }
      from = next(from);
    }
  }

  private byte[] copy(long from, int length) {
    return bytes.asSlice(from, length).toArray(ValueLayout.JAVA_BYTE);
  }

  private int partFlag(long offset) {
    checkPart(offset);
    return bytes.get(INT32, offset + 4) >>> 29;
  }

  private int partLength(long offset) {
    checkPart(offset);
    return bytes.get(INT32, offset + 4) & MAX_PART;
  }

  private long next(long offset) {
    return offset + 8 + (partLength(offset) + 3 & ~3);
  }

  private void checkPart(long offset) {
    long size = bytes.byteSize();
    if (offset < 0 || offset > size - 8) {
      throw DataException.of(
          "%s is truncated: expected a record at offset %d, the file ends after %d bytes.",
          file, offset, size);
    }
    int magic = bytes.get(INT32, offset);
    if (magic != MAGIC) {
      throw DataException.of(
          "%s: expected a record (magic 0x%08X) at offset %d, found 0x%08X: wrong index or no"
              + " record file.",
          file, MAGIC, offset, magic);
    }
    int length = bytes.get(INT32, offset + 4) & MAX_PART;
    if (length > size - 8 - offset) {
      throw DataException.of(
          "%s is truncated: the record at offset %d says %d bytes, the file ends after %d of them.",
          file, offset, length, size - 8 - offset);
    }
  }

  private RecordIndex scan() {
    var found = new RecordIndex();
    for (long at = 0, key = 0; at < bytes.byteSize(); ) {
      int flag = partFlag(at);
      if (flag == 0 || flag == 1) {
        found.add(key++, at);
      }
      at = next(at);
    }
    found.sort(file);
    return found;
  }

  private static String reason(IOException e) {
    return e instanceof NoSuchFileException ? "it does not exist" : String.valueOf(e.getMessage());
  }
}
