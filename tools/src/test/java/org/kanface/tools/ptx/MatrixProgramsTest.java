package org.kanface.tools.ptx;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// `mma.sync`, `ldmatrix` and its like, bulk copies, and atomics of several words. All values are
/// small integers, so sums are exact in every format.
final class MatrixProgramsTest {

  private static int[] small(int n, int seed) {
    return new Random(seed).ints(n, -4, 5).toArray();
  }

  /// `c [m, 8] = a [m, k] b [k, 8] + start`.
  private static int[] product(int[] a, int[] b, int m, int k, int start) {
    var c = new int[m * 8];
    for (int i = 0; i < m * 8; i++) {
      c[i] = start;
      for (int p = 0; p < k; p++) {
        c[i] += a[i / 8 * k + p] * b[p * 8 + i % 8];
      }
    }
    return c;
  }

  private static int[] whole(float[] x) {
    return IntStream.range(0, x.length).map(i -> (int) x[i]).toArray();
  }

  private static float[] floats(int[] x) {
    var y = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = x[i];
    }
    return y;
  }

  private static long put(Gpu0 gpu, short[] x) {
    return gpu.device.upload(java.lang.foreign.MemorySegment.ofArray(x));
  }

  private static short[] halves(int[] x) {
    var y = new short[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = Float.floatToFloat16(x[i]);
    }
    return y;
  }

  @Test
  void halvesThroughSharedMemory() {
    try (var gpu = Gpu0.checking("matrices")) {
      int[] a = small(256, 1);
      int[] b = small(128, 2);
      long c = gpu.put(new float[128]);
      var report =
          gpu.launch(
              "product_f16", Dim3.of(1), Dim3.of(32), put(gpu, halves(a)), put(gpu, halves(b)), c);
      assertThat(whole(gpu.floats(c, 128))).isEqualTo(product(a, b, 16, 16, 1));
      assertThat(report.findings()).isEmpty();
    }
  }

  @Test
  void tf32() {
    try (var gpu = Gpu0.with("matrices")) {
      int[] a = small(128, 1);
      int[] b = small(64, 2);
      long c = gpu.put(new float[128]);
      long pa = gpu.put(floats(a));
      gpu.launch("product_tf32", Dim3.of(1), Dim3.of(32), pa, gpu.put(floats(b)), c);
      assertThat(whole(gpu.floats(c, 128))).isEqualTo(product(a, b, 16, 8, 0));
    }
  }

  @Test
  void bytes() {
    try (var gpu = Gpu0.with("matrices")) {
      var a = new byte[512];
      var bt = new byte[256];
      new Random(3).nextBytes(a);
      new Random(4).nextBytes(bt);
      long c = gpu.put(new int[128]);
      gpu.launch("product_s8", Dim3.of(1), Dim3.of(32), gpu.put(a), gpu.put(bt), c);
      int[] left = IntStream.range(0, 512).map(i -> a[i]).toArray();
      int[] right = IntStream.range(0, 256).map(i -> bt[i % 8 * 32 + i / 8]).toArray();
      assertThat(gpu.ints(c, 128)).isEqualTo(product(left, right, 16, 32, 0));
    }
  }

  @Test
  void doubles() {
    try (var gpu = Gpu0.with("matrices")) {
      int[] a = small(32, 5);
      int[] b = small(32, 6);
      long c = gpu.put(new double[64]);
      long pa = gpu.put(IntStream.of(a).asDoubleStream().toArray());
      long pb = gpu.put(IntStream.of(b).asDoubleStream().toArray());
      gpu.launch("product_f64", Dim3.of(1), Dim3.of(32), pa, pb, c);
      int[] wanted = product(a, b, 8, 4, 0);
      assertThat(gpu.doubles(c, 64)).isEqualTo(IntStream.of(wanted).asDoubleStream().toArray());
    }
  }

  @Test
  void transposes() {
    try (var gpu = Gpu0.checking("matrices")) {
      var x = new short[64];
      var transposed = new short[128];
      for (int i = 0; i < 64; i++) {
        x[i] = (short) (i * 1021);
        transposed[i % 8 * 8 + i / 8] = x[i];
        transposed[64 + i % 8 * 8 + i / 8] = x[i];
      }
      long y = gpu.put(new int[64]);
      var report = gpu.launch("transpose_b16", Dim3.of(1), Dim3.of(32), put(gpu, x), y);
      assertThat(gpu.shorts(y, 128)).isEqualTo(transposed);
      assertThat(report.findings()).isEmpty();
    }
  }

  @Test
  void bulkCopies() {
    try (var gpu = Gpu0.checking("matrices")) {
      int[] x = small(256, 7);
      long y = gpu.put(new int[256]);
      var report = gpu.launch("bulk_copies", Dim3.of(2), Dim3.of(128), gpu.put(x), y);
      assertThat(gpu.ints(y, 256)).isEqualTo(IntStream.of(x).map(v -> v + 1).toArray());
      assertThat(report.findings()).isEmpty();
    }
  }

  @Test
  void wideAtomics() {
    try (var gpu = Gpu0.with("matrices")) {
      long sums = gpu.put(new float[4]);
      long count = gpu.put(new long[2]);
      gpu.launch("wide_atomics", Dim3.of(2), Dim3.of(40), sums, count);
      assertThat(gpu.floats(sums, 4)).containsExactly(80, 160, 240, 320);
      assertThat(gpu.longs(count, 2)).containsExactly(80, 80);
    }
  }
}
