package org.kanface.data.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.kanface.data.DataException;
import org.kanface.nn.SafeTensors;
import org.kanface.nn.StateException;

/// Reads trained weights that others wrote, by name: shape, type and values.
///
/// Read are, told apart by content: what `torch.save` wrote (ZIP archives of PyTorch 1.6 and later,
/// and the format before), `.npy` files holding one pickled dictionary of arrays, and safetensors.
/// A state dict may be nested (`{"state_dict": …}`). Shapes and values are as stored (OIHW),
/// row-major; tensors of 8 and 16 bits and booleans become I32 or U8.
///
/// Nothing in a file is run: of a pickle's classes only those of plain tensors are known, all
/// others are refused by name. Throws [DataException], one sentence naming the file, for whatever
/// is damaged, cut off or asks for more memory than the file justifies.
public final class WeightFile {
  private static final long SPARE = 16L << 20; // bytes that copies may take in any case
  private static final int COPIES = 4; // of the file's size

  private WeightFile() {}

  /// The tensors of a file; their memory is the mapped file's and lives as long as they do.
  public static SequencedMap<String, SafeTensors.Entry> read(Path path) {
    return read(path, "");
  }

  /// The same from the dictionary at `part` of a checkpoint, a path of keys such as `model.ema`.
  public static SequencedMap<String, SafeTensors.Entry> read(Path path, String part) {
    return read(map(path), path.toString(), part);
  }

  /// The same for a file in memory, which errors call `name`.
  public static SequencedMap<String, SafeTensors.Entry> read(
      MemorySegment file, String name, String part) {
    try {
      if (isSafeTensors(file)) {
        return SafeTensors.of(file, Path.of(name)).entries();
      }
      return entries(new TensorSearch(name).tensors(value(file, name), part), file, name);
    } catch (StateException e) {
      throw new DataException("%s.".formatted(e.getMessage()), e);
    } catch (IllegalArgumentException e) {
      throw new DataException("%s is damaged: %s.".formatted(name, e.getMessage()), e);
    }
  }

  private static MemorySegment map(Path path) {
    try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
    } catch (NoSuchFileException e) {
      throw new DataException("Weights file %s does not exist.".formatted(path), e);
    } catch (IOException e) {
      throw new DataException(
          "Weights file %s cannot be read: %s.".formatted(path, e.getMessage()), e);
    }
  }

  private static Object value(MemorySegment file, String name) {
    if (starts(file, 'P', 'K')) {
      return TorchFile.readZip(file, name);
    } else if (starts(file, 0x93, 'N', 'U', 'M', 'P', 'Y')) {
      return NumpyFile.read(file, name);
    } else if (starts(file, 0x80)) {
      return TorchFile.readLegacy(file, name);
    }
    throw DataException.of(
        "%s is no file of weights known here: its %d bytes start like neither PyTorch's,"
            + " NumPy's nor safetensors'.",
        name, file.byteSize());
  }

  /// The length of a header, then its first bracket.
  private static boolean isSafeTensors(MemorySegment file) {
    return file.byteSize() > 8
        && file.get(ValueLayout.JAVA_BYTE, 8) == '{'
        && !starts(file, 'P', 'K');
  }

  private static boolean starts(MemorySegment file, int... magic) {
    if (file.byteSize() < magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if ((file.get(ValueLayout.JAVA_BYTE, i) & 0xFF) != magic[i]) {
        return false;
      }
    }
    return true;
  }

  private static SequencedMap<String, SafeTensors.Entry> entries(
      SequencedMap<String, StridedView> views, MemorySegment file, String name) {
    long budget = COPIES * file.byteSize() + SPARE;
    var out = new LinkedHashMap<String, SafeTensors.Entry>();
    for (var view : views.entrySet()) {
      if (!view.getValue().isPlain()) {
        budget -= Math.min(budget + 1, view.getValue().byteSize());
      }
      if (budget < 0) {
        throw DataException.of(
            "%s has %d bytes, and its tensors repeat them too often: \"%s\" is one too many.",
            name, file.byteSize(), view.getKey());
      }
      out.put(view.getKey(), view.getValue().entry());
    }
    return out;
  }
}
