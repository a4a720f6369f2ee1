package org.kanface.bench;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.BatchNorm;
import org.kanface.kernels.Memory;

/// Normalisations: iResNet's first batch norm, KANFace's layer norm, the centres' unit length.
final class NormWork {
  private static final long PIXELS = KernelWork.BATCH * 56L * 56;
  private static final long CHANNELS = 64;
  private static final long ROWS = 6272;
  private static final long WIDTH = 100;
  private static final long CENTRES = 20_000;
  private static final long EMBEDDING = 512;

  private NormWork() {}

  static List<Work> rows() {
    return List.of(
        Work.kernel("batchnorm_train_64_56_b32/forward", NormWork::batchNormTrain),
        Work.kernel("batchnorm_train_64_56_b32/backward", NormWork::batchNormBackward),
        Work.kernel("batchnorm_infer_64_56_b32/forward", NormWork::batchNormInfer),
        Work.kernel("layernorm_6272x100/forward", NormWork::layerNorm),
        Work.kernel("layernorm_6272x100/backward", NormWork::layerNormBackward),
        Work.kernel("l2_20000x512/forward", NormWork::l2),
        Work.kernel("l2_20000x512/backward", NormWork::l2Backward));
  }

  private static Workload batchNormTrain(Blocks b) {
    var x = b.of(PIXELS * CHANNELS);
    var y = b.of(PIXELS * CHANNELS);
    var mean = b.of(CHANNELS);
    var rstd = b.of(CHANNELS);
    var runningMean = b.of(CHANNELS);
    var runningVar = b.of(CHANNELS);
    var norm = b.kernels.norm();
    return b.runs(
        () -> norm.batchNormTrain(batch(null), 0.1, x, runningMean, runningVar, y, mean, rstd));
  }

  private static Workload batchNormBackward(Blocks b) {
    var x = b.of(PIXELS * CHANNELS);
    var dy = b.of(PIXELS * CHANNELS);
    var dx = b.of(PIXELS * CHANNELS);
    var weight = b.of(CHANNELS);
    var mean = b.of(CHANNELS);
    var rstd = b.of(CHANNELS);
    var dweight = b.of(CHANNELS);
    var dbias = b.of(CHANNELS);
    var norm = b.kernels.norm();
    return b.runs(
        () ->
            norm.batchNormBackward(
                true, batch(weight), x, mean, rstd, dy, dx, dweight, dbias, null));
  }

  private static BatchNorm batch(@Nullable Memory weight) {
    return BatchNorm.of(PIXELS, CHANNELS, 1e-5, weight, null);
  }

  private static Workload batchNormInfer(Blocks b) {
    var x = b.of(PIXELS * CHANNELS);
    var y = b.of(PIXELS * CHANNELS);
    var mean = b.of(CHANNELS);
    var variance = b.between(0.5, 1.5, CHANNELS);
    var norm = b.kernels.norm();
    return b.runs(() -> norm.batchNormEval(batch(null), x, mean, variance, y));
  }

  private static Workload layerNorm(Blocks b) {
    var x = b.of(ROWS * WIDTH);
    var y = b.of(ROWS * WIDTH);
    var mean = b.of(ROWS);
    var rstd = b.of(ROWS);
    var norm = b.kernels.norm();
    return b.runs(() -> norm.layerNormForward(ROWS, WIDTH, 1e-5, x, null, null, y, mean, rstd));
  }

  private static Workload layerNormBackward(Blocks b) {
    var x = b.of(ROWS * WIDTH);
    var dy = b.of(ROWS * WIDTH);
    var dx = b.of(ROWS * WIDTH);
    var weight = b.of(WIDTH);
    var mean = b.of(ROWS);
    var rstd = b.of(ROWS);
    var dweight = b.of(WIDTH);
    var dbias = b.of(WIDTH);
    var norm = b.kernels.norm();
    return b.runs(
        () -> norm.layerNormBackward(ROWS, WIDTH, x, weight, mean, rstd, dy, dx, dweight, dbias));
  }

  private static Workload l2(Blocks b) {
    var x = b.of(CENTRES * EMBEDDING);
    var y = b.of(CENTRES * EMBEDDING);
    var length = b.of(CENTRES);
    var norm = b.kernels.norm();
    return b.runs(() -> norm.l2NormalizeForward(CENTRES, EMBEDDING, 1, 1e-12, x, y, length));
  }

  private static Workload l2Backward(Blocks b) {
    var y = b.of(CENTRES * EMBEDDING);
    var length = b.between(0.5, 1.5, CENTRES);
    var dy = b.of(CENTRES * EMBEDDING);
    var dx = b.of(CENTRES * EMBEDDING);
    var norm = b.kernels.norm();
    return b.runs(() -> norm.l2NormalizeBackward(CENTRES, EMBEDDING, 1, 1e-12, y, length, dy, dx));
  }
}
