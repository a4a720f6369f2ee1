package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.SPACE;

import org.kanface.kernels.Memory;
import org.kanface.kernels.Philox;
import org.kanface.kernels.RandomKernels;
import org.kanface.kernels.Workers;

/// Random numbers. Draws are made many blocks at a time; the arithmetic on them is in double and
/// rounds once, so that they are the reference's to the bit.
final class RandomCpu implements RandomKernels {
  private static final int TASK = 1 << 13; // draws, a multiple of a group of blocks
  private static final int FLOAT = Float.BYTES;

  @Override
  public void uniform(long n, long seed, long stream, double low, double high, Memory y) {
    try (var addresses = new Address("uniform")) {
      long to = addresses.output("y", y, n);
      forEachTask(
          n,
          seed,
          stream,
          (first, count, draws) -> uniform(count, draws, low, high - low, to + first * FLOAT));
    }
  }

  private static void uniform(int n, long[] draws, double low, double width, long y) {
    for (int i = 0; i < n; i++) {
      double u = Philox.toUniform(PhiloxBlocks.draw(draws, i));
      SPACE.set(Address.FLOAT, y + (long) i * FLOAT, (float) (low + width * u));
    }
  }

  @Override
  public void normal(long n, long seed, long stream, double mean, double std, Memory y) {
    try (var addresses = new Address("normal")) {
      long to = addresses.output("y", y, n);
      forEachTask(
          n,
          seed,
          stream,
          (first, count, draws) -> normal(count, draws, mean, std, to + first * FLOAT));
    }
  }

  private static void normal(int n, long[] draws, double mean, double std, long y) {
    for (int i = 0; i < n; i += 2) {
      double u = Philox.toUniform(PhiloxBlocks.draw(draws, i));
      double r = Math.sqrt(-2 * Math.log(1 - u));
      double angle = 2 * Math.PI * Philox.toUniform(PhiloxBlocks.draw(draws, i + 1));
      long at = y + (long) i * FLOAT;
      SPACE.set(Address.FLOAT, at, (float) (mean + std * r * Math.cos(angle)));
      if (i + 1 < n) {
        SPACE.set(Address.FLOAT, at + FLOAT, (float) (mean + std * r * Math.sin(angle)));
      }
    }
  }

  @Override
  public void dropout(long rows, long cols, double p, long seed, long stream, Memory x, Memory y) {
    try (var addresses = new Address("dropout")) {
      long from = addresses.input("x", x, rows * cols);
      long to = addresses.output("y", y, rows * cols);
      double threshold = (float) p;
      if (cols == 1) {
        forEachTask(
            rows,
            seed,
            stream,
            (first, count, draws) ->
                drop(count, draws, threshold, from + first * FLOAT, to + first * FLOAT));
      } else {
        dropRows(rows, cols, threshold, seed, stream, from, to);
      }
    }
  }

  private static void drop(int n, long[] draws, double threshold, long x, long y) {
    double divisor = 1 - threshold;
    for (int i = 0; i < n; i++) {
      boolean kept = Philox.toUniform(PhiloxBlocks.draw(draws, i)) >= threshold;
      double value = SPACE.get(Address.FLOAT, x + (long) i * FLOAT) / divisor;
      SPACE.set(Address.FLOAT, y + (long) i * FLOAT, kept ? (float) value : 0);
    }
  }

  private static void dropRows(
      long rows, long cols, double threshold, long seed, long stream, long from, long to) {
    long group = Math.max(1, TASK / Math.max(1, cols));
    long pieces = Math.max(1, Math.ceilDiv(cols, TASK)); // of a long row
    Workers.forEach(
        Math.ceilDiv(rows, group) * pieces,
        chunk -> {
          long begin = chunk % pieces * TASK;
          long length = Math.min(cols - begin, TASK);
          long end = Math.min(rows, (chunk / pieces + 1) * group);
          for (long i = chunk / pieces * group; i < end; i++) {
            boolean kept = Philox.toUniform(Philox.draw(seed, stream, i)) >= threshold;
            long at = (i * cols + begin) * FLOAT;
            dropRow(kept, 1 - threshold, length, from + at, to + at);
          }
        });
  }

  private static void dropRow(boolean kept, double divisor, long cols, long x, long y) {
    if (!kept) {
      SPACE.asSlice(y, cols * FLOAT).fill((byte) 0);
      return;
    }
    for (long j = 0; j < cols; j++) {
      float value = (float) (SPACE.get(Address.FLOAT, x + j * FLOAT) / divisor);
      SPACE.set(Address.FLOAT, y + j * FLOAT, value);
    }
  }

  /// What to do with draws `first … first + count - 1`; `draws` as [PhiloxBlocks#draw] reads them.
  private interface DrawTask {
    void run(long first, int count, long[] draws);
  }

  private static void forEachTask(long n, long seed, long stream, DrawTask task) {
    Workers.forEach(
        Math.ceilDiv(n, TASK),
        chunk -> {
          long first = chunk * TASK;
          int count = (int) Math.min(TASK, n - first);
          int blocks = Math.ceilDiv(count, 4 * PhiloxBlocks.GROUP) * PhiloxBlocks.GROUP;
          var draws = new long[2 * blocks];
          PhiloxBlocks.fill(seed, stream, first >>> 2, blocks, draws);
          task.run(first, count, draws);
        });
  }
}
