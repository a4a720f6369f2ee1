package org.kanface.data.pickle;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Writes the opcodes of simple values one after the other, in protocol 2 (which Python 2 reads) or
/// 4.
///
/// A list is `emptyList`, `mark`, its values, `appends`; a pair is its two values and `tuple2`. The
/// caller keeps them in order; nothing is buffered or memoised.
public final class PickleWriter {
  private final OutputStream out;
  private final int protocol;

  /// Starts a pickle of protocol 2 or 4.
  public PickleWriter(OutputStream out, int protocol) throws IOException {
    if (protocol != 2 && protocol != 4) {
      throw new IllegalArgumentException(
          "[PickleWriter] expected protocol 2 or 4, got " + protocol);
    }
    this.out = out;
    this.protocol = protocol;
    out.write(0x80);
    out.write(protocol);
  }

  public PickleWriter emptyList() throws IOException {
    out.write(']');
    return this;
  }

  public PickleWriter mark() throws IOException {
    out.write('(');
    return this;
  }

  /// Appends everything since the last mark to the list below it.
  public PickleWriter appends() throws IOException {
    out.write('e');
    return this;
  }

  /// A byte string: `bytes` in protocol 4, a Python 2 `str` in protocol 2.
  public PickleWriter bytes(byte[] value) throws IOException {
    boolean small = value.length < 256;
    out.write(protocol == 2 ? small ? 'U' : 'T' : small ? 'C' : 'B');
    if (small) {
      out.write(value.length);
    } else {
      int32(value.length);
    }
    out.write(value);
    return this;
  }

  /// Unicode text.
  public PickleWriter text(String value) throws IOException {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    out.write('X');
    int32(utf8.length);
    out.write(utf8);
    return this;
  }

  public PickleWriter bool(boolean value) throws IOException {
    out.write(value ? 0x88 : 0x89);
    return this;
  }

  /// The last two values as a tuple.
  public PickleWriter tuple2() throws IOException {
    out.write(0x86);
    return this;
  }

  /// Ends the pickle; the stream stays open.
  public void stop() throws IOException {
    out.write('.');
  }

  private void int32(int value) throws IOException {
    out.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }
}
