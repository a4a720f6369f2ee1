package org.kanface.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.kanface.kernels.cpu.Address.SPACE;

/// Brings operands into the cache ahead of use.
///
/// Tiles of a product read a dozen short streams at once, which no hardware follows; the same bytes
/// read in order come at the memory's full pace, after which the tiles find them in the cache. Java
/// has no prefetch instruction, so one byte of each line is loaded.
final class CacheLines {
  private static final long LINE = 64;

  /// Keeps the loads from being taken for dead code.
  static byte seen;

  private CacheLines() {}

  /// Reads `rows` rows of `bytes` bytes, `step` bytes apart.
  static void read(long address, long rows, long step, long bytes) {
    boolean joined = step == bytes;
    long count = joined ? 1 : rows;
    long length = joined ? rows * bytes : bytes;
    byte all = 0;
    for (long r = 0; r < count; r++) {
      long from = address + r * step;
      for (long at = 0; at < length; at += LINE) {
        all ^= SPACE.get(JAVA_BYTE, from + at);
      }
    }
    seen = all;
  }
}
