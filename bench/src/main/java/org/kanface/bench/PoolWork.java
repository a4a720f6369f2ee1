package org.kanface.bench;

import java.util.List;
import org.kanface.kernels.Pool2d;

/// EfficientFR's pooling: windows of 2×2 after its first stage, and the mean of its last map.
final class PoolWork {
  private static final Pool2d HALF = Pool2d.of(KernelWork.BATCH, 56, 56, 64, 2, 2, 0);
  private static final long FULL = KernelWork.BATCH * 56L * 56 * 64;
  private static final long QUARTER = FULL / 4;
  private static final long MAP = KernelWork.BATCH * 7L * 7 * 512;
  private static final long POOLED = KernelWork.BATCH * 512L;

  private PoolWork() {}

  static List<Work> rows() {
    return List.of(
        Work.kernel("maxpool2x2_64_56_b32/forward", PoolWork::max),
        Work.kernel("maxpool2x2_64_56_b32/backward", PoolWork::maxBackward),
        Work.kernel("avgpool_512_7_b32/forward", PoolWork::average),
        Work.kernel("avgpool_512_7_b32/backward", PoolWork::averageBackward));
  }

  private static Workload max(Blocks b) {
    var x = b.of(FULL);
    var y = b.of(QUARTER);
    var argmax = b.labels(QUARTER, 1);
    var pool = b.kernels.pool();
    return b.runs(() -> pool.maxForward(HALF, x, y, argmax));
  }

  private static Workload maxBackward(Blocks b) {
    var x = b.of(FULL);
    var y = b.of(QUARTER);
    var argmax = b.labels(QUARTER, 1);
    var pool = b.kernels.pool();
    pool.maxForward(HALF, x, y, argmax);
    return b.runs(() -> pool.maxBackward(HALF, argmax, y, x));
  }

  private static Workload average(Blocks b) {
    var x = b.of(MAP);
    var y = b.of(POOLED);
    var pool = b.kernels.pool();
    return b.runs(() -> pool.adaptiveAverageForward(KernelWork.BATCH, 7, 7, 512, 1, 1, x, y));
  }

  private static Workload averageBackward(Blocks b) {
    var dy = b.of(POOLED);
    var dx = b.of(MAP);
    var pool = b.kernels.pool();
    return b.runs(() -> pool.adaptiveAverageBackward(KernelWork.BATCH, 7, 7, 512, 1, 1, dy, dx));
  }
}
