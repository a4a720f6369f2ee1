package org.kanface.tools.ptx;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Cooperative groups, matrix products of a warp, and runs on several threads.
final class GroupProgramsTest {

  @Test
  void groupsOfAWarpAndLess() {
    try (var gpu = Gpu0.with("groups")) {
      int[] x = Gpu0.randomInts(64, 50);
      long y = gpu.put(new int[192]);
      gpu.launch("tiles", Dim3.of(1), Dim3.of(64), gpu.put(x), y);
      int[] got = gpu.ints(y, 192);
      for (int t = 0; t < 64; t++) {
        int[] warp = Arrays.copyOfRange(x, t / 32 * 32, t / 32 * 32 + 32);
        int[] eight = Arrays.copyOfRange(x, t / 8 * 8, t / 8 * 8 + 8);
        long odd = IntStream.of(warp).filter(v -> v % 2 == 1).count();
        assertThat(got[3 * t]).isEqualTo(IntStream.of(warp).sum());
        assertThat(got[3 * t + 1]).isEqualTo(IntStream.of(eight).max().orElseThrow());
        assertThat(got[3 * t + 2]).isEqualTo(x[t] % 2 == 1 ? (int) odd : 0);
      }
    }
  }

  @Test
  void matrixProductOfAWarp() {
    int k = 48;
    try (var gpu = Gpu0.with("groups")) {
      var a = new short[16 * k];
      var b = new short[16 * k];
      float[] x = Gpu0.randomFloats(32 * k, 2);
      for (int i = 0; i < a.length; i++) {
        a[i] = Float.floatToFloat16(x[i]);
        b[i] = Float.floatToFloat16(x[16 * k + i]);
      }
      long pa = gpu.device.upload(java.lang.foreign.MemorySegment.ofArray(a));
      long pb = gpu.device.upload(java.lang.foreign.MemorySegment.ofArray(b));
      long c = gpu.put(new float[256]);
      gpu.launch("tensor_product", Dim3.of(1), Dim3.of(32), pa, pb, c, k);
      float[] got = gpu.floats(c, 256);
      for (int i = 0; i < 16; i++) {
        for (int j = 0; j < 16; j++) {
          double sum = 0;
          for (int p = 0; p < k; p++) {
            sum += (double) Float.float16ToFloat(a[i * k + p]) * Float.float16ToFloat(b[j * k + p]);
          }
          assertThat((double) got[16 * i + j])
              .isCloseTo(2 * sum, org.assertj.core.data.Offset.offset(1e-4));
        }
      }
    }
  }

  @Test
  void severalThreadsGiveTheSameResults() {
    float[] x = Gpu0.randomFloats(64 * 64, 1);
    float[][] results = new float[2][];
    for (int n = 0; n < 2; n++) {
      try (var device = new SimDevice(new SimOptions(false, false, n == 0 ? 1 : 4))) {
        var kernel = device.load(Gpu0.text("dense")).kernel("matmul");
        long in = device.upload(java.lang.foreign.MemorySegment.ofArray(x));
        long out = device.allocate(4 * 64 * 64);
        var report = kernel.launch(Dim3.of(4, 4), Dim3.of(16, 16), 0, in, in, out, 64, 64, 64);
        assertThat(report.workers()).isEqualTo(n == 0 ? 1 : 4);
        assertThat(report.threadInstructions()).isGreaterThan(64 * 64 * 64);
        results[n] =
            device.memory(out, 4 * 64 * 64).toArray(java.lang.foreign.ValueLayout.JAVA_FLOAT);
      }
    }
    assertThat(results[1]).isEqualTo(results[0]);
  }

  @Test
  void whereTheOrderOfBlocksMattersOneThreadRunsThem() {
    try (var device = new SimDevice(new SimOptions(false, false, 4))) {
      var kernel = device.load(Gpu0.text("control")).kernel("spin_lock");
      long lock = device.allocate(4);
      long counter = device.allocate(4);
      assertThat(kernel.launch(Dim3.of(8), Dim3.of(32), 0, lock, counter).workers()).isEqualTo(1);
    }
  }
}
