package org.kanface.tools.ptx;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Matrix products, transposes, convolutions, stencils and sorting networks, against plain loops.
final class DenseProgramsTest {

  @Test
  void tiledMatrixProduct() {
    int m = 37;
    int n = 29;
    int k = 53;
    try (var gpu = Gpu0.with("dense")) {
      float[] a = Gpu0.randomFloats(m * k, 1);
      float[] b = Gpu0.randomFloats(k * n, 2);
      long c = gpu.put(new float[m * n]);
      gpu.launch("matmul", Dim3.of(2, 3), Dim3.of(16, 16), gpu.put(a), gpu.put(b), c, m, n, k);
      var wanted = new float[m * n];
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          float sum = 0;
          for (int p = 0; p < k; p++) {
            sum = Math.fma(a[i * k + p], b[p * n + j], sum);
          }
          wanted[i * n + j] = sum;
        }
      }
      assertThat(gpu.floats(c, m * n)).isEqualTo(wanted);
    }
  }

  @Test
  void tiledTranspose() {
    int rows = 50;
    int cols = 70;
    try (var gpu = Gpu0.with("dense")) {
      double[] x = new Random(1).doubles(rows * cols).toArray();
      long y = gpu.put(new double[rows * cols]);
      gpu.launch("transpose", Dim3.of(3, 2), Dim3.of(32, 8), gpu.put(x), y, rows, cols);
      double[] got = gpu.doubles(y, rows * cols);
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < cols; c++) {
          assertThat(got[c * rows + r]).isEqualTo(x[r * cols + c]);
        }
      }
    }
  }

  @Test
  void convolutionWithConstantFilter() {
    int h = 20;
    int w = 33;
    try (var gpu = Gpu0.with("dense")) {
      float[] x = Gpu0.randomFloats(h * w, 1);
      float[] filter = Gpu0.randomFloats(25, 1);
      gpu.device.memory(gpu.module.global("filter"), 100).copyFrom(MemorySegment.ofArray(filter));
      long y = gpu.put(new float[h * w]);
      gpu.launch("convolve", Dim3.of(3, 3), Dim3.of(16, 8), gpu.put(x), y, h, w);
      float[] got = gpu.floats(y, h * w);
      for (int i = 0; i < h; i++) {
        for (int j = 0; j < w; j++) {
          float sum = 0;
          for (int di = -2; di <= 2; di++) {
            for (int dj = -2; dj <= 2; dj++) {
              float v = x[Math.clamp(i + di, 0, h - 1) * w + Math.clamp(j + dj, 0, w - 1)];
              sum = Math.fma(filter[(di + 2) * 5 + dj + 2], v, sum);
            }
          }
          assertThat(got[i * w + j]).isEqualTo(sum);
        }
      }
    }
  }

  @Test
  void stencilOnVectors() {
    try (var gpu = Gpu0.with("dense")) {
      int n = 100;
      float[] x = Gpu0.randomFloats(4 * n, 1);
      long y = gpu.put(new float[4 * n]);
      gpu.launch("stencil", Dim3.of(2), Dim3.of(64), gpu.put(x), y, n);
      float[] got = gpu.floats(y, 4 * n);
      for (int i = 4; i < 4 * n - 4; i++) {
        assertThat(got[i]).isEqualTo(Math.fma(-2f, x[i], x[i - 1] + x[i + 1]));
      }
    }
  }

  @Test
  void bitonicSort() {
    try (var gpu = Gpu0.with("dense")) {
      long[] x = new Random(9).longs(512).toArray();
      long at = gpu.put(x);
      gpu.launch("bitonic", Dim3.of(1), Dim3.of(512), at);
      long[] wanted =
          Arrays.stream(x).boxed().sorted(Long::compareUnsigned).mapToLong(v -> v).toArray();
      assertThat(gpu.longs(at, 512)).isEqualTo(wanted);
    }
  }

  @Test
  void kanLayer() {
    int batch = 3;
    int in = 5;
    int out = 70;
    int grid = 4;
    try (var gpu = Gpu0.with("dense")) {
      float[] x = Gpu0.randomFloats(batch * in, 1);
      float[] w = Gpu0.randomFloats(in * (grid + 3) * out, 1);
      long y = gpu.put(new float[batch * out]);
      gpu.launch(
          "kan_forward",
          Dim3.of(2, batch),
          Dim3.of(64),
          gpu.put(x),
          gpu.put(w),
          y,
          batch,
          in,
          out,
          grid);
      float[] got = gpu.floats(y, batch * out);
      for (int b = 0; b < batch; b++) {
        for (int o = 0; o < out; o++) {
          double sum = 0;
          for (int i = 0; i < in; i++) {
            double u = (x[b * in + i] + 1.0) * 0.5 * grid;
            int cell = Math.clamp((int) Math.floor(u), 0, grid - 1);
            double t = u - cell;
            double s = 1 - t;
            int c = (i * (grid + 3) + cell) * out + o;
            sum +=
                (s * s * s * w[c]
                        + (3 * t * t * t - 6 * t * t + 4) * w[c + out]
                        + (3 * s * s * s - 6 * s * s + 4) * w[c + 2 * out]
                        + t * t * t * w[c + 3 * out])
                    / 6;
          }
          assertThat((double) got[b * out + o])
              .isCloseTo(sum, org.assertj.core.data.Offset.offset(2e-6));
        }
      }
    }
  }
}
