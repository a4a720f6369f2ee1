package org.kanface.tools.kernels;

import java.util.Map;
import org.kanface.tools.ptx.Dim3;

/// Layer, batch and L2 norms.
final class NormProfiles extends Profiles {
  NormProfiles(Map<String, double[]> rows) {
    super(rows);
  }

  @Override
  void launch() {
    norm();
    batchNorm();
  }

  private void norm() {
    try (var b = bench("norm", "norm_l2")) {
      long rows = 64;
      long cols = 192;
      Twin x = b.in("x", rows * cols);
      Twin dy = b.in("dy", rows * cols);
      Twin y = b.out("y", rows * cols);
      Twin w = b.in("w", cols);
      Twin bias = b.in("bias", cols);
      Twin m = b.in("mean", cols);
      Twin r = b.in("rstd", cols, 0.5, 2);
      Twin dw = b.out("dw", cols);
      Twin db = b.out("db", cols);
      Dim3 tiles = Dim3.of(2);
      run(b, "norm_layer_forward_f32", EIGHT, WARPS, 0, x, w, bias, y, m, r, rows, cols, 1e-6f);
      run(b, "norm_layer_backward_input_f32", EIGHT, WARPS, 0, x, w, m, r, dy, y, rows, cols);
      run(
          b,
          "norm_layer_backward_weights_f32",
          tiles,
          TILE,
          0,
          x,
          m,
          r,
          dy,
          dw,
          db,
          rows,
          cols,
          rows);
      Dim3 parts = Dim3.of(1);
      run(
          b,
          "norm_layer_backward_f32",
          parts,
          WARPS,
          0,
          x,
          w,
          m,
          r,
          dy,
          y,
          dw,
          db,
          rows,
          (int) cols);
      Dim3 both = Dim3.of(2, 2);
      run(b, "norm_finish_weights_f32", both, TILE, 0, x, dy, 0L, dw, db, 0L, cols, rows);
      run(b, "norm_l2_forward_rows_f32", EIGHT, WARPS, 0, x, y, m, rows, cols, 1e-12f);
      run(b, "norm_l2_backward_rows_f32", EIGHT, WARPS, 0, x, r, dy, y, rows, cols, 1e-12f);
      Dim3 one = Dim3.of(1);
      run(b, "norm_l2_forward_columns_f32", one, FLAT, 0, x, y, m, 1L, rows, cols, 1e-12f);
      run(b, "norm_l2_backward_columns_f32", one, FLAT, 0, x, r, dy, y, 1L, rows, cols, 1e-12f);
    }
  }

  private void batchNorm() {
    try (var b = bench("batchnorm", "columns")) {
      long rows = 64;
      long cols = 192;
      Twin x = b.in("x", rows * cols);
      Twin dy = b.in("dy", rows * cols);
      Twin y = b.out("y", rows * cols);
      Twin w = b.in("w", cols);
      Twin bias = b.in("bias", cols);
      Twin a = b.in("slope", cols);
      Twin m = b.in("mean", cols);
      Twin r = b.in("rstd", cols, 0.5, 2);
      Twin dw = b.out("dw", cols);
      Twin db = b.out("db", cols);
      Twin da = b.out("da", cols);
      Twin rest = b.out("rest", cols);
      Dim3 tiles = Dim3.of(2);
      Dim3 finish = Dim3.of(4, 64);
      run(b, "batchnorm_statistics_f32", tiles, TILE, 0, x, dw, da, db, rows, cols, rows);
      run(
          b,
          "batchnorm_finish_f32",
          Dim3.of(48),
          finish,
          0,
          dw,
          da,
          db,
          w,
          bias,
          m,
          rest,
          r,
          rows,
          cols,
          rows,
          1e-6f,
          0.1f);
      run(
          b,
          "columns_batchnorm_forward_f32",
          EIGHT,
          FLAT,
          0,
          x,
          m,
          rest,
          r,
          w,
          bias,
          a,
          y,
          rows,
          cols,
          1);
      run(
          b,
          "columns_batchnorm_eval_f32",
          EIGHT,
          FLAT,
          0,
          x,
          m,
          r,
          w,
          bias,
          a,
          y,
          rows,
          cols,
          1e-6f,
          1);
      run(
          b,
          "columns_batchnorm_backward_weights_f32",
          tiles,
          TILE,
          0,
          x,
          w,
          bias,
          a,
          m,
          r,
          dy,
          dw,
          db,
          da,
          rows,
          cols,
          rows,
          1);
      run(
          b,
          "columns_batchnorm_backward_input_f32",
          EIGHT,
          FLAT,
          0,
          x,
          w,
          bias,
          a,
          m,
          r,
          dy,
          db,
          dw,
          y,
          rows,
          cols,
          1,
          1);
    }
  }
}
