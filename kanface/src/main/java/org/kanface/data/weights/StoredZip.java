package org.kanface.data.weights;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.kanface.data.DataException;

/// A ZIP archive whose entries are stored without compression, as views of its memory.
///
/// Compressed and encrypted entries are refused, so nothing is ever larger than the file. Throws
/// [DataException] naming the file and the entry.
///
/// Format: PKWARE's APPNOTE, with the ZIP64 extensions that PyTorch always writes.
final class StoredZip {
  private static final int END = 0x06054b50;
  private static final int END_BYTES = 22;
  private static final int LOCATOR_64 = 0x07064b50;
  private static final int LOCATOR_64_BYTES = 20;
  private static final int END_64 = 0x06064b50;
  private static final int END_64_BYTES = 56;
  private static final int CENTRAL = 0x02014b50;
  private static final int CENTRAL_BYTES = 46;
  private static final int LOCAL = 0x04034b50;
  private static final int LOCAL_BYTES = 30;
  private static final long MAX_COMMENT = 0xFFFF;
  private static final long SEE_ZIP64 = 0xFFFF_FFFFL;
  private static final long ENTRIES_SEE_ZIP64 = 0xFFFF;
  private static final int ZIP64_EXTRA = 1;

  private record Place(long header, long size, long crc) {}

  private final MemorySegment file;
  private final String name;
  private final SequencedMap<String, Place> places = new LinkedHashMap<>();

  /// Reads the table of contents; `name` is what errors call the archive.
  StoredZip(MemorySegment file, String name) {
    this.file = file;
    this.name = name;
    contents(end());
  }

  /// The names of all entries in the order of the table.
  Iterable<String> names() {
    return places.keySet();
  }

  /// The bytes of an entry, compared with its checksum; null where there is none of this name.
  @Nullable MemorySegment find(String entry) {
    Place place = places.get(entry);
    if (place == null) {
      return null;
    }
    if (u4(place.header) != LOCAL) {
      throw bad("entry %s does not begin where the table of contents says", entry);
    }
    long start = place.header + LOCAL_BYTES + u2(place.header + 26) + u2(place.header + 28);
    MemorySegment bytes = slice(start, place.size);
    if (checksum(bytes) != place.crc) {
      throw bad("the bytes of entry %s do not match their checksum", entry);
    }
    return bytes;
  }

  private static long checksum(MemorySegment bytes) {
    var crc = new CRC32();
    long chunk = 1 << 28; // a ByteBuffer holds less than 2 GiB
    for (long at = 0; at < bytes.byteSize(); at += chunk) {
      crc.update(bytes.asSlice(at, Math.min(chunk, bytes.byteSize() - at)).asByteBuffer());
    }
    return crc.getValue();
  }

  /// The offset of the end record: the last place with its signature.
  private long end() {
    long last = file.byteSize() - END_BYTES;
    for (long at = last; at >= 0 && at >= last - MAX_COMMENT; at--) {
      if (u4(at) == END) {
        return at;
      }
    }
    throw bad("it has no table of contents at its end; it may be cut off");
  }

  private void contents(long end) {
    long count = u2(end + 10);
    long size = Integer.toUnsignedLong(u4(end + 12));
    long at = Integer.toUnsignedLong(u4(end + 16));
    if (count == ENTRIES_SEE_ZIP64 || size == SEE_ZIP64 || at == SEE_ZIP64) {
      long locator = end - LOCATOR_64_BYTES;
      if (locator < 0 || u4(locator) != LOCATOR_64) {
        throw bad("its ZIP64 table of contents is missing");
      }
      long end64 = u8(locator + 8);
      slice(end64, END_64_BYTES);
      if (u4(end64) != END_64) {
        throw bad("its ZIP64 table of contents is not where it should be");
      }
      count = u8(end64 + 32);
      size = u8(end64 + 40);
      at = u8(end64 + 48);
    }
    slice(at, size);
    if (count < 0 || count > size / CENTRAL_BYTES) {
      throw bad("its table of contents of %d bytes cannot hold %d entries", size, count);
    }
    for (long i = 0; i < count; i++) {
      at = entry(at);
    }
  }

  /// Reads one line of the table and returns the offset of the next.
  private long entry(long at) {
    if (u4(at) != CENTRAL) {
      throw bad("its table of contents is damaged");
    }
    int flags = u2(at + 8);
    int method = u2(at + 10);
    long crc = Integer.toUnsignedLong(u4(at + 16));
    long packed = Integer.toUnsignedLong(u4(at + 20));
    long size = Integer.toUnsignedLong(u4(at + 24));
    int nameBytes = u2(at + 28);
    int extraBytes = u2(at + 30);
    long header = Integer.toUnsignedLong(u4(at + 42));
    long next = at + CENTRAL_BYTES + nameBytes + extraBytes + u2(at + 32);
    var entry =
        new String(slice(at + CENTRAL_BYTES, nameBytes).toArray(ValueLayout.JAVA_BYTE), UTF_8);
    if (size == SEE_ZIP64 || packed == SEE_ZIP64 || header == SEE_ZIP64) {
      long extra = wide(at + CENTRAL_BYTES + nameBytes, extraBytes);
      if (extra < 0) {
        throw bad("the ZIP64 sizes of entry %s are missing", entry);
      }
      if (size == SEE_ZIP64) {
        size = u8(extra);
        extra += 8;
      }
      if (packed == SEE_ZIP64) {
        packed = u8(extra);
        extra += 8;
      }
      if (header == SEE_ZIP64) {
        header = u8(extra);
      }
    }
    if ((flags & 1) != 0 || method != 0 || packed != size) {
      throw bad("entry %s is compressed or encrypted, expected plain bytes", entry);
    }
    slice(header, LOCAL_BYTES);
    if (places.put(entry, new Place(header, size, crc)) != null) {
      throw bad("it has two entries %s", entry);
    }
    return next;
  }

  /// The offset of the ZIP64 sizes among an entry's extra fields, or -1.
  private long wide(long at, int bytes) {
    long end = at + bytes;
    while (at + 4 <= end) {
      int length = u2(at + 2);
      if (u2(at) == ZIP64_EXTRA) {
        return at + 4;
      }
      at += 4L + length;
    }
    return -1;
  }

  private int u2(long at) {
    return Short.toUnsignedInt(slice(at, 2).get(SHORT, 0));
  }

  private int u4(long at) {
    return slice(at, 4).get(INT, 0);
  }

  private long u8(long at) {
    return slice(at, 8).get(LONG, 0);
  }

  private MemorySegment slice(long at, long bytes) {
    if (at < 0 || bytes < 0 || at > file.byteSize() || bytes > file.byteSize() - at) {
      throw bad("it points outside of its %d bytes; it may be cut off", file.byteSize());
    }
    return file.asSlice(at, bytes);
  }

  private DataException bad(String format, Object... args) {
    return new DataException(
        "%s is no usable ZIP archive: %s.".formatted(name, format.formatted(args)));
  }

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
}
