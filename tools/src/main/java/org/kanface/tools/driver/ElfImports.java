package org.kanface.tools.driver;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// What a 64-bit shared library expects of others: the libraries that it names, and the symbols
/// that
/// it leaves open.
record ElfImports(List<String> libraries, List<String> symbols) {
  private static final int DYNAMIC = 6; // section types
  private static final int SYMBOLS = 11;

  ElfImports {
    libraries = List.copyOf(libraries);
    symbols = List.copyOf(symbols);
  }

  /// Reads them from a file; throws [IOException] where it is no 64-bit ELF file.
  static ElfImports of(Path file) throws IOException {
    var in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    if (in.limit() < 64 || in.getInt(0) != 0x464c457f || in.get(4) != 2) {
      throw new IOException(file + ": expected a 64-bit ELF file");
    }
    var libraries = new ArrayList<String>();
    var symbols = new ArrayList<String>();
    int sections = (int) in.getLong(40);
    for (int s = 0; s < in.getShort(60); s++) {
      int at = sections + 64 * s;
      int type = in.getInt(at + 4);
      if (type != DYNAMIC && type != SYMBOLS) {
        continue;
      }
      int from = (int) in.getLong(at + 24);
      int bytes = (int) in.getLong(at + 32);
      int names = (int) in.getLong(sections + 64 * in.getInt(at + 40) + 24);
      if (type == DYNAMIC) {
        for (int e = from; e < from + bytes; e += 16) {
          if (in.getLong(e) == 1) { // DT_NEEDED
            libraries.add(string(in, names + (int) in.getLong(e + 8)));
          }
        }
      } else {
        for (int e = from + 24; e < from + bytes; e += 24) {
          if (in.getShort(e + 6) == 0) { // undefined here
            symbols.add(string(in, names + in.getInt(e)));
          }
        }
      }
    }
    return new ElfImports(libraries, symbols);
  }

  /// Those of the symbols that `wanted` accepts, in order.
  List<String> symbols(Predicate<String> wanted) {
    return symbols.stream().filter(wanted).sorted().toList();
  }

  private static String string(ByteBuffer in, int at) {
    int end = at;
    while (in.get(end) != 0) {
      end++;
    }
    var name = new byte[end - at];
    in.get(at, name);
    return new String(name, StandardCharsets.US_ASCII);
  }
}
