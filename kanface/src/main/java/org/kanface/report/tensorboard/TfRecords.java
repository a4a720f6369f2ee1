package org.kanface.report.tensorboard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// A file of TensorFlow's records: each a length of 8 bytes, the length's checksum of 4, as many
/// bytes of data, their checksum of 4; little-endian.
///
/// A checksum is a CRC-32C, rotated right by 15 bits, plus 0xA282EAD8. A record goes to the file in
/// one write, so that a killed program leaves at most one unfinished record, at the end.
final class TfRecords implements AutoCloseable {
  private static final int HEADER = Long.BYTES + Integer.BYTES;
  private static final int MASK = 0xA282EAD8;
  private static final long LONGEST = 1L << 30; // of a record to be believed

  private final FileChannel channel;

  private TfRecords(FileChannel channel) {
    this.channel = channel;
  }

  /// Begins a file; one of the same name is emptied.
  static TfRecords create(Path path) throws IOException {
    return new TfRecords(
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING));
  }

  /// Opens a file to go on after its leading whole records that are to be kept; cuts off the rest.
  static TfRecords resume(Path path, Predicate<byte[]> keep) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    long end = 0;
    for (byte[] data = read(channel); data != null && keep.test(data); data = read(channel)) {
      end = channel.position();
    }
    channel.truncate(end);
    channel.position(end);
    return new TfRecords(channel);
  }

  void write(byte[] data) throws IOException {
    var record = new byte[HEADER + data.length + Integer.BYTES];
    ByteBuffer out = little(record).putLong(data.length);
    out.putInt(masked(record, 0, Long.BYTES)).put(data);
    out.putInt(masked(data, 0, data.length)).flip();
    while (out.hasRemaining()) {
      channel.write(out);
    }
  }

  /// The next whole record with good checksums, or null.
  private static byte @Nullable [] read(FileChannel channel) throws IOException {
    var start = new byte[HEADER];
    if (!fill(channel, start)) {
      return null;
    }
    ByteBuffer header = little(start);
    long length = header.getLong();
    boolean sound = header.getInt() == masked(start, 0, Long.BYTES);
    if (!sound || length < 0 || length > Math.min(LONGEST, channel.size())) {
      return null;
    }
    var data = new byte[(int) length];
    var end = new byte[Integer.BYTES];
    boolean whole = fill(channel, data) && fill(channel, end);
    return whole && little(end).getInt() == masked(data, 0, data.length) ? data : null;
  }

  private static boolean fill(FileChannel channel, byte[] target) throws IOException {
    ByteBuffer into = ByteBuffer.wrap(target);
    while (into.hasRemaining()) {
      if (channel.read(into) < 0) {
        return false;
      }
    }
    return true;
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int masked(byte[] data, int from, int length) {
    var crc = new CRC32C();
    crc.update(data, from, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
