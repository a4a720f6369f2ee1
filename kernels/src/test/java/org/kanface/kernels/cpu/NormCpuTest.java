package org.kanface.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.kanface.kernels.Backends;
import org.kanface.kernels.BatchNorm;
import org.kanface.kernels.DType;
import org.kanface.kernels.HostMemory;

class NormCpuTest {
  private static final int SAMPLES = 6;
  private static final int POSITIONS = 49;
  private static final int CHANNELS = 64;

  /// What a mean over the last map sends back is the same number at all of its 49 positions. Long
  /// chains of equal summands round all in one direction: 1.7e-4 here in one chain, where summands
  /// are about 1. Where they cancel over the batch, what is left reaches every layer before.
  @Test
  void sumsOfEqualNumbersDoNotDrift() {
    var random = new Random(11);
    var dy = new float[SAMPLES * POSITIONS * CHANNELS];
    for (int c = 0; c < CHANNELS; c++) {
      for (int n = 0; n < SAMPLES; n++) {
        float g = (float) random.nextGaussian();
        for (int p = 0; p < POSITIONS; p++) {
          dy[(n * POSITIONS + p) * CHANNELS + c] = g;
        }
      }
    }
    float[] sums = biasGradients(dy);
    double squares = 0;
    for (int c = 0; c < CHANNELS; c++) {
      double exact = 0;
      for (int i = c; i < dy.length; i += CHANNELS) {
        exact += dy[i];
      }
      squares += (sums[c] - exact) * (sums[c] - exact);
    }
    assertThat(Math.sqrt(squares / CHANNELS)).isLessThan(5e-5);
  }

  /// `Σ_rows dy` as the backward pass of batch norm gives it.
  private static float[] biasGradients(float[] dy) {
    int rows = SAMPLES * POSITIONS;
    var x = new Random(12).doubles(dy.length).toArray();
    var inputs = new float[dy.length];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = (float) x[i];
    }
    var mean = new float[CHANNELS];
    var rstd = new float[CHANNELS];
    Arrays.fill(mean, 0.5f);
    Arrays.fill(rstd, 3.46f);
    try (var in = HostMemory.of(inputs);
        var means = HostMemory.of(mean);
        var rstds = HostMemory.of(rstd);
        var grad = HostMemory.of(dy);
        var out = HostMemory.of(new float[dy.length]);
        var sums = HostMemory.of(new float[CHANNELS])) {
      Backends.kernels("cpu", DType.F32)
          .norm()
          .batchNormBackward(
              true,
              BatchNorm.of(rows, CHANNELS, 1e-5, null, null),
              in,
              means,
              rstds,
              grad,
              out,
              null,
              sums,
              null);
      var values = new float[CHANNELS];
      MemorySegment.copy(sums.segment(), ValueLayout.JAVA_FLOAT, 0, values, 0, CHANNELS);
      return values;
    }
  }
}
