package org.kanface.data.record;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.kanface.data.DataException;

/// The index of a record file: keys and byte offsets in the order of the index file.
///
/// As text one record a line, `key<tab>offset`. Lookup is by binary search, or direct where keys
/// are 0, 1, 2, …
final class RecordIndex {
  private long[] keys = new long[1024];
  private long[] offsets = new long[1024];
  private int size;
  private int[] byKey = {}; // positions sorted by key; empty where keys equal positions

  /// Reads an index file; throws [DataException] with its line where it is malformed.
  static RecordIndex read(Path file) {
    var index = new RecordIndex();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      index.parse(in, file);
    } catch (IOException e) {
      throw new DataException("Index %s cannot be read: %s.".formatted(file, e.getMessage()), e);
    }
    index.sort(file);
    return index;
  }

  /// Appends an entry; call [#sort] before looking up.
  void add(long key, long offset) {
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, 2 * size);
      offsets = Arrays.copyOf(offsets, 2 * size);
    }
    keys[size] = key;
    offsets[size++] = offset;
  }

  void sort(Path file) {
    boolean dense = true;
    for (int i = 0; i < size && dense; i++) {
      dense = keys[i] == i;
    }
    if (dense) {
      return;
    }
    boolean ascending = true;
    for (int i = 1; i < size && ascending; i++) {
      ascending = keys[i - 1] < keys[i];
    }
    byKey = new int[size];
    Arrays.setAll(byKey, i -> i);
    if (!ascending) {
      Integer[] boxed = Arrays.stream(byKey).boxed().toArray(Integer[]::new);
      Arrays.sort(boxed, (a, b) -> Long.compare(keys[a], keys[b]));
      Arrays.setAll(byKey, i -> boxed[i]);
    }
    for (int i = 1; i < size; i++) {
      if (keys[byKey[i]] == keys[byKey[i - 1]]) {
        throw DataException.of("Index %s has key %d twice.", file, keys[byKey[i]]);
      }
    }
  }

  int size() {
    return size;
  }

  long key(int position) {
    return keys[position];
  }

  long offset(int position) {
    return offsets[position];
  }

  /// The position of a key, −1 where it does not occur.
  int position(long key) {
    if (byKey.length == 0) {
      return key >= 0 && key < size ? (int) key : -1;
    }
    int low = 0;
    int high = size - 1;
    while (low <= high) {
      int mid = (low + high) >>> 1;
      long found = keys[byKey[mid]];
      if (found == key) {
        return byKey[mid];
      } else if (found < key) {
        low = mid + 1;
      } else {
        high = mid - 1;
      }
    }
    return -1;
  }

  private void parse(InputStream in, Path file) throws IOException {
    long[] fields = new long[2];
    int field = 0;
    int digits = 0;
    long line = 1;
    int c;
    do {
      c = in.read();
      if (c >= '0' && c <= '9' && digits < 18) {
        fields[field] = fields[field] * 10 + c - '0';
        digits++;
      } else if (c == '\t' && field == 0 && digits > 0) {
        field = 1;
        digits = 0;
      } else if (c == '\n' || c < 0) {
        if (field == 1 && digits > 0) {
          add(fields[0], fields[1]);
        } else if (field == 1 || digits > 0) {
          throw malformed(file, line);
        }
        Arrays.fill(fields, 0);
        field = 0;
        digits = 0;
        line++;
      } else if (c != '\r') {
        throw malformed(file, line);
      }
    } while (c >= 0);
  }

  private static DataException malformed(Path file, long line) {
    return DataException.of("%s:%d: expected \"key<tab>offset\", both whole numbers.", file, line);
  }
}
