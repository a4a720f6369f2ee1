package org.kanface.bench;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.Backends;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.ConvKernels;
import org.kanface.kernels.DType;
import org.kanface.kernels.Epilogue;
import org.kanface.kernels.Gemm;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.Kernels;
import org.kanface.kernels.LowRankMlp;
import org.kanface.kernels.Memory;
import org.kanface.kernels.Unary;

/// Kernels alone, at the shapes of the networks; `backward` is all gradients.
final class KernelWork {
  private static final int BATCH = 32;

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
    rows.add(Work.kernel("batchnorm_train_64_56_b32/forward", 0, KernelWork::batchNorm));
    rows.add(Work.kernel("layernorm_6272x100/forward", 0, KernelWork::layerNorm));
    rows.add(Work.kernel("gelu_6272x400/forward", 0, KernelWork::gelu));
    mlp(rows, 25088, 32, 19);
    mlp(rows, 6272, 64, 38);
    mlp(rows, 1568, 100, 60);
    return rows;
  }

  /// Blocks of random numbers that live as long as the work.
  private static final class Blocks {
    final Kernels kernels = Backends.kernels("cpu", DType.F32);
    private final List<HostMemory> all = new ArrayList<>();
    private final SplittableRandom random = new SplittableRandom(1);

    HostMemory of(long numel) {
      var block = HostMemory.allocate(numel * Float.BYTES);
      for (long i = 0; i < numel; i++) {
        block.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextDouble(-1, 1));
      }
      all.add(block);
      return block;
    }

    Workload runs(Runnable work) {
      return new Workload() {
        @Override
        public void run() {
          work.run();
        }

        @Override
        public void close() {
          all.forEach(HostMemory::close);
        }
      };
    }
  }

  private static Work gemm(long m, long n, long k) {
    var shape = Gemm.of(false, false, m, n, k);
    Supplier<Workload> setup =
        () -> {
          var blocks = new Blocks();
          var a = blocks.of(m * k);
          var b = blocks.of(k * n);
          var c = blocks.of(m * n);
          return blocks.runs(() -> blocks.kernels.gemm().gemm(shape, a, b, c, Epilogue.NONE));
        };
    return Work.kernel("sgemm_%dx%dx%d".formatted(m, n, k), (double) shape.flops(), setup);
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
            () -> forward(shape, ConvKernels::infer)));
    if (kernel == 3 && stride == 1 && groups == 1) {
      rows.add(
          Work.kernel(
              name + "_b32/forward_training",
              (double) shape.flops(),
              () -> forward(shape, ConvKernels::forward)));
    }
    rows.add(
        Work.kernel(
            name + "_b32/backward",
            2.0 * shape.flops(),
            () -> {
              var blocks = new Blocks();
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

  private static Workload forward(Conv2d shape, Forward forward) {
    var blocks = new Blocks();
    var x = blocks.of(shape.inputNumel());
    var w = blocks.of(shape.weightNumel());
    var y = blocks.of(shape.outputNumel());
    return blocks.runs(() -> forward.run(blocks.kernels.conv(), shape, x, w, null, y));
  }

  private static Workload batchNorm() {
    long rows = BATCH * 56L * 56;
    var blocks = new Blocks();
    var x = blocks.of(rows * 64);
    var y = blocks.of(rows * 64);
    var mean = blocks.of(64);
    var rstd = blocks.of(64);
    var runningMean = blocks.of(64);
    var runningVar = blocks.of(64);
    return blocks.runs(
        () ->
            blocks
                .kernels
                .norm()
                .batchNormTrain(
                    rows, 64, 1e-5, 0.1, x, null, null, runningMean, runningVar, y, mean, rstd));
  }

  private static Workload layerNorm() {
    var blocks = new Blocks();
    var x = blocks.of(6272 * 100);
    var y = blocks.of(6272 * 100);
    var mean = blocks.of(6272);
    var rstd = blocks.of(6272);
    return blocks.runs(
        () ->
            blocks.kernels.norm().layerNormForward(6272, 100, 1e-5, x, null, null, y, mean, rstd));
  }

  private static Workload gelu() {
    var blocks = new Blocks();
    var x = blocks.of(6272 * 400);
    var y = blocks.of(6272 * 400);
    return blocks.runs(() -> blocks.kernels.elementwise().unary(Unary.GELU, 6272 * 400, x, y));
  }

  private static void mlp(List<Work> rows, long pixels, long width, long rank) {
    var shape = new LowRankMlp(pixels, width, 4 * width, rank, 1e-6);
    double flop = 2.0 * pixels * 2 * rank * 5 * width;
    String name = "lowrank_mlp_%dx%d_r%d".formatted(pixels, width, rank);
    rows.add(Work.kernel(name + "/forward", flop, () -> mlp(shape, false)));
    rows.add(Work.kernel(name + "/forward_backward", 3 * flop, () -> mlp(shape, true)));
  }

  private static Workload mlp(LowRankMlp s, boolean backward) {
    var blocks = new Blocks();
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
