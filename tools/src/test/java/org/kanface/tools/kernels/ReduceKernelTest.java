package org.kanface.tools.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kanface.kernels.ReduceKernels;
import org.kanface.tools.ptx.Dim3;

/// `reduce.cu` against the plain loops: empty axes, chunks, NaN, ties, rows that are masked.
final class ReduceKernelTest {
  private static final ReduceKernels REFERENCE = Workbench.REFERENCE.reduce();
  private static final Dim3 TILE = Dim3.of(32, 8);

  @ParameterizedTest
  @CsvSource({
    "0, 3, 2",
    "3, 2, 0",
    "3, 0, 5",
    "1, 1, 1",
    "7, 33, 1",
    "1, 5, 17",
    "4, 49, 32",
    "2, 70, 60",
    "3, 16, 33",
    "1, 1500, 1",
    "1, 300, 9",
    "65, 2, 3",
    "2, 0, 1"
  })
  void sum(long outer, long n, long inner) {
    try (var b = new Workbench("reduce", n)) {
      Twin x = b.in("x", outer * n * inner);
      for (int parts : new int[] {1, 3}) {
        for (int threads : new int[] {32, 128}) {
          long span = Math.max(1, (n + parts - 1) / parts);
          long chunks = Math.max(1, (n + span - 1) / span);
          Twin partial = b.out("partial", outer * chunks * inner);
          Twin y = b.out("y", outer * inner);
          sum(b, threads, x, partial, outer, n, inner, chunks, span, 1);
          sum(b, threads, partial, y, outer, chunks, inner, 1, chunks, -0.75f);
          REFERENCE.sum(outer, n, inner, -0.75, x.host(), y.host());
          b.requireSum(y, n, 1);
        }
      }
    }
  }

  private static void sum(
      Workbench b,
      int threads,
      Twin x,
      Twin y,
      long outer,
      long n,
      long inner,
      long chunks,
      long span,
      float scale) {
    Dim3 tile = threads == 32 ? TILE : Dim3.of(7, 9);
    if (inner == 1) {
      b.launch(
          "reduce_sum_rows_f32",
          Dim3.of(3),
          Dim3.of(threads),
          0,
          x,
          y,
          outer,
          n,
          chunks,
          span,
          scale);
    } else {
      b.launch(
          "reduce_sum_columns_f32",
          Dim3.of(1, 2),
          tile,
          0,
          x,
          y,
          outer,
          n,
          inner,
          chunks,
          span,
          scale);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 5", "5, 0", "1, 1", "33, 25", "300, 33", "300, 36"})
  void sumProduct(long rows, long cols) {
    try (var b = new Workbench("reduce", rows)) {
      Twin a = b.in("a", rows * cols);
      Twin c = b.in("b", rows * cols);
      long span = 64;
      long chunks = Math.max(1, (rows + span - 1) / span);
      Twin partial = b.out("partial", chunks * cols);
      Twin y = b.out("y", cols);
      b.launch(
          "reduce_product_columns_f32",
          Dim3.of(2, 2),
          TILE,
          0,
          a,
          c,
          partial,
          rows,
          cols,
          chunks,
          span);
      b.launch(
          "reduce_sum_columns_f32",
          Dim3.of(1),
          TILE,
          0,
          partial,
          y,
          1L,
          chunks,
          cols,
          1L,
          chunks,
          1f);
      REFERENCE.sumProduct(rows, cols, a.host(), c.host(), y.host());
      b.requireSum(y, rows, 1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 3, 2",
    "3, 2, 0",
    "1, 1, 1",
    "7, 33, 1",
    "1, 5, 17",
    "4, 49, 32",
    "3, 600, 1",
    "65, 2, 3"
  })
  void max(long outer, long n, long inner) {
    try (var b = new Workbench("reduce", n)) {
      for (boolean ties : new boolean[] {false, true}) {
        Twin x =
            b.values(
                "x",
                outer * n * inner,
                _ -> {
                  double v = b.nextDouble();
                  return ties ? v < 0.02 ? Double.NaN : v < 0.1 ? -1.0 / 0 : Math.rint(v * 3) : v;
                });
        Twin y = b.out("y", outer * inner);
        Twin index = b.outBytes("index", outer * inner, 8);
        for (int threads : new int[] {32, 256}) {
          if (inner == 1) {
            b.launch("reduce_max_rows_f32", Dim3.of(2), Dim3.of(threads), 0, x, y, index, outer, n);
          } else {
            b.launch(
                "reduce_max_columns_f32",
                Dim3.of(2),
                Dim3.of(threads),
                0,
                x,
                y,
                index,
                outer,
                n,
                inner);
          }
          REFERENCE.max(outer, n, inner, x.host(), y.host(), index.host());
          b.requireEqual(y, 0, 0);
          b.requireSameLongs(index);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 31, 33, 1021, 3000})
  void squaresAndFinite(long n) {
    try (var b = new Workbench("reduce", n)) {
      Twin x = b.in("x", n, -30, 30);
      Twin partial = b.outBytes("partial", 3, 8);
      Twin sum = b.outBytes("sum", 1, 8);
      b.launch("reduce_squares_f32", Dim3.of(3), Dim3.of(256), 0, x, partial, n);
      b.launch("reduce_squares_finish_f64", Dim3.of(1), Dim3.of(256), 0, partial, sum, 3);
      double expected = REFERENCE.sumOfSquares(n, x.host());
      assertThat(b.doubles(sum)[0]).isCloseTo(expected, within(1e-13 * expected));
      for (double last : new double[] {3e38, Double.NaN, 1.0 / 0, -1.0 / 0}) {
        Twin z = b.values("z", n, i -> i == n - 1 ? last : b.nextDouble());
        Twin flag = b.values("flag", 1, _ -> 0);
        b.launch("reduce_finite_f32", Dim3.of(2), Dim3.of(64), 0, z, flag, n);
        assertThat(b.ints(flag)[0] == 0).isEqualTo(REFERENCE.allFinite(n, z.host()));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 5", "5, 0", "1, 1", "3, 7", "4, 32", "33, 25", "2, 1021", "5, 129"})
  void softmax(long rows, long cols) {
    double ulps = 16 + 2 * Math.sqrt(cols);
    try (var b = new Workbench("reduce", rows)) {
      for (int threads : new int[] {32, 256}) {
        Dim3 block = Dim3.of(threads);
        for (boolean log : new boolean[] {false, true}) {
          String name = log ? "logsoftmax" : "softmax";
          Twin x =
              b.values(
                  "x",
                  rows * cols,
                  i -> i % cols > 0 && b.nextDouble() < 0.1 ? -1.0 / 0 : b.nextDouble() * 128 - 64);
          Twin y = b.out("y", rows * cols);
          b.launch("reduce_" + name + "_forward_f32", Dim3.of(2), block, 0, x, y, rows, cols);
          b.launch("reduce_" + name + "_forward_f32", Dim3.of(2), block, 0, x, x, rows, cols);
          if (log) {
            REFERENCE.logSoftmax(rows, cols, x.host(), y.host());
            REFERENCE.logSoftmax(rows, cols, x.host(), x.host());
          } else {
            REFERENCE.softmax(rows, cols, x.host(), y.host());
            REFERENCE.softmax(rows, cols, x.host(), x.host());
          }
          b.requireEqual(y, ulps, log ? 1 : 1e-6);
          b.requireEqual(x, ulps, log ? 1 : 1e-6);
          backward(b, name, log, rows, cols, block);
        }
      }
    }
  }

  private static void backward(
      Workbench b, String name, boolean log, long rows, long cols, Dim3 block) {
    Twin y = b.in("y", rows * cols, log ? -5 : 0, log ? 0 : 1);
    Twin dy = b.in("dy", rows * cols);
    Twin dx = b.out("dx", rows * cols);
    b.launch("reduce_" + name + "_backward_f32", Dim3.of(2), block, 0, y, dy, dx, rows, cols);
    b.launch("reduce_" + name + "_backward_f32", Dim3.of(2), block, 0, y, dy, dy, rows, cols);
    if (log) {
      REFERENCE.logSoftmaxBackward(rows, cols, y.host(), dy.host(), dx.host());
      REFERENCE.logSoftmaxBackward(rows, cols, y.host(), dy.host(), dy.host());
    } else {
      REFERENCE.softmaxBackward(rows, cols, y.host(), dy.host(), dx.host());
      REFERENCE.softmaxBackward(rows, cols, y.host(), dy.host(), dy.host());
    }
    b.requireSum(dx, cols, 1);
    b.requireSum(dy, cols, 1);
  }
}
