package org.kanface.kernels.cpu;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.F2D;

import java.util.concurrent.atomic.AtomicBoolean;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.kanface.kernels.Memory;
import org.kanface.kernels.ReduceKernels;
import org.kanface.kernels.Workers;

/// Reductions and softmax on vectors, in chunks of fixed size combined in their order.
final class ReduceCpu implements ReduceKernels {
  @Override
  public void sum(long outer, long n, long inner, double scale, Memory x, Memory y) {
    try (var memory = new Address("sum")) {
      long in = memory.input("x", x, outer * n * inner);
      long out = memory.output("y", y, outer * inner);
      if (inner == 0) {
        return;
      }
      if (inner > 1) {
        sumOfColumns(outer, n, inner, scale, in, out);
      } else if (n > Chunks.ELEMENTS && outer < 16) {
        for (long o = 0; o < outer; o++) {
          float total = (float) (scale * sumOfLongRow(n, in + o * n * Float.BYTES));
          Lanes.set(out + o * Float.BYTES, total);
        }
      } else {
        Chunks.rows(
            outer,
            n,
            (from, to) -> {
              int row = Math.toIntExact(n * Float.BYTES);
              for (long o = from; o < to; o++) {
                double total = ReduceRows.sum(in + o * row, row);
                Lanes.set(out + o * Float.BYTES, (float) (scale * total));
              }
            });
      }
    }
  }

  private static void sumOfColumns(long outer, long n, long inner, double scale, long x, long y) {
    long row = inner * Float.BYTES;
    ReduceColumns.run(
        1,
        outer,
        n,
        inner,
        (o, from, to, column, count, sums, _) ->
            ReduceTall.sum(
                to - from,
                row,
                count * Float.BYTES,
                x + (o * n + from) * row + column * Float.BYTES,
                sums),
        (o, column, count, totals, _) ->
            ReduceColumns.round(scale, totals, y + (o * inner + column) * Float.BYTES, count));
  }

  /// A row that is worth several threads.
  private static double sumOfLongRow(long n, long x) {
    return sumOfChunks(
        n, (from, to) -> ReduceRows.sum(x + from * Float.BYTES, (int) (to - from) * Float.BYTES));
  }

  /// A range's share of a sum.
  @FunctionalInterface
  private interface Share {
    double of(long from, long to);
  }

  private static double sumOfChunks(long n, Share share) {
    long size = 4 * Chunks.ELEMENTS;
    long chunks = Math.ceilDiv(n, size);
    long partials = Scratch.COLUMN_PARTIALS.address(chunks * Double.BYTES);
    Workers.forEach(
        chunks,
        c -> {
          double part = share.of(c * size, Math.min(n, (c + 1) * size));
          Address.SPACE.set(Lanes.DOUBLE, partials + c * Double.BYTES, part);
        });
    double total = 0;
    for (long c = 0; c < chunks; c++) {
      total += Address.SPACE.get(Lanes.DOUBLE, partials + c * Double.BYTES);
    }
    return total;
  }

  @Override
  public void sumProduct(long rows, long cols, Memory a, Memory b, Memory y) {
    try (var memory = new Address("sum of products")) {
      long as = memory.input("a", a, rows * cols);
      long bs = memory.input("b", b, rows * cols);
      long out = memory.output("y", y, cols);
      long row = cols * Float.BYTES;
      ReduceColumns.run(
          1,
          1,
          rows,
          cols,
          (_, from, to, column, count, sums, _) -> {
            long at = from * row + column * Float.BYTES;
            ReduceTall.sumProduct(to - from, row, count * Float.BYTES, as + at, bs + at, sums);
          },
          (_, column, count, totals, _) ->
              ReduceColumns.round(1, totals, out + column * Float.BYTES, count));
    }
  }

  @Override
  public void max(long outer, long n, long inner, Memory x, Memory y, Memory index) {
    try (var memory = new Address("max")) {
      long in = memory.input("x", x, outer * n * inner);
      long out = memory.output("y", y, outer * inner);
      long indices = memory.output("index", index, 2 * outer * inner); // I64: two floats each
      long row = inner * Float.BYTES;
      Chunks.rows(
          outer,
          n * inner,
          (from, to) -> {
            for (long o = from; o < to; o++) {
              if (inner == 1) {
                maxOfRow(in + o * n * row, n, out + o * row, indices + o * Long.BYTES);
              } else {
                ReduceTall.max(
                    n,
                    row,
                    Math.toIntExact(row),
                    in + o * n * row,
                    out + o * row,
                    indices + o * inner * Long.BYTES);
              }
            }
          });
    }
  }

  private static void maxOfRow(long x, long n, long y, long index) {
    int row = Math.toIntExact(n * Float.BYTES);
    int at = ReduceRows.indexOf(Float.NaN, x, row);
    if (at < 0) {
      at = ReduceRows.indexOf(ReduceRows.max(x, row), x, row);
    }
    Lanes.set(y, Lanes.get(x + (long) at * Float.BYTES));
    Address.SPACE.set(Lanes.LONG, index, at);
  }

  @Override
  public double sumOfSquares(long n, Memory x) {
    try (var memory = new Address("sum of squares")) {
      long in = memory.input("x", x, n);
      return sumOfChunks(n, (from, to) -> squares(in + from * Float.BYTES, (int) (to - from)));
    }
  }

  private static double squares(long x, int n) {
    DoubleVector low = DoubleVector.zero(Simd.D);
    DoubleVector high = low;
    for (int i = 0; i < n; i += Simd.LANES) {
      FloatVector v =
          i <= n - Simd.LANES
              ? Lanes.load(x + (long) i * Float.BYTES)
              : Lanes.load(x + (long) i * Float.BYTES, Lanes.first(n - i));
      DoubleVector first = (DoubleVector) v.convertShape(F2D, Simd.D, 0);
      DoubleVector second = (DoubleVector) v.convertShape(F2D, Simd.D, 1);
      low = first.fma(first, low);
      high = second.fma(second, high);
    }
    return Lanes.sum(low.add(high));
  }

  @Override
  public boolean allFinite(long n, Memory x) {
    try (var memory = new Address("all finite")) {
      long in = memory.input("x", x, n);
      var finite = new AtomicBoolean(true);
      Chunks.forEach(
          n,
          4 * Chunks.ELEMENTS,
          (from, to) -> {
            if (!isFinite(in + from * Float.BYTES, (int) (to - from))) {
              finite.set(false);
            }
          });
      return finite.get();
    }
  }

  // 0 * x is 0 for finite x, else NaN
  private static boolean isFinite(long x, int n) {
    FloatVector zero = Lanes.all(0f);
    FloatVector sum = zero;
    int i = 0;
    for (; i < Simd.F.loopBound(n); i += Simd.LANES) {
      sum = Lanes.load(x + (long) i * Float.BYTES).fma(zero, sum);
    }
    VectorMask<Float> mask = Lanes.first(n - i);
    sum = Lanes.load(x + (long) i * Float.BYTES, mask).fma(zero, sum);
    return sum.compare(EQ, zero).allTrue();
  }

  @Override
  public void softmax(long rows, long cols, Memory x, Memory y) {
    try (var memory = new Address("softmax")) {
      long in = memory.input("x", x, rows * cols);
      long out = memory.output("y", y, rows * cols);
      int row = Math.toIntExact(cols * Float.BYTES);
      Chunks.rows(
          rows,
          cols,
          (from, to) -> {
            for (long at = from * row; at < to * row; at += row) {
              float highest = ReduceRows.max(in + at, row);
              double sum = ReduceSoftmax.sumExp(in + at, row, highest, out + at);
              ReduceRows.scale(out + at, row, (float) (1 / sum), out + at);
            }
          });
    }
  }

  @Override
  public void softmaxBackward(long rows, long cols, Memory y, Memory dy, Memory dx) {
    try (var memory = new Address("softmax backward")) {
      long ys = memory.input("y", y, rows * cols);
      long grad = memory.input("dy", dy, rows * cols);
      long out = memory.output("dx", dx, rows * cols);
      int row = Math.toIntExact(cols * Float.BYTES);
      Chunks.rows(
          rows,
          cols,
          (from, to) -> {
            for (long at = from * row; at < to * row; at += row) {
              float dot = (float) ReduceRows.dot(ys + at, grad + at, row);
              ReduceSoftmax.backward(ys + at, grad + at, row, dot, out + at);
            }
          });
    }
  }

  @Override
  public void logSoftmax(long rows, long cols, Memory x, Memory y) {
    try (var memory = new Address("log softmax")) {
      long in = memory.input("x", x, rows * cols);
      long out = memory.output("y", y, rows * cols);
      int row = Math.toIntExact(cols * Float.BYTES);
      Chunks.rows(
          rows,
          cols,
          (from, to) -> {
            for (long at = from * row; at < to * row; at += row) {
              float highest = ReduceRows.max(in + at, row);
              double sum = ReduceSoftmax.sumExp(in + at, row, highest, 0);
              ReduceSoftmax.subtract(in + at, row, highest, (float) Math.log(sum), out + at);
            }
          });
    }
  }

  @Override
  public void logSoftmaxBackward(long rows, long cols, Memory y, Memory dy, Memory dx) {
    try (var memory = new Address("log softmax backward")) {
      long ys = memory.input("y", y, rows * cols);
      long grad = memory.input("dy", dy, rows * cols);
      long out = memory.output("dx", dx, rows * cols);
      int row = Math.toIntExact(cols * Float.BYTES);
      Chunks.rows(
          rows,
          cols,
          (from, to) -> {
            for (long at = from * row; at < to * row; at += row) {
              float sum = (float) ReduceRows.sum(grad + at, row);
              ReduceSoftmax.logBackward(ys + at, grad + at, row, sum, out + at);
            }
          });
    }
  }
}
