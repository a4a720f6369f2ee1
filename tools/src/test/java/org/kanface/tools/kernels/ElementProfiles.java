package org.kanface.tools.kernels;

import java.util.Map;
import org.kanface.kernels.Strided;
import org.kanface.tools.ptx.Dim3;

/// Elementwise work, sums along axes, casts and transpositions.
final class ElementProfiles extends Profiles {
  ElementProfiles(Map<String, double[]> rows) {
    super(rows);
  }

  @Override
  void launch() {
    elementwise();
    reduce();
    casts();
    layouts();
  }

  private void elementwise() {
    long n = 8192;
    try (var b = bench("elementwise", "columns")) {
      Twin x = b.in("x", n);
      Twin z = b.in("z", n);
      Twin y = b.in("y", n);
      Twin row = b.in("row", 192);
      var same = Strided.of(new long[] {32, 4, 64}, new long[] {256, 1, 4}, new long[] {0, 64, 1});
      run(b, "elementwise_fill_f32", EIGHT, FLAT, 0, y, n, 1f);
      run(b, "elementwise_affine_f32", EIGHT, FLAT, 0, x, y, n, 1f, 2f);
      run(b, "elementwise_axpy_f32", EIGHT, FLAT, 0, x, y, n, 1f);
      run(b, "elementwise_clamp_forward_f32", EIGHT, FLAT, 0, x, y, n, -1f, 1f);
      run(b, "elementwise_clamp_backward_f32", EIGHT, FLAT, 0, x, z, y, n, -1f, 1f);
      run(b, "elementwise_unary_forward_f32", EIGHT, FLAT, 0, x, y, n, 11);
      run(b, "elementwise_unary_backward_f32", EIGHT, FLAT, 0, x, z, y, n, 11);
      run(b, "elementwise_binary_same_f32", EIGHT, FLAT, 0, x, z, y, n, 2);
      run(b, "elementwise_binary_f32", EIGHT, FLAT, 0, x, z, y, n, 3, Walk.bytes(same), 2);
      run(b, "elementwise_copy_f32", EIGHT, FLAT, 0, x, y, n, 3, Walk.bytes(same));
      run(b, "columns_scale_residual_f32", EIGHT, FLAT, 0, x, row, z, y, 42L, 192L);
      run(b, "columns_prelu_forward_f32", EIGHT, FLAT, 0, x, row, y, 42L, 192L);
      run(
          b,
          "columns_prelu_backward_f32",
          Dim3.of(2),
          TILE,
          0,
          x,
          row,
          z,
          y,
          b.out("p", 192),
          42L,
          192L,
          42L);
    }
  }

  private void reduce() {
    try (var b = bench("reduce")) {
      Twin x = b.in("x", 64 * 192);
      Twin y = b.in("y", 64 * 192);
      Twin z = b.in("z", 64 * 192);
      Twin places = b.outBytes("places", 192, 8);
      long rows = 64;
      long cols = 192;
      Dim3 grid = Dim3.of(64);
      Dim3 block = Dim3.of(64);
      run(b, "reduce_sum_rows_f32", grid, block, 0, x, y, rows, cols, 1L, cols, 1f);
      run(b, "reduce_sum_columns_f32", Dim3.of(2), TILE, 0, x, y, 1L, rows, cols, 1L, rows, 1f);
      run(b, "reduce_product_columns_f32", Dim3.of(2), TILE, 0, x, z, y, rows, cols, 1L, rows);
      run(b, "reduce_max_rows_f32", grid, block, 0, x, y, places, rows, cols);
      run(b, "reduce_max_columns_f32", Dim3.of(1), FLAT, 0, x, y, places, 1L, rows, cols);
      run(b, "reduce_squares_f32", EIGHT, FLAT, 0, x, places, rows * cols);
      Twin sum = b.outBytes("sum", 1, 8);
      run(b, "reduce_squares_finish_f64", Dim3.of(1), FLAT, 0, places, sum, 8);
      run(b, "reduce_finite_f32", EIGHT, FLAT, 0, x, sum, rows * cols);
      for (String f : new String[] {"softmax", "logsoftmax"}) {
        run(b, "reduce_" + f + "_forward_f32", grid, block, 0, x, y, rows, cols);
        run(b, "reduce_" + f + "_backward_f32", grid, block, 0, x, z, y, rows, cols);
      }
    }
  }

  /// A batch of 4 x 32 x 32 x 3 pixels, or as many numbers.
  private void casts() {
    long n = 12_288;
    try (var b = bench("cast")) {
      Twin x = b.in("x", n);
      Twin h = b.bytes("h", 2 * n);
      Twin y = b.out("y", n);
      Twin bytes = b.bytes("bytes", n);
      Dim3 tiles = new Dim3(3, 16, 1);
      for (String half : new String[] {"f16", "bf16"}) {
        run(b, "cast_narrow_" + half, EIGHT, FLAT, 0, x, y, n);
        run(b, "cast_widen_" + half, EIGHT, FLAT, 0, h, y, n);
        run(b, "cast_pack_" + half, tiles, WARPS, 0, x, y, 128L, 1L, 128L, 90L, 0L, 0L, 96L, 96L);
        image(b, "cast_image_" + half, tiles, bytes, y);
      }
      image(b, "cast_image_f32", tiles, bytes, y);
    }
  }

  private void image(Workbench b, String kernel, Dim3 tiles, Twin bytes, Twin y) {
    run(
        b, kernel, tiles, WARPS, 0, bytes, 0L, y, 128L, 32L, 32L, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f,
        0.5f);
  }

  /// Two images of 14 x 14 pixels and 64 channels, to NCHW.
  private void layouts() {
    try (var b = bench("layout")) {
      Twin x = b.in("x", 2 * 196 * 64);
      Twin y = b.out("y", 2 * 196 * 64);
      Dim3 tiles = new Dim3(2, 7, 2);
      run(b, "layout_transpose_f32", tiles, WARPS, 0, x, y, 2L, 196L, 64L);
      Dim3 quads = new Dim3(2, 4, 2);
      run(b, "layout_transpose4_f32", quads, Dim3.of(8, 16), 0, x, y, 2L, 196L, 64L);
    }
  }
}
