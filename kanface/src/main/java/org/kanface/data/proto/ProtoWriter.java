package org.kanface.data.proto;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// One message in the wire format of protocol buffers, field by field in the order of the calls.
///
/// Every field is a tag, `number << 3 | wire type`, and a value: a varint (7 bits a byte, lowest
/// first), 8 or 4 bytes little-endian, or a length and as many bytes. A field is written whenever
/// it is named, also with the value that readers assume for an absent one; leave such calls out to
/// keep messages short.
///
/// ```java
/// byte[] event = new ProtoWriter().float64(1, seconds).int64(2, step).message(5,
/// summary).toBytes();
/// ```
///
/// Large bytes given as memory are referred to, not copied: they must stay as they are until the
/// message is written.
///
/// Numbers of fields are those of the schema, from 1 to 2^29 - 1; others throw
/// [IllegalArgumentException]. Source: protobuf.dev, "Encoding".
public final class ProtoWriter {
  private static final int VARINT = 0;
  private static final int EIGHT_BYTES = 1;
  private static final int LENGTH = 2;
  private static final int FOUR_BYTES = 5;
  private static final int LARGEST_FIELD = (1 << 29) - 1;

  private static final int COPIED = 1 << 12; // bytes that are cheaper to copy than to refer to
  private static final long CHUNK = 1L << 28; // a ByteBuffer holds less than 2 GiB

  private final List<MemorySegment> parts = new ArrayList<>(); // what comes before 'out'
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /// An `int32`, `int64`, `uint32`, `uint64` or enum; negative numbers take ten bytes.
  public ProtoWriter int64(int field, long value) {
    tag(field, VARINT);
    varint(value);
    return this;
  }

  /// A `bool`.
  public ProtoWriter bool(int field, boolean value) {
    return int64(field, value ? 1 : 0);
  }

  /// A `float`.
  public ProtoWriter float32(int field, float value) {
    tag(field, FOUR_BYTES);
    littleEndian(Float.floatToRawIntBits(value), Float.BYTES);
    return this;
  }

  /// A `double`.
  public ProtoWriter float64(int field, double value) {
    tag(field, EIGHT_BYTES);
    littleEndian(Double.doubleToRawLongBits(value), Double.BYTES);
    return this;
  }

  /// A `string`, in UTF-8.
  public ProtoWriter string(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  /// A `bytes`.
  public ProtoWriter bytes(int field, byte[] value) {
    tag(field, LENGTH);
    varint(value.length);
    out.writeBytes(value);
    return this;
  }

  /// A `bytes` of any length.
  public ProtoWriter bytes(int field, MemorySegment value) {
    tag(field, LENGTH);
    varint(value.byteSize());
    append(value);
    return this;
  }

  /// A nested message, as far as it is written by now.
  public ProtoWriter message(int field, ProtoWriter value) {
    tag(field, LENGTH);
    varint(value.size());
    value.parts.forEach(this::append);
    out.writeBytes(value.out.toByteArray());
    return this;
  }

  /// A `repeated double` in packed form; nothing for no values.
  public ProtoWriter packedFloat64(int field, double... values) {
    var packed = new ProtoWriter();
    for (double value : values) {
      packed.littleEndian(Double.doubleToRawLongBits(value), Double.BYTES);
    }
    return packed(field, packed);
  }

  /// A `repeated float` in packed form; nothing for no values.
  public ProtoWriter packedFloat32(int field, float... values) {
    var packed = new ProtoWriter();
    for (float value : values) {
      packed.littleEndian(Float.floatToRawIntBits(value), Float.BYTES);
    }
    return packed(field, packed);
  }

  /// A `repeated int64` (or `int32`, enum, …) in packed form; nothing for no values.
  public ProtoWriter packedInt64(int field, long... values) {
    var packed = new ProtoWriter();
    for (long value : values) {
      packed.varint(value);
    }
    return packed(field, packed);
  }

  /// Bytes of the message so far.
  public long size() {
    return out.size() + parts.stream().mapToLong(MemorySegment::byteSize).sum();
  }

  /// The message so far.
  public byte[] toBytes() {
    var all = new ByteArrayOutputStream();
    parts.forEach(part -> all.writeBytes(part.toArray(ValueLayout.JAVA_BYTE)));
    all.writeBytes(out.toByteArray());
    return all.toByteArray();
  }

  /// Writes the message so far, of any size.
  public void writeTo(WritableByteChannel channel) throws IOException {
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

  private void append(MemorySegment bytes) {
    if (bytes.byteSize() < COPIED) {
      out.writeBytes(bytes.toArray(ValueLayout.JAVA_BYTE));
    } else {
      flush();
      parts.add(bytes);
    }
  }

  private void flush() {
    if (out.size() > 0) {
      parts.add(MemorySegment.ofArray(out.toByteArray()));
      out.reset();
    }
  }

  private ProtoWriter packed(int field, ProtoWriter values) {
    return values.out.size() == 0 ? this : bytes(field, values.toBytes());
  }

  private void tag(int field, int wireType) {
    if (field < 1 || field > LARGEST_FIELD) {
      throw new IllegalArgumentException(
          "[proto] expected a field number from 1 to %d, got %d".formatted(LARGEST_FIELD, field));
    }
    varint((long) field << 3 | wireType);
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) (rest & 0x7F | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  private void littleEndian(long bits, int bytes) {
    for (int i = 0; i < bytes; i++) {
      out.write((int) (bits >>> 8 * i));
    }
  }
}
