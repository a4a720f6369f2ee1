package org.kanface.kernels.cpu;

import org.kanface.kernels.Workers;

/// Cuts work into pieces whose bounds depend on the sizes alone, and runs them on the workers.
final class Chunks {
  /// Elements of a piece: enough to hide what starting it costs, few enough to stay in the L2
  /// cache.
  static final long ELEMENTS = 16 * 1024;

  /// A half-open range of elements or rows.
  @FunctionalInterface
  interface Range {
    void run(long from, long to);
  }

  private Chunks() {}

  /// Ranges of [#ELEMENTS], a multiple of every vector length, so that only the last has a tail.
  static void elements(long n, Range range) {
    forEach(n, ELEMENTS, range);
  }

  /// Ranges of whole rows that hold about [#ELEMENTS].
  static void rows(long rows, long cols, Range range) {
    forEach(rows, Math.max(1, ELEMENTS / Math.max(1, cols)), range);
  }

  static void forEach(long n, long size, Range range) {
    if (n <= size) {
      if (n > 0) {
        range.run(0, n);
      }
      return;
    }
    Workers.forEach(
        (n + size - 1) / size, chunk -> range.run(chunk * size, Math.min(n, (chunk + 1) * size)));
  }
}
