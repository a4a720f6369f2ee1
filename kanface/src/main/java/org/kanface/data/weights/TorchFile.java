package org.kanface.data.weights;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.kanface.data.DataException;
import org.kanface.data.pickle.Unpickler;
import org.kanface.data.weights.TorchGlobals.StorageId;

/// What `torch.save` wrote: the ZIP archives of PyTorch 1.6 and later, and the row of pickles from
/// before. Tensors in it are [StridedView]s.
final class TorchFile {
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final long PROTOCOL = 1001;

  private TorchFile() {}

  /// The value in an archive: `NAME/data.pkl`, and `NAME/data/KEY` for the bytes of each storage.
  static Object readZip(MemorySegment file, String name) {
    var zip = new StoredZip(file, name);
    String root = root(zip, name);
    MemorySegment order = zip.find(root + "byteorder");
    if (order != null
        && !new String(order.toArray(ValueLayout.JAVA_BYTE), US_ASCII).startsWith("little")) {
      throw DataException.of("%s has big-endian numbers, expected little-endian ones.", name);
    }
    MemorySegment pickle = zip.find(root + "data.pkl");
    if (pickle == null) {
      throw DataException.of("%s has no entry data.pkl, so it is no PyTorch file.", name);
    }
    var storages = new HashMap<String, TorchStorage>();
    return TorchGlobals.unpickler(
            id -> {
              TorchStorage storage = shared(storages, id);
              MemorySegment bytes = zip.find(root + "data/" + id.key());
              if (bytes == null) {
                throw new IllegalArgumentException(
                    "storage " + id.key() + " is not in the archive");
              }
              storage.fill(bytes);
              return storage;
            })
        .load(pickle, name);
  }

  /// The folder that `data.pkl` lies in.
  private static String root(StoredZip zip, String name) {
    for (String entry : zip.names()) {
      if (entry.contains("/code/") || entry.endsWith("/constants.pkl")) {
        throw DataException.of(
            "%s is a TorchScript program, expected a state dict (torch.save of"
                + " model.state_dict()).",
            name);
      }
    }
    for (String entry : zip.names()) {
      if (entry.equals("data.pkl") || entry.endsWith("/data.pkl")) {
        return entry.substring(0, entry.length() - "data.pkl".length());
      }
    }
    return "";
  }

  /// The value in a file from before PyTorch 1.6: pickles of a magic number, a version, the machine
  /// and the value, then a list of storages and their bytes.
  static Object readLegacy(MemorySegment file, String name) {
    var storages = new HashMap<String, TorchStorage>();
    var unpickler = TorchGlobals.unpickler(id -> shared(storages, id));
    var at = new Position(unpickler, file, name);
    if (!MAGIC.equals(at.next())) {
      throw DataException.of(
          "%s is a pickle, but none that torch.save wrote: its magic number is missing.", name);
    }
    if (!at.next().equals(PROTOCOL)) {
      throw DataException.of("%s has another version than %d.", name, PROTOCOL);
    }
    if (at.next() instanceof Map<?, ?> machine
        && Boolean.FALSE.equals(machine.get("little_endian"))) {
      throw DataException.of("%s has big-endian numbers, expected little-endian ones.", name);
    }
    Object value = at.next();
    if (!(at.next() instanceof List<?> keys)) {
      throw DataException.of("%s has no list of storages after its value.", name);
    }
    for (Object key : keys) {
      at.storage(storages, key);
    }
    return value;
  }

  /// One storage a key; throws [IllegalArgumentException] where a key has two types or sizes.
  private static TorchStorage shared(Map<String, TorchStorage> storages, StorageId id) {
    TorchStorage storage =
        storages.computeIfAbsent(id.key(), key -> new TorchStorage(key, id.type(), id.elements()));
    if (storage.type() != id.type() || storage.available() != id.elements()) {
      throw new IllegalArgumentException("storage " + id.key() + " in two types or sizes");
    }
    return storage;
  }

  /// Where reading has come to.
  private static final class Position {
    private final Unpickler unpickler;
    private final MemorySegment file;
    private final String name;
    private long at;

    Position(Unpickler unpickler, MemorySegment file, String name) {
      this.unpickler = unpickler;
      this.file = file;
      this.name = name;
    }

    Object next() {
      var found = unpickler.loadFirst(file.asSlice(at), name);
      at += found.length();
      return found.value();
    }

    /// The number of elements, then their bytes.
    void storage(Map<String, TorchStorage> storages, Object key) {
      TorchStorage storage = storages.get(TorchGlobals.text(key));
      if (storage == null) {
        throw DataException.of("%s has bytes of a storage that no tensor uses.", name);
      }
      long elements = file.byteSize() - at < 8 ? -1 : file.get(LONG, at);
      long bytes = storage.available() * storage.type().bytes;
      if (elements != storage.available() || bytes > file.byteSize() - at - 8) {
        throw DataException.of(
            "%s: storage %s should have %d elements at offset %d; the file is damaged or cut off.",
            name, key, storage.available(), at);
      }
      storage.fill(file.asSlice(at + 8, bytes));
      at += 8 + bytes;
    }
  }

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
}
