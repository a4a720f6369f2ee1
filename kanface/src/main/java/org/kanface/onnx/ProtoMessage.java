package org.kanface.onnx;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A message in the wire format of protocol buffers: fields one after another, each a tag
/// `number << 3 | type` and its value; numbers are varints of 7 bits a byte, the low ones first,
/// and
/// text, bytes and messages follow their length.
///
/// Large bytes are referred to, not copied; they must stay as they are until the message is
/// written.
final class ProtoMessage {
  private static final int VARINT = 0;
  private static final int LENGTH_DELIMITED = 2;
  private static final int FIXED_32 = 5;
  private static final int COPIED = 1 << 12; // below, bytes are copied
  private static final long CHUNK = 1L << 28; // a ByteBuffer holds less than 2 GiB

  private final List<MemorySegment> parts = new ArrayList<>();
  private final ByteArrayOutputStream tail = new ByteArrayOutputStream();
  private long length;

  /// Bytes of the message.
  long length() {
    return length;
  }

  /// An integer of any width, or an enum's number.
  ProtoMessage integer(int field, long value) {
    tag(field, VARINT);
    varint(value);
    return this;
  }

  /// A float of 32 bits.
  ProtoMessage number(int field, float value) {
    tag(field, FIXED_32);
    copy(ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array());
    return this;
  }

  ProtoMessage text(int field, String value) {
    return bytes(field, MemorySegment.ofArray(value.getBytes(StandardCharsets.UTF_8)));
  }

  ProtoMessage bytes(int field, MemorySegment value) {
    tag(field, LENGTH_DELIMITED);
    varint(value.byteSize());
    append(value);
    return this;
  }

  /// Repeated integers, one field each.
  ProtoMessage integers(int field, long... values) {
    for (long v : values) {
      integer(field, v);
    }
    return this;
  }

  ProtoMessage message(int field, ProtoMessage value) {
    tag(field, LENGTH_DELIMITED);
    varint(value.length);
    value.flush();
    value.parts.forEach(this::append);
    return this;
  }

  /// Writes the whole message.
  void writeTo(WritableByteChannel channel) throws IOException {
    flush();
    for (MemorySegment part : parts) {
      for (long at = 0; at < part.byteSize(); at += CHUNK) {
        ByteBuffer bytes = part.asSlice(at, Math.min(CHUNK, part.byteSize() - at)).asByteBuffer();
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
    }
  }

  private void tag(int field, int type) {
    varint((long) field << 3 | type);
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      tail.write((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
      length++;
    }
    tail.write((int) rest);
    length++;
  }

  private void append(MemorySegment bytes) {
    if (bytes.byteSize() < COPIED) {
      copy(bytes.toArray(ValueLayout.JAVA_BYTE));
    } else {
      flush();
      parts.add(bytes);
      length += bytes.byteSize();
    }
  }

  private void copy(byte[] bytes) {
    tail.writeBytes(bytes);
    length += bytes.length;
  }

  /// Closes the part that small fields are collected in.
  private void flush() {
    if (tail.size() > 0) {
      parts.add(MemorySegment.ofArray(tail.toByteArray()));
      tail.reset();
    }
  }
}
