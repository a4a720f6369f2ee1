package org.kanface.data.pickle;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.kanface.data.DataException;

/// A cursor over a pickle that never reads past its end and never allocates more than is left.
final class PickleInput {
  private final MemorySegment data;
  private final String name;
  private long at;

  PickleInput(MemorySegment data, String name) {
    this.data = data;
    this.name = name;
  }

  long offset() {
    return at;
  }

  /// An exception that names the pickle and an offset.
  DataException refuse(long offset, String format, Object... args) {
    return new DataException(
        "%s is no usable pickle: %s at offset %d.".formatted(name, format.formatted(args), offset));
  }

  /// Goes back to an offset read before.
  void seek(long offset) {
    at = offset;
  }

  int u1() {
    need(1);
    return data.get(ValueLayout.JAVA_BYTE, at++) & 0xFF;
  }

  int u2() {
    return u1() | u1() << 8;
  }

  int i4() {
    need(4);
    int v = data.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), at);
    at += 4;
    return v;
  }

  long u4() {
    return Integer.toUnsignedLong(i4());
  }

  /// Eight bytes as a length; those beyond 2⁶³ are refused like every length that exceeds the
  /// pickle.
  long u8() {
    need(8);
    long v = data.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), at);
    if (v < 0) {
      throw refuse(at, "a length of more than 2^63");
    }
    at += 8;
    return v;
  }

  double f8() {
    need(8);
    double v = data.get(ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN), at);
    at += 8;
    return v;
  }

  /// The next `length` bytes as a view.
  MemorySegment slice(long length) {
    need(length);
    var slice = data.asSlice(at, length);
    at += length;
    return slice;
  }

  /// The next `length` bytes as a copy, at most `max` of them.
  byte[] bytes(long length, int max) {
    if (length > max) {
      throw refuse(at, "%d bytes where at most %d are expected", length, max);
    }
    return slice(length).toArray(ValueLayout.JAVA_BYTE);
  }

  String utf8(long length) {
    long from = at;
    byte[] bytes = bytes(length, Integer.MAX_VALUE - 16);
    var decoder = StandardCharsets.UTF_8.newDecoder();
    try {
      return decoder.decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException _) {
      return loneSurrogates(bytes, from);
    }
  }

  /// A line without its end, as Latin-1, of at most `max` bytes.
  String line(int max) {
    long from = at;
    long end = at;
    while (end < data.byteSize() && data.get(ValueLayout.JAVA_BYTE, end) != '\n') {
      end++;
      if (end - from > max) {
        throw refuse(from, "a line of more than %d bytes", max);
      }
    }
    if (end == data.byteSize()) {
      throw refuse(from, "a line without an end");
    }
    var line = new String(slice(end - from).toArray(ValueLayout.JAVA_BYTE), ISO_8859_1);
    at++;
    return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
  }

  private void need(long length) {
    long left = data.byteSize() - at;
    if (length < 0 || length > left) {
      throw refuse(at, "%d bytes expected, %d left", length, left);
    }
  }

  /// Python writes lone surrogates as three bytes each ("surrogatepass"), which strict UTF-8
  /// forbids.
  private String loneSurrogates(byte[] b, long from) {
    var out = new StringBuilder(b.length);
    int i = 0;
    while (i < b.length) {
      if (i + 2 < b.length
          && b[i] == (byte) 0xED
          && (b[i + 1] & 0xE0) == 0xA0
          && (b[i + 2] & 0xC0) == 0x80) {
        out.append((char) (0xD000 | (b[i + 1] & 0x3F) << 6 | b[i + 2] & 0x3F));
        i += 3;
      } else if (b[i] >= 0) {
        out.append((char) b[i++]);
      } else {
        throw refuse(from + i, "text that is not UTF-8");
      }
    }
    return out.toString();
  }
}
