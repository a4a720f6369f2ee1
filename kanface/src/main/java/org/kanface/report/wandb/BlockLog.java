package org.kanface.report.wandb;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// LevelDB's log format as W&B has it: the file starts with `:W&B`, 0xBEE1 and version 0, and lies
/// in blocks of 32 KiB. A record is cut into chunks that do not cross blocks, each with a checksum
/// of 4 bytes, a length of 2, a type of 1 and its data; little-endian. Where fewer than 7 bytes are
/// left in a block, they are zero.
///
/// The checksum is the plain CRC-32 of type and data, where LevelDB has a masked CRC-32C. A record
/// goes to the file in one write, so that a killed program leaves at most one unfinished record, at
/// the end.
final class BlockLog implements AutoCloseable {
  private static final int BLOCK = 1 << 15;
  private static final int HEADER = 7; // of the file, and of a chunk
  private static final short MAGIC = (short) 0xBEE1;
  private static final int FULL = 1;
  private static final int FIRST = 2;
  private static final int MIDDLE = 3;
  private static final int LAST = 4;

  private final FileChannel channel;
  private long at;

  private BlockLog(FileChannel channel, long at) {
    this.channel = channel;
    this.at = at;
  }

  /// Begins a file; one of the same name is emptied.
  static BlockLog create(Path path) throws IOException {
    FileChannel channel =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING);
    write(channel, header());
    return new BlockLog(channel, HEADER);
  }

  /// Opens a file to go on after its leading whole records that are to be kept; cuts off the rest.
  /// Null where the file is not of this format.
  static @Nullable BlockLog resume(Path path, Predicate<byte[]> keep) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    var log = new BlockLog(channel, HEADER);
    if (!Arrays.equals(header(), log.read(0, HEADER))) {
      channel.close();
      return null;
    }
    long end = HEADER;
    for (byte[] record = log.next(); record != null && keep.test(record); record = log.next()) {
      end = log.at;
    }
    channel.truncate(end);
    channel.position(end);
    log.at = end;
    return log;
  }

  private static byte[] header() {
    var header = new byte[HEADER];
    little(header).put(":W&B".getBytes(StandardCharsets.US_ASCII)).putShort(MAGIC);
    return header; // and version 0
  }

  /// Adds a record.
  void add(byte[] record) throws IOException {
    var out = new ByteArrayOutputStream();
    long position = at;
    int from = 0;
    do {
      int left = BLOCK - (int) (position % BLOCK);
      if (left < HEADER) {
        out.writeBytes(new byte[left]);
        position += left;
        left = BLOCK;
      }
      int length = Math.min(left - HEADER, record.length - from);
      boolean last = from + length == record.length;
      int type = from == 0 ? (last ? FULL : FIRST) : (last ? LAST : MIDDLE);
      var chunk = new byte[HEADER + length];
      little(chunk)
          .putInt(checksum(type, record, from, length))
          .putShort((short) length)
          .put((byte) type)
          .put(record, from, length);
      out.writeBytes(chunk);
      position += HEADER + length;
      from += length;
    } while (from < record.length);
    write(channel, out.toByteArray());
    at = position;
  }

  /// The next whole record with good checksums, or null.
  private byte @Nullable [] next() throws IOException {
    var record = new ByteArrayOutputStream();
    while (true) {
      int left = BLOCK - (int) (at % BLOCK);
      at += left < HEADER ? left : 0;
      byte[] start = read(at, HEADER);
      if (start == null) {
        return null;
      }
      ByteBuffer header = little(start);
      int crc = header.getInt();
      int length = Short.toUnsignedInt(header.getShort());
      int type = header.get();
      byte[] data = read(at + HEADER, length);
      boolean follows = type == MIDDLE || type == LAST;
      if (data == null
          || type < FULL
          || type > LAST
          || follows == (record.size() == 0)
          || crc != checksum(type, data, 0, length)) {
        return null;
      }
      record.writeBytes(data);
      at += HEADER + length;
      if (type == FULL || type == LAST) {
        return record.toByteArray();
      }
    }
  }

  private byte @Nullable [] read(long position, int bytes) throws IOException {
    var target = new byte[bytes];
    ByteBuffer into = ByteBuffer.wrap(target);
    while (into.hasRemaining()) {
      if (channel.read(into, position + into.position()) < 0) {
        return null;
      }
    }
    return target;
  }

  private static void write(FileChannel channel, byte[] data) throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(data);
    while (rest.hasRemaining()) {
      channel.write(rest);
    }
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int checksum(int type, byte[] data, int from, int length) {
    var crc = new CRC32();
    crc.update(type);
    crc.update(data, from, length);
    return (int) crc.getValue();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
