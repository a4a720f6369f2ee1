package org.kanface.bench.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// The rows that PyTorch has, by our names.
final class TorchOps {
  private static final int BATCH = 32;

  /// Makes operands of the given sizes.
  @FunctionalInterface
  interface Operands {
    NDArray of(long... dims);
  }

  /// Makes an op's operands; what it returns runs the op once.
  @FunctionalInterface
  interface Op {
    Runnable on(Operands operands);
  }

  static final Map<String, Op> ALL = all();

  private TorchOps() {}

  private static Map<String, Op> all() {
    var ops = new LinkedHashMap<String, Op>();
    product(ops, 1024, 1024, 1024);
    product(ops, 2048, 2048, 2048);
    product(ops, 4096, 512, 192);
    product(ops, 784, 400, 60);
    product(ops, 256, 512, 5376);
    product(ops, 25088, 64, 576);
    product(ops, 6272, 256, 2304);
    product(ops, 32, 1000, 512);
    conv(ops, "conv3x3_64_56", 56, 64, 64, 3, 1, 1);
    conv(ops, "conv3x3_256_14", 14, 256, 256, 3, 1, 1);
    conv(ops, "conv3x3_512_7", 7, 512, 512, 3, 1, 1);
    conv(ops, "conv3x3s2_64_112", 112, 64, 64, 3, 2, 1);
    conv(ops, "conv7x7_3_64_112", 112, 3, 64, 7, 1, 1);
    conv(ops, "conv1x1_128_256_28", 28, 128, 256, 1, 1, 1);
    conv(ops, "dw3x3_128_28", 28, 128, 128, 3, 1, 128);
    conv(ops, "dw7x7_100_14", 14, 100, 100, 7, 1, 100);
    conv(ops, "dw9x9_192_7", 7, 192, 192, 9, 1, 192);
    conv(ops, "dw3x3_32_28", 28, 32, 32, 3, 1, 32);
    conv(ops, "dw5x5_64_14", 14, 64, 64, 5, 1, 64);
    conv(ops, "dw7x7_100_7", 7, 100, 100, 7, 1, 100);
    conv(ops, "dw9x9_192_3", 3, 192, 192, 9, 1, 192);
    ops.put("batchnorm_train_64_56_b32/forward", in -> batchNorm(in, true));
    ops.put("batchnorm_infer_64_56_b32/forward", in -> batchNorm(in, false));
    ops.put("layernorm_6272x100/forward", TorchOps::layerNorm);
    of(ops, "gelu_6272x400/forward", x -> x.getNDArrayInternal().gelu(), 6272, 400);
    of(ops, "sigmoid_6272x400/forward", x -> x.getNDArrayInternal().sigmoid(), 6272, 400);
    of(ops, "relu_6272x400/forward", x -> x.getNDArrayInternal().relu(), 6272, 400);
    of(ops, "sum_rows_6272x400/forward", x -> x.sum(new int[] {0}), 6272, 400);
    of(ops, "sum_cols_6272x400/forward", x -> x.sum(new int[] {1}), 6272, 400);
    of(ops, "softmax_6144x48/forward", x -> x.softmax(-1), 6144, 48);
    of(ops, "maxpool2x2_64_56_b32/forward", TorchOps::halve, BATCH, 64, 56, 56);
    of(ops, "avgpool_512_7_b32/forward", TorchOps::mean, BATCH, 512, 7, 7);
    ops.put("add_64_56_b32/forward", TorchOps::add);
    return ops;
  }

  private static NDArray halve(NDArray x) {
    var two = new Shape(2, 2);
    return x.getNDArrayInternal().maxPool(two, two, new Shape(0, 0), false);
  }

  private static NDArray mean(NDArray x) {
    return x.getNDArrayInternal().globalAvgPool();
  }

  /// Runs and frees what came out.
  private static Runnable freeing(Supplier<? extends AutoCloseable> op) {
    return () -> {
      try (var _ = op.get()) {
        // nothing to keep
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    };
  }

  private static void of(
      Map<String, Op> ops, String what, UnaryOperator<NDArray> op, long... dims) {
    ops.put(
        what,
        in -> {
          NDArray x = in.of(dims);
          return freeing(() -> op.apply(x));
        });
  }

  private static void product(Map<String, Op> ops, long m, long n, long k) {
    ops.put(
        "sgemm_%dx%dx%d".formatted(m, n, k),
        in -> {
          NDArray a = in.of(m, k);
          NDArray b = in.of(k, n);
          return freeing(() -> a.matMul(b));
        });
  }

  private static void conv(
      Map<String, Op> ops,
      String name,
      long map,
      long c,
      long outC,
      long kernel,
      long stride,
      int groups) {
    ops.put(
        name + "_b32/forward",
        in -> {
          NDArray x = in.of(BATCH, c, map, map);
          NDArray w = in.of(outC, c / groups, kernel, kernel);
          @Nullable NDArray noBias = null;
          var strides = new Shape(stride, stride);
          var padding = new Shape(kernel / 2, kernel / 2);
          var dilation = new Shape(1, 1);
          return freeing(
              () ->
                  x.getNDArrayInternal()
                      .convolution(x, w, noBias, strides, padding, dilation, groups));
        });
  }

  private static Runnable batchNorm(Operands in, boolean training) {
    NDArray x = in.of(BATCH, 64, 56, 56);
    NDArray mean = in.of(64);
    NDArray variance = in.of(64).square();
    NDArray weight = in.of(64);
    NDArray bias = in.of(64);
    return freeing(
        () ->
            x.getNDArrayInternal()
                .batchNorm(x, mean, variance, weight, bias, 1, 0.1f, 1e-5f, training));
  }

  private static Runnable layerNorm(Operands in) {
    NDArray x = in.of(6272, 100);
    NDArray weight = in.of(100);
    NDArray bias = in.of(100);
    var width = new Shape(100);
    return freeing(() -> x.getNDArrayInternal().layerNorm(x, width, weight, bias, 1e-5f));
  }

  private static Runnable add(Operands in) {
    NDArray x = in.of(BATCH, 64, 56, 56);
    NDArray z = in.of(BATCH, 64, 56, 56);
    return freeing(() -> x.add(z));
  }
}
