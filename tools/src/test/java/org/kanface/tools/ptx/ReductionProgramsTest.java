package org.kanface.tools.ptx;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Reductions, scans and histograms as nvcc compiles them, against plain loops.
final class ReductionProgramsTest {

  @Test
  void treeInSharedMemory() {
    try (var gpu = Gpu0.with("reductions")) {
      float[] x = Gpu0.randomFloats(1000, 1);
      long partial = gpu.put(new float[4]);
      gpu.launch("reduce_shared", Dim3.of(4), Dim3.of(256), gpu.put(x), partial, 1000);
      float[] got = gpu.floats(partial, 4);
      for (int b = 0; b < 4; b++) {
        var s = new float[256];
        for (int t = 0; t < 256; t++) {
          s[t] = b * 256 + t < 1000 ? x[b * 256 + t] : 0;
        }
        for (int h = 128; h > 0; h /= 2) {
          for (int t = 0; t < h; t++) {
            s[t] += s[t + h];
          }
        }
        assertThat(got[b]).isEqualTo(s[0]);
      }
    }
  }

  @Test
  void shufflesAndAtomics() {
    try (var gpu = Gpu0.with("reductions")) {
      int[] x = Gpu0.randomInts(10_000, 1000);
      long sum = gpu.put(new int[1]);
      gpu.launch("reduce_shuffle", Dim3.of(6), Dim3.of(160), gpu.put(x), sum, x.length);
      assertThat(gpu.ints(sum, 1)[0]).isEqualTo(IntStream.of(x).sum());
    }
  }

  @Test
  void scans() {
    try (var gpu = Gpu0.with("reductions")) {
      int[] x = Gpu0.randomInts(200, 100);
      long y = gpu.put(new int[200]);
      gpu.module.kernel("scan_shared").launch(Dim3.of(1), Dim3.of(200), 1600, gpu.put(x), y);
      int[] sums = x.clone();
      java.util.Arrays.parallelPrefix(sums, Integer::sum);
      assertThat(gpu.ints(y, 200)).isEqualTo(sums);

      gpu.launch("scan_warp", Dim3.of(1), Dim3.of(64), gpu.put(x), y);
      int[] got = gpu.ints(y, 64);
      for (int i = 0; i < 64; i++) {
        assertThat(got[i]).isEqualTo(IntStream.rangeClosed(i / 32 * 32, i).map(k -> x[k]).sum());
      }
    }
  }

  @Test
  void lastBlockAddsUp() {
    try (var gpu = Gpu0.with("reductions")) {
      double[] x = new Random(3).doubles(5000).toArray();
      long partial = gpu.put(new double[7]);
      long sum = gpu.put(new double[1]);
      gpu.launch("reduce_last_block", Dim3.of(7), Dim3.of(128), gpu.put(x), partial, sum, 5000);
      double total = 0;
      for (double v : gpu.doubles(partial, 7)) {
        total += v;
      }
      assertThat(gpu.doubles(sum, 1)[0]).isEqualTo(total);
      assertThat(total).isCloseTo(java.util.stream.DoubleStream.of(x).sum(), within(1e-9));
    }
  }

  private static org.assertj.core.data.Offset<Double> within(double e) {
    return org.assertj.core.data.Offset.offset(e);
  }

  @Test
  void histogram() {
    try (var gpu = Gpu0.with("reductions")) {
      var x = new byte[20_001];
      new Random(5).nextBytes(x);
      long bins = gpu.put(new int[256]);
      gpu.launch("histogram", Dim3.of(5), Dim3.of(96), gpu.put(x), bins, x.length);
      var wanted = new int[256];
      for (byte b : x) {
        wanted[b & 0xff]++;
      }
      assertThat(gpu.ints(bins, 256)).isEqualTo(wanted);
    }
  }
}
