package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.GemmTile.LAST;
import static org.kanface.kernels.cpu.Simd.F;
import static org.kanface.kernels.cpu.Simd.LANES;
import static org.kanface.kernels.cpu.Simd.ORDER;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import org.kanface.kernels.IndexKernels;
import org.kanface.kernels.Memory;
import org.kanface.kernels.Workers;

/// Rows by number.
final class IndexCpu implements IndexKernels {
  private static final long TASK = 1 << 15; // elements
  private static final long RANGES = 16; // of target rows, a task each
  private static final long STRIPE = 4L * LANES; // columns of a task where rows are few
  private static final int FLOAT = Float.BYTES;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  @Override
  public void gatherRows(long count, long cols, Memory index, Memory x, Memory y) {
    var from = Simd.segment(x);
    try (var addresses = new Address("gather rows")) {
      long rows = addresses.input("index", index, count * 2);
      var to = Simd.segment(y);
      long bytes = cols * FLOAT;
      long group = Math.max(1, TASK / Math.max(1, cols));
      Workers.forEach(
          Math.ceilDiv(count, group),
          chunk -> {
            long end = Math.min(count, (chunk + 1) * group);
            for (long i = chunk * group; i < end; i++) {
              long row = SPACE.get(LONG, rows + i * Long.BYTES);
              MemorySegment.copy(from, row * bytes, to, i * bytes, bytes);
            }
          });
    }
  }

  /// Threads share out ranges of target rows, and columns where those are few, so that each row
  /// takes its additions in their order.
  @Override
  public void scatterAddRows(long count, long cols, Memory index, Memory x, Memory y) {
    if (cols == 0) {
      return;
    }
    long targets = y.byteSize() / (cols * FLOAT);
    try (var addresses = new Address("scatter-add rows")) {
      long rows = addresses.input("index", index, count * 2);
      long from = addresses.input("x", x, count * cols);
      long to = addresses.output("y", y, 0);
      checkRange(rows, count, targets);
      boolean small = count * cols < TASK;
      long ranges = small || cols < RANGES ? 1 : Math.clamp(targets / RANGES, 1, RANGES);
      long stripe = small || ranges == RANGES ? cols : STRIPE;
      long stripes = Math.ceilDiv(cols, stripe);
      Workers.forEach(
          ranges * stripes,
          task -> {
            long range = task / stripes;
            long begin = task % stripes * stripe;
            long end = Math.min(cols, begin + stripe);
            long first = range * targets / ranges;
            long last = (range + 1) * targets / ranges;
            for (long i = 0; i < count; i++) {
              long row = SPACE.get(LONG, rows + i * Long.BYTES);
              if (row >= first && row < last) {
                add(
                    from + (i * cols + begin) * FLOAT,
                    to + (row * cols + begin) * FLOAT,
                    end - begin);
              }
            }
          });
    }
  }

  @Override
  public void sampleRows(
      long rows, long n, long count, Memory draws, Memory positives, Memory taken, Memory places) {
    try (var addresses = new Address("sample rows")) {
      long us = addresses.input("draws", draws, rows);
      long own = addresses.input("positives", positives, n * 2);
      long chosen = addresses.output("taken", taken, count * 2);
      long found = addresses.output("places", places, n * 2);
      new IndexSample(us, rows).take(IndexSample.distinct(own, n, rows), count, chosen);
      IndexSample.find(own, n, chosen, count, found);
    }
  }

  /// The callers' promise, kept here too: a wrong number would be a write to foreign memory.
  private static void checkRange(long rows, long count, long size) {
    for (long i = 0; i < count; i++) {
      long row = SPACE.get(LONG, rows + i * Long.BYTES);
      if (row < 0 || row >= size) {
        throw new IndexOutOfBoundsException(
            "[scatter-add rows] index[%d]: expected 0 to %d, got %d".formatted(i, size - 1, row));
      }
    }
  }

  /// `y += x` for `n` elements.
  private static void add(long x, long y, long n) {
    for (long j = 0; j < n; j += LANES) {
      var mask = LAST[(int) Math.min(LANES, n - j)];
      long at = y + j * FLOAT;
      FloatVector.fromMemorySegment(F, SPACE, x + j * FLOAT, ORDER, mask)
          .add(FloatVector.fromMemorySegment(F, SPACE, at, ORDER, mask))
          .intoMemorySegment(SPACE, at, ORDER, mask);
    }
  }
}
