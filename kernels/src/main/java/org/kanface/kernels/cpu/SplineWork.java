package org.kanface.kernels.cpu;

import org.kanface.kernels.Workers;

/// When spline kernels go to other threads: waking them costs microseconds.
final class SplineWork {
  /// What evaluating the basis at a point costs, in fused multiply-adds of the layer's inner loop
  /// over outputs divided by `order + 2`.
  static final long A_COLUMN = 16;

  private static final long SMALL = 100_000; // about 20 µs

  private SplineWork() {}

  /// [Workers#forEach], on the calling thread alone where `work` (edges evaluated) is small.
  static void forEach(long work, long chunks, Workers.Task task) {
    if (work >= SMALL) {
      Workers.forEach(chunks, task);
      return;
    }
    for (long c = 0; c < chunks; c++) {
      task.run(c);
    }
  }
}
