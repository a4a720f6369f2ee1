package org.kanface.tools.kernels;

import java.util.Map;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.Pool2d;
import org.kanface.tools.ptx.Dim3;

/// Depthwise convolutions, pooling, and what goes with products.
final class ConvProfiles extends Profiles {
  ConvProfiles(Map<String, double[]> rows) {
    super(rows);
  }

  @Override
  void launch() {
    depthwise();
    gemm();
    pool();
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
    try (var b = bench("depthwise_strips")) {
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
}
