package org.kanface.bench;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.ConvKernels;
import org.kanface.kernels.Epilogue;
import org.kanface.kernels.Gemm;
import org.kanface.kernels.LowRankMlp;
import org.kanface.kernels.Memory;

/// Kernels alone, at the shapes of the networks; `backward` is all gradients. Here products,
/// convolutions and MLPs; the other families have a class each.
final class KernelWork {
  static final int BATCH = 32;

  private KernelWork() {}

  static List<Work> rows() {
    var rows = new ArrayList<Work>();
    rows.add(gemm(1024, 1024, 1024));
    rows.add(gemm(2048, 2048, 2048));
    rows.add(gemm(4096, 512, 192));
    rows.add(gemm(784, 400, 60));
    rows.add(gemm(256, 512, 5376));
    rows.add(gemm(25088, 64, 576));
    rows.add(gemm(6272, 256, 2304));
    rows.add(gemm(32, 1000, 512));
    conv(rows, "conv3x3_64_56", 56, 64, 64, 3, 1, 1);
    conv(rows, "conv3x3_256_14", 14, 256, 256, 3, 1, 1);
    conv(rows, "conv3x3_512_7", 7, 512, 512, 3, 1, 1);
    conv(rows, "conv3x3s2_64_112", 112, 64, 64, 3, 2, 1);
    conv(rows, "conv7x7_3_64_112", 112, 3, 64, 7, 1, 1);
    conv(rows, "conv1x1_128_256_28", 28, 128, 256, 1, 1, 1);
    conv(rows, "dw3x3_128_28", 28, 128, 128, 3, 1, 128);
    conv(rows, "dw7x7_100_14", 14, 100, 100, 7, 1, 100);
    conv(rows, "dw9x9_192_7", 7, 192, 192, 9, 1, 192);
    conv(rows, "dw3x3_32_28", 28, 32, 32, 3, 1, 32);
    conv(rows, "dw5x5_64_14", 14, 64, 64, 5, 1, 64);
    conv(rows, "dw7x7_100_7", 7, 100, 100, 7, 1, 100);
    conv(rows, "dw9x9_192_3", 3, 192, 192, 9, 1, 192);
    rows.addAll(NormWork.rows());
    rows.addAll(ElementwiseWork.rows());
    rows.addAll(ReduceWork.rows());
    rows.addAll(LossWork.rows());
    rows.addAll(PoolWork.rows());
    rows.addAll(SplineWork.rows());
    rows.addAll(KanLayerWork.rows());
    rows.addAll(UpdateWork.rows());
    mlp(rows, 25088, 32, 19);
    mlp(rows, 6272, 64, 38);
    mlp(rows, 1568, 100, 60);
    mlp(rows, 288, 192, 115);
    return rows;
  }

  private static Work gemm(long m, long n, long k) {
    var shape = Gemm.of(false, false, m, n, k);
    return Work.kernel(
        "sgemm_%dx%dx%d".formatted(m, n, k),
        (double) shape.flops(),
        blocks -> {
          var a = blocks.of(m * k);
          var b = blocks.of(k * n);
          var c = blocks.of(m * n);
          return blocks.runs(() -> blocks.kernels.gemm().gemm(shape, a, b, c, Epilogue.NONE));
        });
  }

  private static void conv(
      List<Work> rows,
      String name,
      long map,
      long c,
      long outC,
      int kernel,
      int stride,
      int groups) {
    var shape = Conv2d.of(BATCH, map, map, c, outC, kernel, stride, kernel / 2, groups);
    rows.add(
        Work.kernel(
            name + "_b32/forward",
            (double) shape.flops(),
            blocks -> forward(blocks, shape, ConvKernels::infer)));
    if (kernel == 3 && stride == 1 && groups == 1) {
      rows.add(
          Work.kernel(
              name + "_b32/forward_training",
              (double) shape.flops(),
              blocks -> forward(blocks, shape, ConvKernels::forward)));
    }
    rows.add(
        Work.kernel(
            name + "_b32/backward",
            2.0 * shape.flops(),
            blocks -> {
              var x = blocks.of(shape.inputNumel());
              var w = blocks.of(shape.weightNumel());
              var dy = blocks.of(shape.outputNumel());
              var dx = blocks.of(shape.inputNumel());
              var dw = blocks.of(shape.weightNumel());
              return blocks.runs(
                  () -> {
                    blocks.kernels.conv().gradInput(shape, dy, w, dx);
                    blocks.kernels.conv().gradWeight(shape, x, dy, dw);
                  });
            }));
  }

  /// [ConvKernels#forward] or [ConvKernels#infer], which differ where the latter may round more.
  @FunctionalInterface
  private interface Forward {
    void run(
        ConvKernels kernels, Conv2d shape, Memory x, Memory w, @Nullable Memory bias, Memory y);
  }

  private static Workload forward(Blocks blocks, Conv2d shape, Forward forward) {
    var x = blocks.of(shape.inputNumel());
    var w = blocks.of(shape.weightNumel());
    var y = blocks.of(shape.outputNumel());
    return blocks.runs(() -> forward.run(blocks.kernels.conv(), shape, x, w, null, y));
  }

  private static void mlp(List<Work> rows, long pixels, long width, long rank) {
    var shape = new LowRankMlp(pixels, width, 4 * width, rank, 1e-6);
    double flop = 2.0 * pixels * 2 * rank * 5 * width;
    String name = "lowrank_mlp_%dx%d_r%d".formatted(pixels, width, rank);
    rows.add(Work.kernel(name + "/forward", flop, b -> mlp(b, shape, false)));
    rows.add(Work.kernel(name + "/forward_backward", 3 * flop, b -> mlp(b, shape, true)));
  }

  private static Workload mlp(Blocks blocks, LowRankMlp s, boolean backward) {
    var kernels = blocks.kernels.mlp();
    var weights = weights(blocks, s);
    var gradients = weights(blocks, s);
    var x = blocks.of(s.rows() * s.width());
    var y = blocks.of(s.rows() * s.width());
    var dx = blocks.of(s.rows() * s.width());
    var kept =
        new LowRankMlp.Kept(
            blocks.of(s.rows()),
            blocks.of(s.rows()),
            blocks.of(s.rows() * s.rank()),
            blocks.of(s.rows() * s.rank()));
    return blocks.runs(
        () -> {
          kernels.forward(s, weights, x, x, y, backward ? kept : null);
          if (backward) {
            kernels.backward(s, weights, x, kept, y, dx, gradients);
          }
        });
  }

  private static LowRankMlp.Weights weights(Blocks blocks, LowRankMlp s) {
    return new LowRankMlp.Weights(
        blocks.of(s.width()),
        blocks.of(s.width()),
        blocks.of(s.rank() * s.width()),
        blocks.of(s.hidden() * s.rank()),
        blocks.of(s.hidden()),
        blocks.of(s.rank() * s.hidden()),
        blocks.of(s.width() * s.rank()),
        blocks.of(s.width()),
        blocks.of(s.width()));
  }
}
