package org.kanface.kernels.cuda;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Makes a shared library ask for another version of a library that it needs.
///
/// cuBLAS 13 has every function that JCuda's natives for cuBLAS 12 call, under the same signatures;
/// but these name the file `libcublas.so.12`, and want their functions from a version node of the
/// same name. Both names lie in the table of strings of the dynamic section; the version node is
/// found by the hash of its name, which stands beside it (System V ABI; Linux Standard Base,
/// "Symbol Versioning").
final class NeededLibrary {
  private static final int SECTION = 64; // bytes of a section's header
  private static final int DYNAMIC = 6; // types of sections
  private static final int VERSIONS_NEEDED = 0x6ffffffe;

  private final Path file;
  private final ByteBuffer elf;
  private final byte[] from;
  private final byte[] to;

  private NeededLibrary(Path file, String from, String to) throws IOException {
    this.file = file;
    this.from = from.getBytes(StandardCharsets.US_ASCII);
    this.to = to.getBytes(StandardCharsets.US_ASCII);
    elf = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    if (elf.limit() < SECTION || elf.getInt(0) != 0x464c457f || elf.get(4) != 2) {
      throw new IOException(file + ": expected a 64-bit ELF file");
    }
  }

  /// Rewrites `file`, so that it needs `to` instead of `from`; the names are of one length.
  ///
  /// Throws [IOException] where it does not need `from`.
  static void replace(Path file, String from, String to) throws IOException {
    if (from.length() != to.length()) {
      throw new IllegalArgumentException(
          "expected a name of %d characters, got %s".formatted(from.length(), to));
    }
    new NeededLibrary(file, from, to).replace();
  }

  private void replace() throws IOException {
    int sections = Math.toIntExact(elf.getLong(40));
    boolean found = false;
    for (int s = 0; s < elf.getShort(60); s++) {
      int at = sections + SECTION * s;
      if (elf.getInt(at + 4) == DYNAMIC) {
        int names = sections + SECTION * elf.getInt(at + 40);
        found |= rename(Math.toIntExact(elf.getLong(names + 24)), elf.getLong(names + 32));
      }
    }
    for (int s = 0; s < elf.getShort(60); s++) {
      int at = sections + SECTION * s;
      if (elf.getInt(at + 4) == VERSIONS_NEEDED) {
        int names = sections + SECTION * elf.getInt(at + 40);
        rehash(
            Math.toIntExact(elf.getLong(at + 24)),
            elf.getInt(at + 44),
            Math.toIntExact(elf.getLong(names + 24)));
      }
    }
    if (!found) {
      throw new IOException(
          "%s: expected it to need %s"
              .formatted(file, new String(from, StandardCharsets.US_ASCII)));
    }
    Files.write(file, elf.array());
  }

  /// Replaces the name wherever it stands alone in a table of strings.
  private boolean rename(int start, long bytes) {
    boolean found = false;
    for (int at = start + 1; at + from.length < start + bytes; at++) {
      if (elf.get(at - 1) == 0 && is(from, at)) {
        elf.put(at, to);
        found = true;
      }
    }
    return found;
  }

  /// Gives the version nodes of the new name its hash.
  private void rehash(int start, int libraries, int names) {
    int library = start;
    for (int l = 0; l < libraries; l++) {
      int node = library + elf.getInt(library + 8);
      for (int n = 0; n < elf.getShort(library + 2); n++) {
        if (is(to, names + elf.getInt(node + 8))) {
          elf.putInt(node, hash(to));
        }
        node += elf.getInt(node + 12);
      }
      library += elf.getInt(library + 12);
    }
  }

  /// Whether the string at `at` is `name`.
  private boolean is(byte[] name, int at) {
    for (int i = 0; i < name.length; i++) {
      if (elf.get(at + i) != name[i]) {
        return false;
      }
    }
    return elf.get(at + name.length) == 0;
  }

  /// The System V hash of a name.
  private static int hash(byte[] name) {
    int h = 0;
    for (byte b : name) {
      h = (h << 4) + b;
      int top = h & 0xf0000000;
      h = (h ^ top >>> 24) & ~top;
    }
    return h;
  }
}
