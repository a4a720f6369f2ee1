package org.kanface.kernels.cpu;

import static jdk.incubator.vector.VectorOperators.F2D;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import org.kanface.kernels.Workers;

/// Sums over the middle axis of `[outer, rows, cols]`, of one or several terms at a time (planes).
///
/// Rows are added in float32 for at most [#BLOCK] rows, blocks in double, and chunks of blocks in
/// double in their order. All bounds depend on the sizes alone. Blocks are short because the error
/// of a chain grows with its length, in proportion where summands are alike, and what should cancel
/// (gradients in front of a batch norm do) leaves just that error behind.
final class ReduceColumns {
  static final long BLOCK = 32;
  private static final long COLUMNS = 2048; // of a task: accumulators of two planes fill half an L1
  private static final long TASKS = 64; // and so the most chunks of rows

  /// Adds terms of the rows `from … to - 1` and of `cols` columns from `column` on to the float32
  /// vectors at `sums`; planes are `plane` bytes apart.
  @FunctionalInterface
  interface Terms {
    void add(long outer, long from, long to, long column, int cols, long sums, long plane);
  }

  /// Takes the totals, doubles in planes of `plane` bytes.
  @FunctionalInterface
  interface Totals {
    void take(long outer, long column, int cols, long totals, long plane);
  }

  private final int planes;
  private final long outer;
  private final long rows;
  private final long cols;
  private final Terms terms;
  private final Totals totals;
  private final long width; // columns of a task
  private final long bands; // tasks side by side
  private final long height; // rows of a chunk
  private final long chunks; // tasks one below the other
  private final long paddedWidth; // in whole vectors

  private ReduceColumns(
      int planes, long outer, long rows, long cols, long widest, Terms terms, Totals totals) {
    this.planes = planes;
    this.outer = outer;
    this.rows = rows;
    this.cols = cols;
    this.terms = terms;
    this.totals = totals;
    width = Math.max(1, Math.min(cols, widest));
    bands = (cols + width - 1) / width;
    long most = Math.clamp(TASKS / Math.max(1, outer * bands), 1, TASKS);
    height = Math.max((rows + most - 1) / most, Math.max(BLOCK, 2 * Chunks.ELEMENTS / width));
    chunks = Math.max(1, (rows + height - 1) / height);
    paddedWidth = (width + Simd.LANES - 1) / Simd.LANES * Simd.LANES;
  }

  static void run(int planes, long outer, long rows, long cols, Terms terms, Totals totals) {
    new ReduceColumns(planes, outer, rows, cols, COLUMNS, terms, totals).run();
  }

  /// As [#run] for one matrix whose terms need all columns of a row at once.
  static void runWholeRows(int planes, long rows, long cols, Terms terms, Totals totals) {
    new ReduceColumns(planes, 1, rows, cols, cols, terms, totals).run();
  }

  /// `y[j] = scale * x[j]`: stores totals `x` as float32.
  static void round(double scale, long x, long y, int n) {
    for (int j = 0; j < n; j++) {
      double total = Address.SPACE.get(Lanes.DOUBLE, x + (long) j * Double.BYTES);
      Lanes.set(y + (long) j * Float.BYTES, (float) (scale * total));
    }
  }

  private void run() {
    long plane = paddedWidth * Double.BYTES;
    if (chunks == 1) {
      long atOnce = Math.max(1, Chunks.ELEMENTS / Math.max(1, rows * width));
      Chunks.forEach(
          outer * bands,
          atOnce,
          (from, to) -> {
            long sums = Scratch.COLUMN_SUMS.address(planes * plane * 2);
            for (long task = from; task < to; task++) {
              chunk(task / bands, task % bands, 0, sums + planes * plane, sums);
              finish(task, sums, plane);
            }
          });
      return;
    }
    long partials = Scratch.COLUMN_PARTIALS.address(outer * bands * chunks * planes * plane);
    Workers.forEach(
        outer * bands * chunks,
        task -> {
          long sums = Scratch.COLUMN_SUMS.address(planes * plane);
          chunk(
              task / chunks / bands,
              task / chunks % bands,
              task % chunks,
              sums,
              partials + task * planes * plane);
        });
    for (long task = 0; task < outer * bands; task++) {
      long first = partials + task * chunks * planes * plane;
      for (long c = 1; c < chunks; c++) {
        add(first + c * planes * plane, first, planes * paddedWidth);
      }
      finish(task, first, plane);
    }
  }

  private void finish(long task, long sums, long plane) {
    long column = task % bands * width;
    totals.take(task / bands, column, (int) Math.min(width, cols - column), sums, plane);
  }

  /// Sums a chunk's rows into the doubles at `target`; `sums` holds the blocks' float32 sums.
  private void chunk(long outerIndex, long band, long chunk, long sums, long target) {
    long column = band * width;
    int count = (int) Math.min(width, cols - column);
    long floats = planes * paddedWidth;
    zero(target, floats * Double.BYTES);
    long end = Math.min(rows, (chunk + 1) * height);
    for (long from = chunk * height; from < end; from += BLOCK) {
      zero(sums, floats * Float.BYTES);
      long to = Math.min(end, from + BLOCK);
      terms.add(outerIndex, from, to, column, count, sums, paddedWidth * Float.BYTES);
      widen(sums, target, floats);
    }
  }

  private static void zero(long address, long bytes) {
    Address.SPACE.asSlice(address, bytes).fill((byte) 0);
  }

  // target += sums
  private static void widen(long sums, long target, long floats) {
    long to = target;
    for (long i = 0; i < floats * Float.BYTES; i += Lanes.BYTES) {
      FloatVector v = Lanes.load(sums + i);
      add((DoubleVector) v.convertShape(F2D, Simd.D, 0), to);
      add((DoubleVector) v.convertShape(F2D, Simd.D, 1), to + Lanes.BYTES);
      to += 2L * Lanes.BYTES;
    }
  }

  private static void add(DoubleVector v, long to) {
    DoubleVector.fromMemorySegment(Simd.D, Address.SPACE, to, Simd.ORDER)
        .add(v)
        .intoMemorySegment(Address.SPACE, to, Simd.ORDER);
  }

  private static void add(long from, long to, long doubles) {
    for (long i = 0; i < doubles * Double.BYTES; i += Lanes.BYTES) {
      add(DoubleVector.fromMemorySegment(Simd.D, Address.SPACE, from + i, Simd.ORDER), to + i);
    }
  }
}
