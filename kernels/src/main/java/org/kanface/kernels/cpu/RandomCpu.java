package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.SPACE;

import org.kanface.kernels.Memory;
import org.kanface.kernels.Philox;
import org.kanface.kernels.RandomKernels;
import org.kanface.kernels.Workers;

/// Random numbers, a block of four draws at a time; the arithmetic on draws is in double and rounds
/// once, so that they are the reference's to the bit.
final class RandomCpu implements RandomKernels {
  private static final long TASK = 1 << 14; // draws, a multiple of four
  private static final int FLOAT = Float.BYTES;

  @Override
  public void uniform(long n, long seed, long stream, double low, double high, Memory y) {
    try (var addresses = new Address("uniform")) {
      long to = addresses.output("y", y, n);
      double width = high - low;
      forEachBlock(
          n,
          seed,
          stream,
          (first, count, words) -> {
            for (int k = 0; k < count; k++) {
              float u = (float) (low + width * Philox.toUniform(words[k]));
              SPACE.set(Address.FLOAT, to + (first + k) * FLOAT, u);
            }
          });
    }
  }

  @Override
  public void normal(long n, long seed, long stream, double mean, double std, Memory y) {
    try (var addresses = new Address("normal")) {
      long to = addresses.output("y", y, n);
      forEachBlock(
          n,
          seed,
          stream,
          (first, count, words) -> {
            for (int k = 0; k < count; k += 2) {
              double r = Math.sqrt(-2 * Math.log(1 - Philox.toUniform(words[k])));
              double angle = 2 * Math.PI * Philox.toUniform(words[k + 1]);
              long at = to + (first + k) * FLOAT;
              SPACE.set(Address.FLOAT, at, (float) (mean + std * r * Math.cos(angle)));
              if (k + 1 < count) {
                SPACE.set(Address.FLOAT, at + FLOAT, (float) (mean + std * r * Math.sin(angle)));
              }
            }
          });
    }
  }

  @Override
  public void dropout(long rows, long cols, double p, long seed, long stream, Memory x, Memory y) {
    try (var addresses = new Address("dropout")) {
      long from = addresses.input("x", x, rows * cols);
      long to = addresses.output("y", y, rows * cols);
      double threshold = (float) p;
      if (cols == 1) {
        forEachBlock(
            rows,
            seed,
            stream,
            (first, count, words) -> {
              for (int k = 0; k < count; k++) {
                boolean kept = Philox.toUniform(words[k]) >= threshold;
                dropRow(
                    kept, 1 - threshold, 1, from + (first + k) * FLOAT, to + (first + k) * FLOAT);
              }
            });
      } else {
        dropRows(rows, cols, threshold, seed, stream, from, to);
      }
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
    for (long j = 0; j < cols; j++) {
      float value = kept ? (float) (SPACE.get(Address.FLOAT, x + j * FLOAT) / divisor) : 0;
      SPACE.set(Address.FLOAT, y + j * FLOAT, value);
    }
  }

  /// What to do with the draws `first … first + count - 1`, the first `count` of four `words`.
  private interface BlockTask {
    void run(long first, int count, int[] words);
  }

  private static void forEachBlock(long draws, long seed, long stream, BlockTask task) {
    Workers.forEach(
        Math.ceilDiv(draws, TASK),
        chunk -> {
          var words = new int[4];
          long end = Math.min(draws, (chunk + 1) * TASK);
          for (long i = chunk * TASK; i < end; i += 4) {
            Philox.block(seed, stream, i >>> 2, words);
            task.run(i, (int) Math.min(4, end - i), words);
          }
        });
  }
}
