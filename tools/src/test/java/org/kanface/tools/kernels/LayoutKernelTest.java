package org.kanface.tools.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kanface.tools.ptx.Dim3;

/// `layout.cu` against a plain loop.
final class LayoutKernelTest {
  private static final Dim3 TILES = Dim3.of(32, 8);

  @ParameterizedTest
  @CsvSource({
    "0, 3, 4",
    "2, 0, 5",
    "2, 5, 0",
    "1, 1, 1",
    "3, 1, 33",
    "2, 31, 32",
    "2, 33, 65",
    "5, 9, 70",
    "1, 100, 3"
  })
  void transpose(long batch, long rows, long cols) {
    check("layout_transpose_f32", Dim3.of(1), TILES, batch, rows, cols);
    check("layout_transpose_f32", new Dim3(3, 2, 2), TILES, batch, rows, cols);
  }

  @ParameterizedTest
  @CsvSource({"0, 4, 4", "2, 0, 4", "1, 4, 4", "3, 4, 36", "2, 64, 32", "2, 68, 100", "1, 132, 8"})
  void transposeByFours(long batch, long rows, long cols) {
    check("layout_transpose4_f32", Dim3.of(1), Dim3.of(8, 4), batch, rows, cols);
    check("layout_transpose4_f32", new Dim3(3, 2, 2), Dim3.of(8, 16), batch, rows, cols);
  }

  private static void check(
      String kernel, Dim3 grid, Dim3 block, long batch, long rows, long cols) {
    try (var b = new Workbench("layout", rows)) {
      long n = batch * rows * cols;
      Twin x = b.in("x", n);
      Twin y = b.out("y", n);
      b.launch(kernel, grid, block, 0, x, y, batch, rows, cols);
      var expected = new float[(int) n];
      for (int i = 0; i < n; i++) {
        long at = i % (rows * cols);
        expected[(int) (i - at + at % cols * rows + at / cols)] = x.get(i);
      }
      assertThat(b.floats(y)).isEqualTo(expected);
    }
  }
}
