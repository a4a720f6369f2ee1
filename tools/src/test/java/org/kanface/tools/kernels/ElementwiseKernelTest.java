package org.kanface.tools.kernels;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kanface.kernels.Binary;
import org.kanface.kernels.ElementwiseKernels;
import org.kanface.kernels.Strided;
import org.kanface.kernels.Unary;
import org.kanface.tools.ptx.Dim3;

/// `elementwise.cu` and its part of `columns.cu` against the plain loops: tails, blocks that
/// are not aligned to 16 bytes, special values, broadcasting walks.
final class ElementwiseKernelTest {
  private static final ElementwiseKernels REFERENCE = Workbench.REFERENCE.elementwise();
  private static final Dim3 GRID = Dim3.of(2);
  private static final Dim3 BLOCK = Dim3.of(64);

  private static double bound(Unary f) {
    return switch (f) {
      case SIN, COS -> 30;
      case EXP -> 5;
      default -> 12;
    };
  }

  private static double[] tolerance(Unary f) {
    return switch (f) {
      case NEGATE, ABS, SQUARE, SQRT, RECIPROCAL, RELU -> new double[] {1, 1e-30};
      case EXP, SIGMOID -> new double[] {8, 1e-30};
      case SILU -> new double[] {8, 1e-6};
      case LOG, TANH -> new double[] {8, 0.1};
      case SIN, COS, GELU -> new double[] {8, 1};
    };
  }

  private static final float[] SPECIAL = {
    Float.NaN,
    Float.POSITIVE_INFINITY,
    0,
    -0f,
    1,
    -1,
    80,
    -80,
    1e-30f,
    -1000,
    Float.NEGATIVE_INFINITY
  };

  @ParameterizedTest
  @EnumSource(Unary.class)
  void unary(Unary f) {
    boolean positive = f == Unary.SQRT || f == Unary.LOG || f == Unary.RECIPROCAL;
    int wild = f == Unary.SILU || f == Unary.GELU ? SPECIAL.length - 1 : SPECIAL.length;
    try (var b = new Workbench("elementwise", f.ordinal())) {
      for (int n : new int[] {0, 1, 33, 523}) {
        Twin x = b.in("x", n, positive ? 0.1 : -bound(f), bound(f));
        forward(b, f, x);
        Twin dy = b.in("dy", n);
        Twin dx = b.out("dx", n);
        b.launch(
            "elementwise_unary_backward_f32", GRID, BLOCK, 0, x, dy, dx, (long) n, f.ordinal());
        REFERENCE.unaryBackward(f, n, x.host(), dy.host(), dx.host());
        b.requireEqual(dx, 16, 1);
      }
      forward(b, f, b.values("special", wild, i -> SPECIAL[(int) i]));
    }
  }

  private static void forward(Workbench b, Unary f, Twin x) {
    Twin y = b.out("y", x.size());
    b.launch("elementwise_unary_forward_f32", GRID, BLOCK, 0, x, y, (long) x.size(), f.ordinal());
    REFERENCE.unary(f, x.size(), x.host(), y.host());
    b.requireEqual(y, tolerance(f)[0], tolerance(f)[1]);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 3, 31, 32, 33, 515})
  void simple(long n) {
    try (var b = new Workbench("elementwise", n)) {
      Twin x = b.values("x", n, i -> i % 7 == 6 ? Double.NaN : i % 5 == 4 ? 0.3f : b.nextDouble());
      Twin z = b.in("z", n);
      Twin y = b.out("y", n);
      b.launch("elementwise_fill_f32", GRID, BLOCK, 0, y, n, 0.1f);
      REFERENCE.fill(n, 0.1, y.host());
      b.requireEqual(y, 0, 0);
      b.launch("elementwise_affine_f32", GRID, BLOCK, 0, z, y, n, -1.7f, 0.3f);
      REFERENCE.affine(n, -1.7, 0.3, z.host(), y.host());
      b.requireEqual(y, 8, 1);
      b.launch("elementwise_axpy_f32", GRID, BLOCK, 0, z, y, n, -0.7f);
      REFERENCE.axpy(n, -0.7, z.host(), y.host());
      b.requireEqual(y, 16, 1);
      b.launch("elementwise_clamp_forward_f32", GRID, BLOCK, 0, x, y, n, -0.3f, 0.3f);
      REFERENCE.clamp(n, -0.3f, 0.3f, x.host(), y.host());
      b.requireEqual(y, 0, 0);
      b.launch("elementwise_clamp_backward_f32", GRID, BLOCK, 0, x, z, y, n, -0.3f, 0.3f);
      REFERENCE.clampBackward(n, -0.3f, 0.3f, x.host(), z.host(), y.host());
      b.requireEqual(y, 0, 0);
    }
  }

  /// Addresses one element past an aligned one take the path without vectors.
  @Test
  void unaligned() {
    try (var b = new Workbench("elementwise", 3)) {
      long n = 77;
      Twin x = b.in("x", n + 1);
      Twin y = b.in("y", n);
      b.launch("elementwise_binary_same_f32", GRID, BLOCK, 0, x.device() + 4, y, y, n, 0);
      REFERENCE.axpy(n, 1, x.host().slice(4, 4 * n), y.host());
      b.requireEqual(y, 1, 1e-30);
    }
  }

  @ParameterizedTest
  @EnumSource(Binary.class)
  void binary(Binary f) {
    try (var b = new Workbench("elementwise", f.ordinal())) {
      Twin big =
          b.values("a", 4 * 5 * 33, _ -> b.nextDouble() < 0.05 ? Double.NaN : b.nextDouble());
      Twin small = b.in("b", 5 * 33, 0.25, 2);
      Twin row = b.in("row", 33, 0.25, 2);
      same(b, f, big, b.in("c", big.size(), 0.25, 2));
      walk(b, f, big, small, new long[] {4, 5, 33}, new long[] {165, 33, 1}, new long[] {0, 33, 1});
      walk(b, f, big, row, new long[] {4, 5, 33}, new long[] {165, 33, 1}, new long[] {0, 0, 1});
      walk(b, f, big, row, new long[] {33, 4}, new long[] {5, 165}, new long[] {1, 0});
      walk(b, f, big, row, new long[] {1}, new long[] {1}, new long[] {1});
      walk(b, f, big, small, new long[] {5, 3, 12}, new long[] {40, 12, 1}, new long[] {0, 16, 1});
      walk(b, f, big, row, new long[] {3, 0, 2}, new long[] {1, 1, 1}, new long[] {0, 0, 1});
      walk(
          b,
          f,
          big,
          small,
          new long[] {2, 2, 2, 2, 2, 2, 2, 2},
          new long[] {300, 5, 90, 11, 40, 3, 20, 1},
          new long[] {0, 7, 80, 0, 3, 11, 17, 2});
    }
  }

  private static void same(Workbench b, Binary f, Twin x, Twin z) {
    Twin y = b.out("y", x.size());
    b.launch("elementwise_binary_same_f32", GRID, BLOCK, 0, x, z, y, (long) x.size(), f.ordinal());
    var one = new long[] {1};
    var walk = Strided.of(new long[] {x.size()}, one, one);
    REFERENCE.binary(f, walk, x.host(), z.host(), y.host());
    b.requireEqual(y, 1, 1e-30);
  }

  private static void walk(
      Workbench b, Binary f, Twin x, Twin z, long[] dims, long[] first, long[] second) {
    var walk = Strided.of(dims, first, second);
    Twin y = b.out("y", walk.numel());
    b.launch(
        "elementwise_binary_f32",
        GRID,
        BLOCK,
        0,
        x,
        z,
        y,
        walk.numel(),
        walk.rank(),
        Walk.bytes(walk),
        f.ordinal());
    REFERENCE.binary(f, walk, x.host(), z.host(), y.host());
    b.requireEqual(y, 1, 1e-30);
  }

  /// Some columns of a matrix into some of another, four at a time.
  @ParameterizedTest
  @CsvSource({"7, 8, 12, 20", "3, 4, 4, 8", "5, 6, 8, 8", "5, 8, 9, 12"})
  void columns(long rows, long cols, long from, long to) {
    try (var b = new Workbench("elementwise", rows)) {
      Twin x = b.in("x", rows * from);
      Twin y = b.in("y", rows * to);
      var walk = Strided.of(new long[] {rows, cols}, new long[] {from, 1}, new long[] {to, 1});
      b.launch(
          "elementwise_copy_f32",
          GRID,
          BLOCK,
          0,
          x,
          y,
          walk.numel(),
          walk.rank(),
          Walk.bytes(walk));
      REFERENCE.copy(walk, x.host(), y.host());
      b.requireEqual(y, 0, 0);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 3, 2", "1, 1, 1", "4, 31, 33", "3, 65, 2"})
  void permute(long outer, long rows, long cols) {
    try (var b = new Workbench("elementwise", rows)) {
      Twin x = b.in("x", outer * rows * cols);
      Twin y = b.out("y", outer * rows * cols);
      var walk =
          Strided.of(
              new long[] {outer, cols, rows},
              new long[] {rows * cols, 1, cols},
              new long[] {rows * cols, rows, 1});
      b.launch(
          "elementwise_copy_f32",
          GRID,
          BLOCK,
          0,
          x,
          y,
          walk.numel(),
          walk.rank(),
          Walk.bytes(walk));
      REFERENCE.copy(walk, x.host(), y.host());
      b.requireEqual(y, 0, 0);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 5", "5, 0", "1, 1", "3, 31", "40, 32", "67, 100", "9, 33", "90, 12", "3, 700"})
  void matrices(long rows, long cols) {
    long n = rows * cols;
    try (var b = new Workbench("columns", n)) {
      Twin x = b.in("x", n);
      Twin w = b.in("weight", cols);
      Twin dy = b.in("dy", n);
      Twin y = b.out("y", n);
      b.launch("columns_scale_residual_f32", GRID, BLOCK, 0, x, w, dy, y, rows, cols);
      REFERENCE.scaleResidual(rows, cols, x.host(), w.host(), dy.host(), y.host());
      b.requireEqual(y, 8, 1);
      b.launch("columns_prelu_forward_f32", GRID, BLOCK, 0, x, w, y, rows, cols);
      REFERENCE.prelu(rows, cols, x.host(), w.host(), y.host());
      b.requireEqual(y, 8, 1);
      long span = Math.max(1, (rows + 2) / 3);
      int chunks = (int) Math.max(1, (rows + span - 1) / span);
      Twin partial = b.out("partial", chunks * cols);
      Twin dw = b.out("dweight", cols);
      b.launch(
          "columns_prelu_backward_f32",
          Dim3.of(2, chunks),
          cols % 4 == 0 ? Dim3.of(5, 11) : Dim3.of(32, 8),
          0,
          x,
          w,
          dy,
          y,
          partial,
          rows,
          cols,
          span);
      REFERENCE.preluBackward(rows, cols, x.host(), w.host(), dy.host(), y.host(), dw.host());
      b.requireEqual(y, 8, 1);
      b.requireChunks(partial, dw, rows, 1);
    }
  }
}
