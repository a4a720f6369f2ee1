package org.kanface.train;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.kanface.nn.SafeTensors;
import org.kanface.nn.StateException;
import org.kanface.tensor.Json;

/// The checkpoints of a run: `step-000001234.safetensors` in one folder, each with all tensors and,
/// in its metadata, everything else as JSON and a checksum of the tensors.
///
/// A file appears whole or not at all. Old ones go after a new one is safe.
final class Checkpoints {
  private static final String PREFIX = "step-";
  private static final String SUFFIX = ".safetensors";
  private static final String STATE = "kanface.state";
  private static final String CHECKSUM = "kanface.crc32c";
  private static final long CHUNK = 1 << 26;

  private final Path folder;
  private final int keepLast;

  Checkpoints(Path folder, int keepLast) {
    this.folder = folder;
    this.keepLast = keepLast;
  }

  /// What a checkpoint holds; close it after loading.
  record Loaded(Path path, SafeTensors file, Map<String, Object> state) implements AutoCloseable {
    /// The tensors whose names begin with `prefix`, without it.
    SequencedMap<String, SafeTensors.Entry> part(String prefix) {
      var out = new LinkedHashMap<String, SafeTensors.Entry>();
      file.entries()
          .forEach(
              (name, entry) -> {
                if (name.startsWith(prefix)) {
                  out.put(name.substring(prefix.length()), entry);
                }
              });
      return out;
    }

    @Override
    public void close() {
      file.close();
    }
  }

  /// Saves a checkpoint, then removes those beyond the last `keepLast`.
  Path save(long step, SequencedMap<String, SafeTensors.Entry> tensors, Map<String, Object> state) {
    Path target = folder.resolve(PREFIX + "%09d".formatted(step) + SUFFIX);
    var metadata = new LinkedHashMap<String, String>();
    metadata.put(STATE, Json.write(state));
    metadata.put(CHECKSUM, Long.toHexString(checksum(tensors)));
    AtomicFile.write(target, path -> SafeTensors.write(path, tensors, metadata));
    List<Path> all = list();
    for (Path old : all.subList(0, Math.max(0, all.size() - keepLast))) {
      remove(old);
    }
    return target;
  }

  /// The newest one, checked; empty where there is none. Leftovers of an interrupted save are
  /// removed.
  Optional<Loaded> latest() {
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    files(AtomicFile.TEMPORARY).forEach(Checkpoints::remove);
    List<Path> all = list();
    return all.isEmpty() ? Optional.empty() : Optional.of(load(all.getLast()));
  }

  /// Opens and checks a checkpoint; throws [TrainingException] where it is damaged.
  static Loaded load(Path path) {
    SafeTensors file;
    try {
      file = SafeTensors.open(path);
    } catch (IOException e) {
      throw new TrainingException("cannot read " + path + ": " + AtomicFile.reason(e), e);
    } catch (StateException e) {
      throw new TrainingException("damaged checkpoint: " + e.getMessage(), e);
    }
    String state = file.metadata().get(STATE);
    String expected = file.metadata().get(CHECKSUM);
    if (state == null || expected == null) {
      file.close();
      throw new TrainingException(path + " is not a checkpoint: its metadata has no " + STATE);
    }
    if (!Long.toHexString(checksum(file.entries())).equals(expected)) {
      file.close();
      throw new TrainingException(
          "damaged checkpoint: "
              + path
              + " does not have the checksum "
              + expected
              + "; remove it to go on from the one before");
    }
    return new Loaded(path, file, Json.object(Json.parse(state), STATE));
  }

  private static long checksum(Map<String, SafeTensors.Entry> tensors) {
    var crc = new CRC32C();
    for (SafeTensors.Entry entry : tensors.values()) {
      MemorySegment data = entry.data();
      for (long at = 0; at < data.byteSize(); at += CHUNK) {
        MemorySegment part = data.asSlice(at, Math.min(CHUNK, data.byteSize() - at));
        crc.update(
            part.isNative()
                ? part.asByteBuffer()
                : ByteBuffer.wrap(part.toArray(ValueLayout.JAVA_BYTE)));
      }
    }
    return crc.getValue();
  }

  /// All checkpoints, oldest first.
  private List<Path> list() {
    return files(SUFFIX);
  }

  private List<Path> files(String suffix) {
    try (Stream<Path> files = Files.list(folder)) {
      return new ArrayList<>(
          files
              .filter(
                  p -> {
                    String name = p.getFileName().toString();
                    return name.startsWith(PREFIX) && name.endsWith(suffix);
                  })
              .sorted()
              .toList());
    } catch (IOException e) {
      throw new TrainingException("cannot list " + folder + ": " + AtomicFile.reason(e), e);
    }
  }

  private static void remove(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new TrainingException("cannot remove " + path + ": " + AtomicFile.reason(e), e);
    }
  }
}
