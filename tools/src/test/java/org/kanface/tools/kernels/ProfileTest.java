package org.kanface.tools.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.Pool2d;
import org.kanface.kernels.Spline;
import org.kanface.kernels.Strided;
import org.kanface.tools.ptx.Dim3;
import org.kanface.tools.ptx.LaunchReport;
import org.kanface.tools.ptx.SimOptions;

/// What every kernel does on one launch of fixed size, held to the committed table: instructions of
/// warps, sectors of 32 bytes a request to global memory (4 is 32 lanes side by side, 16 their
/// 16-byte loads), sectors in all against the distinct ones, bank conflicts, and the percentage of
/// an H100's roofline that all these allow. A number that grows by more than 2 %, or the last one
/// where it falls by as much, fails; `-Dkanface.budgets=write` writes the table anew.
final class ProfileTest {
  private static final Path TABLE = Path.of("src/test/resources/cuda/profile.txt");
  private static final SimOptions PROFILE = new SimOptions(false, true, 1);
  private static final double SLACK = 1.02;
  private static final Dim3 WARPS = Dim3.of(32, 8);
  private static final Dim3 FLAT = Dim3.of(256);
  private static final Dim3 TILE = Dim3.of(24, 10); // of 48 units of 4 columns
  private static final Dim3 EIGHT = Dim3.of(8);

  private final TreeMap<String, double[]> actual = new TreeMap<>();

  @Test
  void everyKernelStaysInItsBudget() throws IOException {
    elementwise();
    reduce();
    norm();
    batchNorm();
    loss();
    updates();
    casts();
    layouts();
    lists();
    splines();
    depthwise();
    gemm();
    pool();
    if ("write".equals(System.getProperty("kanface.budgets"))) {
      write();
      return;
    }
    TreeMap<String, double[]> granted = read();
    var worse = new ArrayList<String>();
    actual.forEach(
        (kernel, now) -> {
          double[] most = granted.get(kernel);
          for (int i = 0; i < now.length; i++) {
            boolean isShare = i == now.length - 1; // more is better
            if (most == null || (isShare ? now[i] * SLACK < most[i] : now[i] > most[i] * SLACK)) {
              worse.add(kernel + ": granted " + text(most) + ", takes " + text(now));
              break;
            }
          }
        });
    assertThat(worse).isEmpty();
    assertThat(granted.keySet()).isEqualTo(actual.keySet());
    assertThat(actual.keySet()).isEqualTo(everyKernel());
  }

  private static TreeSet<String> everyKernel() {
    var names = new TreeSet<String>();
    for (String family :
        List.of(
            "elementwise",
            "reduce",
            "norm",
            "batchnorm",
            "loss",
            "optimizer",
            "cast",
            "layout",
            "many",
            "random",
            "index",
            "spline",
            "kan",
            "depthwise",
            "gemm",
            "pool")) {
      try (var b = new Workbench(family, 0)) {
        names.addAll(b.module().kernels());
      }
    }
    return names;
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

  private void gemm() {
    try (var b = bench("gemm")) {
      Twin c = b.in("c", 64 * 96);
      Twin bias = b.in("bias", 96);
      Twin kept = b.out("kept", 64 * 96);
      Twin scale = b.in("scale", 96);
      Twin residual = b.in("residual", 64 * 96);
      Object[] arguments = {c, bias, kept, scale, residual, 64L, 96L, 96L, 3};
      run(b, "gemm_epilogue_f32", Dim3.of(6), FLAT, 0, arguments);
      small(b, c, residual, kept);
    }
  }

  /// 64 x 96 by 64 x 96, transposed.
  private void small(Workbench b, Twin x, Twin w, Twin y) {
    Object[] arguments = {x, w, y, 0L, 0L, 0L, 0L, 64L, 64L, 96L, 96L, 96L, 64L, 1f, 0};
    run(b, "gemm_small_f32", Dim3.of(2, 32), WARPS, 0, arguments);
  }

  /// Windows of 3 x 3 every 2 pixels, as in front of residual networks.
  private void pool() {
    try (var b = bench("pool")) {
      var shape = Pool2d.of(2, 15, 15, 64, 3, 2, 1);
      byte[] p = PoolKernelTest.bytes(shape, shape.outH(), shape.outW());
      Twin x = b.in("x", 2 * 15 * 15 * 64);
      Twin y = b.out("y", 2 * 8 * 8 * 64);
      Twin argmax = b.outBytes("argmax", 2 * 8 * 8 * 64, Long.BYTES);
      Dim3 block = Dim3.of(16, 16);
      Dim3 outputs = Dim3.of(1, 8);
      Dim3 inputs = Dim3.of(1, 29);
      run(b, "pool_max_forward_f32", outputs, block, 0, x, y, argmax, p);
      run(b, "pool_max_backward_f32", outputs, block, 0, argmax, y, x, p);
      run(b, "pool_average_forward_f32", outputs, block, 0, x, y, p, 1);
      run(b, "pool_average_backward_f32", inputs, block, 0, y, x, p, 1);
    }
  }

  private static Workbench bench(String family) {
    return new Workbench(family, "compute_80", 1, PROFILE);
  }

  private void run(
      Workbench b, String kernel, Dim3 grid, Dim3 block, int shared, Object... arguments) {
    LaunchReport r = b.launch(kernel, grid, block, shared, arguments);
    double sectors = r.globalSectors();
    actual.put(
        kernel,
        new double[] {
          r.warpInstructions(),
          sectors / Math.max(1, r.globalRequests()),
          32 * sectors / Math.max(1, r.touchedBytes()),
          r.bankConflicts(),
          100 * r.rooflineShare("h100")
        });
  }

  private void elementwise() {
    long n = 8192;
    try (var b = bench("elementwise")) {
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
      run(b, "elementwise_scale_residual_f32", EIGHT, FLAT, 0, x, row, z, y, 42L, 192L);
      run(b, "elementwise_prelu_forward_f32", EIGHT, FLAT, 0, x, row, y, 42L, 192L);
      run(
          b,
          "elementwise_prelu_backward_f32",
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

  private void norm() {
    try (var b = bench("norm")) {
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
    try (var b = bench("batchnorm")) {
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
      run(b, "batchnorm_forward_f32", EIGHT, FLAT, 0, x, m, rest, r, w, bias, a, y, rows, cols, 1);
      run(b, "batchnorm_eval_f32", EIGHT, FLAT, 0, x, m, r, w, bias, a, y, rows, cols, 1e-6f, 1);
      run(
          b,
          "batchnorm_backward_weights_f32",
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
          "batchnorm_backward_input_f32",
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

  /// The head of KANFace at rank ratio 0.6, made smaller: grid 25, order 3.
  private void splines() {
    long n = 64;
    long in = 16;
    long out = 256;
    int basis = 28;
    var s = new Spline(in, 25, 3);
    try (var b = bench("spline")) {
      Twin x = SplineKernelTest.inputs(b, n * in, false);
      Twin knots = SplineKernelTest.knots(b, s);
      Twin y = b.out("y", n * in * basis);
      for (String f : new String[] {"forward", "derivative"}) {
        run(b, "spline_" + f + "_f32", EIGHT, Dim3.of(128), 0, x, knots, y, n, in, 25, 3);
      }
    }
    try (var b = bench("kan")) {
      Twin x = SplineKernelTest.inputs(b, n * in, false);
      Twin knots = SplineKernelTest.knots(b, s);
      Twin coef = b.in("coef", in * basis * out);
      Twin base = b.in("scaleBase", in * out);
      Twin scale = b.in("scaleSpline", in * out);
      Twin points = b.out("points", n * in * 8);
      Twin sorted = b.out("sorted", n * in * 8);
      Twin bounds = b.outBytes("bounds", in * 26, 4);
      Twin dy = b.in("dy", n * out);
      Twin dx = b.out("dx", n * in);
      Twin y = b.out("y", n * in * out);
      Twin sums = b.out("sums", in * (basis + 1) * out);
      int buffers = 2 * (basis + 6) * 512;
      for (String f : new String[] {"backward", "forward"}) {
        run(
            b,
            "kan_points_" + f + "_f32",
            Dim3.of(1, 16),
            Dim3.of(64),
            0,
            x,
            knots,
            points,
            n,
            in,
            25,
            3);
      }
      run(
          b,
          "kan_forward_f32",
          Dim3.of(2, 1),
          WARPS,
          buffers,
          points,
          coef,
          base,
          scale,
          y,
          n,
          in,
          out,
          basis,
          3,
          2,
          1f,
          in);
      run(
          b,
          "kan_forward_direct_f32",
          Dim3.of((int) (out + 31) / 32, (int) n),
          WARPS,
          8 * 128,
          points,
          coef,
          base,
          scale,
          y,
          n,
          in,
          out,
          basis,
          3,
          1f);
      run(
          b,
          "kan_forward_edges_f32",
          Dim3.of(64),
          FLAT,
          0,
          points,
          coef,
          base,
          scale,
          y,
          n,
          in,
          out,
          basis,
          3);
      run(b, "kan_finish_f32", EIGHT, FLAT, 0, coef, y, n * out, 2, 1f);
      run(
          b,
          "kan_backward_input_f32",
          new Dim3(2, 1, 4),
          WARPS,
          buffers,
          points,
          coef,
          base,
          scale,
          dy,
          y,
          n,
          in,
          out,
          basis,
          3,
          2,
          1f,
          in / 4);
      run(
          b,
          "kan_backward_input_direct_f32",
          Dim3.of(16, 1),
          WARPS,
          0,
          points,
          coef,
          base,
          scale,
          dy,
          dx,
          n,
          in,
          out,
          basis,
          3,
          1f,
          out,
          0L);
      run(
          b,
          "kan_sort_f32",
          Dim3.of(16),
          WARPS,
          8 * 25 * 4,
          points,
          0L,
          sorted,
          bounds,
          n,
          in,
          25,
          n);
      run(
          b,
          "kan_backward_weights_f32",
          Dim3.of(2, 4),
          Dim3.of(32, 4),
          0,
          sorted,
          bounds,
          dy,
          coef,
          scale,
          0L,
          y,
          base,
          scale,
          n,
          in,
          out,
          25,
          3,
          1f,
          n,
          out,
          0L);
      run(
          b,
          "kan_backward_weights_finish_f32",
          Dim3.of(4, 16),
          WARPS,
          0,
          sums,
          coef,
          scale,
          y,
          base,
          scale,
          in,
          out,
          basis,
          1);
    }
  }

  private void depthwise() {
    var s = Conv2d.of(1, 14, 14, 64, 64, 5, 1, 2, 64);
    try (var b = bench("depthwise")) {
      Twin x = b.in("x", s.inputNumel());
      Twin w = b.in("w", s.weightNumel());
      Twin y = b.out("y", s.outputNumel());
      Twin dw = b.out("dw", s.weightNumel());
      byte[] shape = DepthwiseKernelTest.bytes(s, 1);
      Dim3 grid = Dim3.of(2, 7);
      run(b, "depthwise_forward_f32", grid, WARPS, 25 * 132, x, w, 0L, y, shape);
      run(b, "depthwise_backward_input_f32", Dim3.of(2, 14), WARPS, 25 * 132, x, w, y, shape);
      run(b, "depthwise_backward_weight_f32", Dim3.of(2, 5), WARPS, 0, x, y, dw, shape, 14L);
    }
    for (int kernel = 3; kernel <= 9; kernel += 2) {
      strips(Conv2d.of(1, 14, 14, 64, 64, kernel, 1, kernel / 2, 64));
    }
  }

  private void strips(Conv2d s) {
    try (var b = bench("depthwise")) {
      Twin x = b.in("x", s.inputNumel());
      Twin w = b.in("w", s.weightNumel());
      Twin y = b.out("y", s.outputNumel());
      Twin dw = b.out("dw", s.weightNumel());
      byte[] shape = DepthwiseKernelTest.bytes(s, 4);
      int shared = s.kh() * s.kw() * 36 * Float.BYTES;
      String forward = "depthwise_forward_k%d_f32".formatted(s.kw());
      run(b, forward, Dim3.of(2, 1), Dim3.of(8, 28), shared, x, w, 0L, y, shape, 0);
      int depth = 32 / s.kh();
      var block = new Dim3(8, s.kh(), depth);
      String backward = "depthwise_backward_weight_k%d_f32".formatted(s.kw());
      run(b, backward, Dim3.of(2), block, depth * shared, x, y, dw, shape, 28L);
    }
  }

  private static String text(double[] row) {
    return row == null
        ? "nothing"
        : String.format(
            Locale.ROOT, "%.0f %.2f %.2f %.0f %.1f", row[0], row[1], row[2], row[3], row[4]);
  }

  private static TreeMap<String, double[]> read() throws IOException {
    var rows = new TreeMap<String, double[]>();
    for (String line : Files.readAllLines(TABLE)) {
      if (!line.startsWith("#")) {
        String[] words = line.split(" ");
        var numbers = new double[words.length - 1];
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = Double.parseDouble(words[i + 1]);
        }
        rows.put(words[0], numbers);
      }
    }
    return rows;
  }

  private void write() throws IOException {
    var text =
        new StringBuilder(
            "# kernel warp-instructions sectors-a-request sectors-per-distinct-sector"
                + " bank-conflicts percent-of-the-roofline\n");
    actual.forEach((kernel, row) -> text.append(kernel).append(' ').append(text(row)).append('\n'));
    Files.writeString(TABLE, text);
  }
}
