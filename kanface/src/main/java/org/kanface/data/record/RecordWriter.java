package org.kanface.data.record;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.kanface.data.DataException;

/// Writes a `.rec` file and its `.idx`, one record after the other. Not thread-safe.
public final class RecordWriter implements AutoCloseable {
  private final Path file;
  private final OutputStream rec;
  private final Writer idx;
  private long offset;

  /// Creates or replaces both files.
  public RecordWriter(Path recFile, Path idxFile) {
    file = recFile;
    OutputStream out = null;
    try {
      out = new BufferedOutputStream(Files.newOutputStream(recFile), 1 << 16);
      idx = Files.newBufferedWriter(idxFile);
    } catch (IOException e) {
      closeQuietly(out);
      throw new DataException("Cannot write %s: %s.".formatted(recFile, e.getMessage()), e);
    }
    rec = out;
  }

  /// Appends a record under a key.
  public void write(long key, FaceRecord record) {
    byte[] payload = record.toBytes();
    if (payload.length > RecordFile.MAX_PART) {
      throw DataException.of(
          "Record %d has %d bytes, %s takes at most %d.",
          key, payload.length, file, RecordFile.MAX_PART);
    }
    try {
      idx.write(key + "\t" + offset + "\n");
      parts(payload);
    } catch (IOException e) {
      throw new DataException("Cannot write %s: %s.".formatted(file, e.getMessage()), e);
    }
  }

  @Override
  public void close() {
    try (rec) {
      idx.close();
    } catch (IOException e) {
      throw new DataException("Cannot write %s: %s.".formatted(file, e.getMessage()), e);
    }
  }

  /// Cuts the payload wherever it holds the magic at a multiple of 4, leaving those four bytes out.
  private void parts(byte[] payload) throws IOException {
    var words = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    int from = 0;
    for (int i = 0; i + 4 <= payload.length; i += 4) {
      if (words.getInt(i) == RecordFile.MAGIC) {
        part(from == 0 ? 1 : 2, payload, from, i - from);
        from = i + 4;
      }
    }
    part(from == 0 ? 0 : 3, payload, from, payload.length - from);
  }

  private void part(int flag, byte[] payload, int from, int length) throws IOException {
    var head = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    rec.write(head.putInt(RecordFile.MAGIC).putInt(flag << 29 | length).array());
    rec.write(payload, from, length);
    int padding = -length & 3;
    rec.write(new byte[padding]);
    offset += 8L + length + padding;
  }

  private static void closeQuietly(@Nullable OutputStream out) {
    if (out != null) {
      try {
        out.close();
      } catch (IOException _) {
        // the first failure is the one worth telling
      }
    }
  }
}
