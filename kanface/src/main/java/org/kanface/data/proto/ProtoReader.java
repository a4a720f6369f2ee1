package org.kanface.data.proto;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Walks over the fields of one message in the wire format of protocol buffers, in file order.
///
/// ```java
/// for (var in = new ProtoReader(message); in.next(); ) {
///   if (in.field() == 2) step = in.int64();
/// }
/// ```
///
/// Messages come from files that others may have damaged: one that is cut off, has an overlong
/// number or a wire type that is no longer in use throws [IllegalArgumentException] with the place.
public final class ProtoReader {
  private final byte[] message;
  private int at;
  private int field;
  private long number; // of a varint or of fixed width
  private int from; // of a field with a length
  private int to;

  public ProtoReader(byte[] message) {
    this.message = message.clone();
  }

  /// Goes to the next field; false behind the last.
  public boolean next() {
    if (at == message.length) {
      return false;
    }
    long tag = varint();
    field = (int) (tag >>> 3);
    from = 0;
    to = 0;
    switch ((int) (tag & 7)) {
      case 0 -> number = varint();
      case 1 -> number = littleEndian(Long.BYTES);
      case 5 -> number = littleEndian(Integer.BYTES);
      case 2 -> {
        long length = varint();
        check(length >= 0 && length <= message.length - at, "a field longer than the message");
        from = at;
        at += (int) length;
        to = at;
      }
      default -> check(false, "wire type " + (tag & 7));
    }
    return true;
  }

  /// The number of the present field.
  public int field() {
    return field;
  }

  /// A varint or a number of fixed width, as its bits.
  public long int64() {
    return number;
  }

  /// The present field as a `double`.
  public double float64() {
    return Double.longBitsToDouble(number);
  }

  /// The present field as a `float`.
  public float float32() {
    return Float.intBitsToFloat((int) number);
  }

  /// The bytes of a field with a length; none for a number.
  public byte[] bytes() {
    return Arrays.copyOfRange(message, from, to);
  }

  /// The same as text in UTF-8.
  public String string() {
    return new String(message, from, to - from, StandardCharsets.UTF_8);
  }

  /// The same as a nested message.
  public ProtoReader message() {
    return new ProtoReader(bytes());
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      check(at < message.length, "the end inside a number");
      byte b = message[at++];
      value |= (b & 0x7FL) << shift;
      if (b >= 0) {
        return value;
      }
    }
    check(false, "a number of more than ten bytes");
    return value;
  }

  private long littleEndian(int bytes) {
    check(bytes <= message.length - at, "the end inside a number");
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= (message[at++] & 0xFFL) << 8 * i;
    }
    return value;
  }

  private void check(boolean holds, String found) {
    if (!holds) {
      throw new IllegalArgumentException(
          "[proto] not a message: %s at byte %d of %d".formatted(found, at, message.length));
    }
  }
}
