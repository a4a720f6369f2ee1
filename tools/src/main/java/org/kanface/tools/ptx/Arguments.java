package org.kanface.tools.ptx;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.kanface.tools.ptx.CommandLine.UsageException;

/// Arguments of a kernel as written on the command line, and the files behind them.
final class Arguments {
  private record Output(Path file, long address, long bytes) {}

  private final SimDevice device;
  private final List<Output> outputs = new ArrayList<>();

  Arguments(SimDevice device) {
    this.device = device;
  }

  /// The values for `kernel`, with buffers made and filled.
  Object[] values(SimKernel kernel, List<String> words) throws IOException {
    List<Integer> sizes = kernel.parameterBytes();
    if (words.size() != sizes.size()) {
      throw new UsageException(
          "'%s' has %d parameters (%s bytes), got %d arguments."
              .formatted(kernel.name(), sizes.size(), sizes, words.size()));
    }
    var values = new Object[words.size()];
    for (int n = 0; n < values.length; n++) {
      values[n] = value(words.get(n), n + 1);
      int got = values[n] instanceof byte[] b ? b.length : width(values[n]);
      if (got != sizes.get(n)) {
        throw new UsageException(
            "argument %d (%s) has %d bytes; the parameter of '%s' has %d."
                .formatted(n + 1, words.get(n), got, kernel.name(), sizes.get(n)));
      }
    }
    return values;
  }

  private static int width(Object value) {
    return value instanceof Long || value instanceof Double ? 8 : 4;
  }

  private Object value(String word, int n) throws IOException {
    int colon = word.indexOf(':');
    String kind = colon < 0 ? word : word.substring(0, colon);
    String text = colon < 0 ? "" : word.substring(colon + 1);
    String name = "argument " + n;
    try {
      return switch (kind) {
        case "i32" ->
            hexadecimal(text)
                ? Integer.parseUnsignedInt(text, 2, text.length(), 16)
                : Integer.decode(text);
        case "u32" ->
            hexadecimal(text)
                ? Integer.parseUnsignedInt(text, 2, text.length(), 16)
                : Integer.parseUnsignedInt(text);
        case "i64" ->
            hexadecimal(text)
                ? Long.parseUnsignedLong(text, 2, text.length(), 16)
                : Long.decode(text);
        case "u64" ->
            hexadecimal(text)
                ? Long.parseUnsignedLong(text, 2, text.length(), 16)
                : Long.parseUnsignedLong(text);
        case "f32" -> Float.parseFloat(text);
        case "f64" -> Double.parseDouble(text);
        case "bytes" -> HexFormat.of().parseHex(text);
        case "in" -> device.upload(name, read(Path.of(text)));
        case "zeros" -> zeros(name, Long.parseLong(text));
        case "inout" -> {
          MemorySegment data = read(Path.of(text));
          long address = device.upload(name, data);
          outputs.add(new Output(Path.of(text), address, data.byteSize()));
          yield address;
        }
        case "out" -> {
          int last = text.lastIndexOf(':');
          if (last < 0) {
            throw new UsageException(name + ": expected out:FILE:BYTES, got '" + word + "'.");
          }
          long bytes = Long.parseLong(text.substring(last + 1));
          long address = zeros(name, bytes);
          outputs.add(new Output(Path.of(text.substring(0, last)), address, bytes));
          yield address;
        }
        default ->
            throw new UsageException(
                name
                    + ": expected i32:, u32:, i64:, u64:, f32:, f64:, in:, out:, inout:, zeros: or"
                    + " bytes:, got '"
                    + word
                    + "'.");
      };
    } catch (NumberFormatException _) {
      throw new UsageException(name + ": '" + text + "' is not a number that fits.");
    } catch (IllegalArgumentException e) {
      throw new UsageException(name + ": '" + text + "' is not valid: " + e.getMessage());
    }
  }

  private static boolean hexadecimal(String text) {
    return text.startsWith("0x") || text.startsWith("0X");
  }

  private long zeros(String name, long bytes) {
    if (bytes < 0 || bytes > 1L << 36) {
      throw new UsageException(name + ": expected 0 to 2^36 bytes, got " + bytes + ".");
    }
    long address = device.allocate(name, bytes);
    device.memory(address, bytes);
    return address;
  }

  private static MemorySegment read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new UsageException("the file '" + file + "' does not exist.");
    }
    return MemorySegment.ofArray(Files.readAllBytes(file));
  }

  /// Fills the module's variables as `--global NAME=in:FILE` says.
  void globals(SimModule module, List<String> words) throws IOException {
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals < 0 || !word.startsWith("in:", equals + 1)) {
        throw new UsageException("--global: expected NAME=in:FILE, got '" + word + "'.");
      }
      String name = MangledName.in(module.variables(), word.substring(0, equals));
      MemorySegment data = read(Path.of(word.substring(equals + 4)));
      long bytes = module.globalBytes(name);
      if (data.byteSize() > bytes) {
        throw new UsageException(
            "--global %s: the file has %d bytes, the variable %d."
                .formatted(name, data.byteSize(), bytes));
      }
      MemorySegment.copy(data, 0, device.memory(module.global(name), bytes), 0, data.byteSize());
    }
  }

  /// Writes the files of `out:` and `inout:`.
  void writeOutputs() throws IOException {
    for (Output o : outputs) {
      Files.write(o.file, device.memory(o.address, o.bytes).toArray(ValueLayout.JAVA_BYTE));
    }
  }
}
