package org.kanface.tools.kernels;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.kanface.tools.ptx.Dim3;

/// Losses, optimisers, random numbers and rows by number.
final class LossProfiles extends Profiles {
  LossProfiles(Map<String, double[]> rows) {
    super(rows);
  }

  @Override
  void launch() {
    loss();
    updates();
    sample();
    lists();
  }

  private void loss() {
    try (var b = bench("loss")) {
      long rows = 16;
      long cols = 1000;
      Twin z = b.in("z", rows * cols);
      Twin g = b.in("g", rows * cols);
      Twin y = b.out("y", rows * cols);
      Twin labels = b.indices("labels", rows, -1, cols);
      Twin losses = b.in("losses", rows);
      Twin top = b.out("top", rows);
      Twin sum = b.out("sum", rows);
      Dim3 grid = Dim3.of(16);
      Dim3 tiles = Dim3.of(4, 16);
      Object[] m = {rows, cols, 0, 64f, 0.5f, Float.POSITIVE_INFINITY};
      run(
          b,
          "loss_margin_forward_f32",
          grid,
          FLAT,
          0,
          z,
          labels,
          y,
          m[0],
          m[1],
          m[2],
          m[3],
          m[4],
          m[5]);
      run(
          b,
          "loss_margin_backward_f32",
          grid,
          FLAT,
          0,
          z,
          labels,
          g,
          y,
          m[0],
          m[1],
          m[2],
          m[3],
          m[4],
          m[5],
          1);
      run(b, "loss_crossentropy_forward_f32", grid, FLAT, 0, z, labels, y, losses, rows, cols, 0f);
      run(b, "loss_crossentropy_backward_f32", tiles, FLAT, 0, z, labels, losses, y, rows, cols, 1);
      run(
          b,
          "loss_margin_crossentropy_forward_f32",
          grid,
          FLAT,
          0,
          z,
          labels,
          top,
          sum,
          losses,
          m[0],
          m[1],
          m[2],
          m[3],
          m[4],
          m[5]);
      run(
          b,
          "loss_margin_crossentropy_backward_f32",
          tiles,
          FLAT,
          0,
          z,
          labels,
          top,
          sum,
          losses,
          y,
          m[0],
          m[1],
          m[2],
          m[3],
          m[4],
          m[5]);
    }
  }

  private void updates() {
    long n = 8192;
    try (var b = bench("optimizer")) {
      Twin p = b.in("p", n);
      Twin g = b.in("g", n);
      Twin m = b.in("m", n);
      Twin v = b.in("v", n, 0.1, 1);
      run(b, "optimizer_sgd_f32", EIGHT, FLAT, 0, p, g, m, n, 0.1f, 0.9f, 1f, 1e-4f, 1f, 1, 0);
      run(
          b,
          "optimizer_adam_f32",
          EIGHT,
          FLAT,
          0,
          p,
          g,
          m,
          v,
          n,
          1f,
          0f,
          0.9f,
          0.1f,
          0.99f,
          0.01f,
          0.1f,
          1f,
          1e-8f,
          1f);
      run(b, "optimizer_ema_f32", EIGHT, FLAT, 0, p, m, n, 0.9f, 0.1f);
    }
    try (var b = bench("random")) {
      Twin x = b.in("x", n);
      run(b, "random_uniform_f32", EIGHT, FLAT, 0, x, n, 1L, 2L, 0.0, 1.0);
      run(b, "random_normal_f32", EIGHT, FLAT, 0, x, n, 1L, 2L, 0f, 1f);
      run(b, "random_dropout_f32", EIGHT, FLAT, 0, x, x, n, 1L, 0.5f, 1L, 2L);
    }
    try (var b = bench("index")) {
      Twin x = b.in("x", 64 * 192);
      Twin y = b.in("y", 64 * 192);
      Twin index = b.indices("index", 64, 0, 64);
      Twin keys = b.outBytes("keys", 64, 8);
      Twin head = b.indices("head", 64, -1, 0);
      Twin next = b.outBytes("next", 64, 8);
      run(b, "index_gather_f32", EIGHT, WARPS, 0, index, x, y, 64L, 192L);
      run(b, "index_sort_i64", Dim3.of(1), Dim3.of(32), 0, index, keys, 64L);
      run(b, "index_link_i64", Dim3.of(1), FLAT, 0, keys, head, next, 64L);
      Dim3 grid = Dim3.of(8, 2);
      run(b, "index_scatter_add_f32", grid, WARPS, 0, keys, head, next, x, y, 64L, 192L);
    }
  }

  private void sample() {
    long rows = 8192;
    long count = 2458;
    try (var b = bench("sample")) {
      Twin keys = b.in("keys", rows, 0, 0.9999);
      Twin positives = b.indices("positives", 128, 0, rows);
      Twin state = b.indices("state", 2, 0, 1);
      Twin bins = b.indices("bins", 2048, 0, 1);
      Twin sums = b.outBytes("sums", 16, 8);
      Twin taken = b.outBytes("taken", count, 8);
      Twin places = b.outBytes("places", 128, 8);
      Dim3 one = Dim3.of(1);
      Dim3 scanners = Dim3.of(1024);
      run(b, "sample_mark_f32", one, FLAT, 0, positives, keys, 128L);
      run(b, "sample_bins_f32", Dim3.of(2), FLAT, 0, keys, state, bins, rows, 20, 11);
      run(b, "sample_digit_i64", one, scanners, 0, bins, state, count, 20);
      for (int shift : new int[] {10, 0}) {
        Twin more = b.indices("bins", 2048, 0, 1);
        b.launch("sample_bins_f32", Dim3.of(2), FLAT, 0, keys, state, more, rows, shift, 10);
        b.launch("sample_digit_i64", one, scanners, 0, more, state, count, shift);
      }
      run(b, "sample_count_f32", one, WARPS, 0, keys, state, sums, rows);
      run(b, "sample_scan_i64", one, scanners, 0, sums, 8L);
      run(b, "sample_take_f32", one, WARPS, 0, keys, state, sums, taken, rows, count);
      run(b, "sample_places_i64", one, FLAT, 0, positives, taken, places, 128L, count);
    }
  }

  /// Twelve blocks of 1,000 elements.
  private void lists() {
    try (var b = bench("many")) {
      var states = new ArrayList<List<Twin>>();
      var blocks = new ArrayList<List<Twin>>();
      for (int i = 0; i < 12; i++) {
        Twin g = b.in("g", 1000);
        states.add(List.of(b.in("p", 1000), g, b.in("m", 1000), b.in("v", 1000, 0.1, 1)));
        blocks.add(List.of(g));
      }
      byte[] list = ManyKernelTest.list(128, blocks, 512);
      Twin sums = b.outBytes("sums", 24, Double.BYTES);
      Twin flag = b.ints("flag", 0);
      Dim3 grid = Dim3.of(24);
      run(b, "many_squares_f32", grid, FLAT, 0, list, sums, 512L);
      run(b, "many_finite_f32", grid, FLAT, 0, list, flag, 512L);
      run(b, "many_unscale_f32", grid, FLAT, 0, list, flag, 512L, 0.5f);
      byte[] steps = ManyKernelTest.list(72, states, 512);
      run(b, "many_sgd_f32", grid, FLAT, 0, steps, 512L, 0.1f, 0.9f, 1f, 1e-4f, 1f, 1, 0);
      run(
          b,
          "many_adam_f32",
          grid,
          FLAT,
          0,
          steps,
          512L,
          1f,
          0f,
          0.9f,
          0.1f,
          0.99f,
          0.01f,
          0.1f,
          1f,
          1e-8f,
          1f);
    }
  }
}
