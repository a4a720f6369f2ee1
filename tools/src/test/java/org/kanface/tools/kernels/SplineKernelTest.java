package org.kanface.tools.kernels;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kanface.kernels.Spline;
import org.kanface.tools.ptx.Dim3;

/// `spline.cu` against the plain loops: all orders, inputs on knots, outside them, NaN and
/// infinite.
final class SplineKernelTest {
  private static final int BLOCK = 128;

  static Twin knots(Workbench b, Spline s) {
    return b.values(
        "knots",
        s.inputs() * s.knots(),
        i -> {
          long row = (long) i / s.knots();
          long column = (long) i % s.knots();
          return (-1 + (column - s.order()) * 2.0 / s.gridSize()) * (1 + row * 0.01);
        });
  }

  /// Inputs inside and outside the grid, some exactly on knots, NaN or infinite.
  static Twin inputs(Workbench b, long size, boolean wild) {
    return b.values(
        "x",
        size,
        _ -> {
          double kind = b.nextDouble();
          double value = b.nextDouble() * 3.2 - 1.6;
          if (kind < 0.05) {
            return 0;
          }
          if (kind < 0.1) {
            return 1;
          }
          if (!wild || kind > 0.3) {
            return value;
          }
          return kind < 0.2
              ? Double.NaN
              : kind < 0.25 ? Double.POSITIVE_INFINITY : kind < 0.28 ? -1e30 : -1.0 / 0;
        });
  }

  @ParameterizedTest
  @CsvSource({
    "0, 3, 5, 3", "1, 1, 1, 0", "1, 1, 1, 5", "31, 1, 1, 3", "32, 4, 5, 1", "33, 7, 5, 2",
    "127, 1, 25, 3", "128, 1, 25, 3", "129, 3, 5, 4", "40, 7, 6, 5", "64, 5, 3, 0", "11, 2, 2, 5"
  })
  void basisAndDerivative(long n, long inputs, int gridSize, int order) {
    var s = new Spline(inputs, gridSize, order);
    for (String target : new String[] {"compute_75", "compute_80"}) {
      try (var b = new Workbench("spline", target, n + order)) {
        Twin x = inputs(b, n * inputs, true);
        Twin knots = knots(b, s);
        Twin y = b.out("y", n * inputs * s.basis());
        Twin dy = b.out("dy", n * inputs * s.basis());
        Dim3 grid = Workbench.cover(n * inputs, BLOCK, 2);
        Dim3 block = Dim3.of(BLOCK);
        b.launch("spline_forward_f32", grid, block, 0, x, knots, y, n, inputs, gridSize, order);
        b.launch("spline_derivative_f32", grid, block, 0, x, knots, dy, n, inputs, gridSize, order);
        Workbench.REFERENCE.spline().basis(s, n, x.host(), knots.host(), y.host());
        Workbench.REFERENCE.spline().basisDerivative(s, n, x.host(), knots.host(), dy.host());
        b.requireEqual(y, 32, 1);
        b.requireEqual(dy, 64, 16);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "3"})
  void coincidentKnots(int order) {
    var s = new Spline(1, 4, order);
    try (var b = new Workbench("spline", order)) {
      Twin x = b.in("x", 77, -2.5, 2.5);
      Twin knots =
          b.values("knots", s.knots(), i -> i < 3 ? -1 : i < s.knots() - 3 ? i / 4 - 1 : 2);
      Twin y = b.out("y", 77L * s.basis());
      b.launch("spline_forward_f32", Dim3.of(1), Dim3.of(BLOCK), 0, x, knots, y, 77L, 1L, 4, order);
      Workbench.REFERENCE.spline().basis(s, 77, x.host(), knots.host(), y.host());
      b.requireEqual(y, 32, 1);
    }
  }
}
