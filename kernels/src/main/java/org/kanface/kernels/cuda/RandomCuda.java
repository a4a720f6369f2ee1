package org.kanface.kernels.cuda;

import org.kanface.kernels.Memory;
import org.kanface.kernels.RandomKernels;

/// `random.cu`.
final class RandomCuda implements RandomKernels {
  private static final int BLOCK = 256;
  private static final int DRAWS = 4; // of a thread

  private final CudaModule module;

  RandomCuda(CudaContext context) {
    module = context.module("random");
  }

  private Launch draws(String kernel, long threads) {
    return module
        .launch("random_" + kernel + "_f32")
        .grid(Launch.blocks(threads, BLOCK))
        .block(BLOCK);
  }

  @Override
  public void uniform(long n, long seed, long stream, double low, double high, Memory y) {
    draws("uniform", Math.ceilDiv(n, DRAWS))
        .floats(y, n)
        .i64(n)
        .i64(seed)
        .i64(stream)
        .f64(low)
        .f64(high - low)
        .run();
  }

  @Override
  public void normal(long n, long seed, long stream, double mean, double std, Memory y) {
    draws("normal", Math.ceilDiv(n, DRAWS))
        .floats(y, n)
        .i64(n)
        .i64(seed)
        .i64(stream)
        .f32(mean)
        .f32(std)
        .run();
  }

  @Override
  public void dropout(long rows, long cols, double p, long seed, long stream, Memory x, Memory y) {
    long n = rows * cols;
    draws("dropout", cols == 1 ? Math.ceilDiv(rows, DRAWS) : n)
        .floats(x, n)
        .floats(y, n)
        .i64(rows)
        .i64(cols)
        .f32(p)
        .i64(seed)
        .i64(stream)
        .run();
  }
}
