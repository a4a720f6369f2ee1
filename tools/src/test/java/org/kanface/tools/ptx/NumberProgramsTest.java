package org.kanface.tools.ptx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Arithmetic of all kinds, as nvcc compiles it, against exact arithmetic in Java.
final class NumberProgramsTest {

  private static short half(double exact) {
    return Float.floatToFloat16((float) exact);
  }

  private static short bfloat(double exact) {
    return (short) Halves.BF16.encode(Halves.BF16.round(exact, Rounding.RN));
  }

  @Test
  void halves() {
    int n = 100;
    try (var gpu = Gpu0.with("numbers")) {
      float[] x = Gpu0.randomFloats(2 * n, 4);
      float[] a = java.util.Arrays.copyOf(x, n);
      float[] b = java.util.Arrays.copyOfRange(x, n, 2 * n);
      long out = gpu.put(new byte[n * 16]);
      gpu.launch("halves", Dim3.of(1), Dim3.of(128), gpu.put(a), gpu.put(b), out, n);
      short[] got = gpu.shorts(out, 8 * n);
      for (int i = 0; i < n; i++) {
        float u = Float.float16ToFloat(Float.floatToFloat16(a[i]));
        float v = Float.float16ToFloat(Float.floatToFloat16(b[i]));
        assertThat(got[8 * i]).isEqualTo(half(u + v));
        assertThat(got[8 * i + 1]).isEqualTo(half(u * v));
        short fma = (short) Halves.F16.encode(Halves.F16.round((double) u * v + u, Rounding.RN));
        assertThat(got[8 * i + 2]).isEqualTo(fma);
        assertThat(got[8 * i + 3]).isEqualTo(fma);
        double e = Float.float16ToFloat(got[8 * i + 4]);
        assertThat(e).isCloseTo(Math.exp(u), offset(Math.exp(u) * 0x1p-10));
        double c = Halves.BF16.round(a[i], Rounding.RN);
        double d = Halves.BF16.round(b[i], Rounding.RN);
        assertThat(got[8 * i + 5]).isEqualTo(bfloat(c * d + c));
        assertThat(got[8 * i + 6]).isEqualTo(bfloat(c + d));
        assertThat(got[8 * i + 7]).isEqualTo(half(Math.max(u, v)));
      }
    }
  }

  private static double directed(BigDecimal exact, boolean single, RoundingMode mode) {
    double r = single ? (float) exact.doubleValue() : exact.doubleValue();
    int c = exact.compareTo(new BigDecimal(r));
    boolean up = mode == RoundingMode.CEILING || mode == RoundingMode.DOWN && exact.signum() < 0;
    if (c > 0 && up) {
      return single ? Math.nextUp((float) r) : Math.nextUp(r);
    }
    if (c < 0 && !up) {
      return single ? Math.nextDown((float) r) : Math.nextDown(r);
    }
    return r;
  }

  private static BigDecimal big(double x) {
    return new BigDecimal(x);
  }

  @Test
  void roundingModes() {
    int n = 200;
    try (var gpu = Gpu0.with("numbers")) {
      float[] x = Gpu0.randomFloats(n, 100);
      double[] d = new Random(2).doubles(n, -1e6, 1e6).toArray();
      long i = gpu.put(new int[6 * n]);
      long f = gpu.put(new float[6 * n]);
      long g = gpu.put(new double[4 * n]);
      gpu.launch("rounding", Dim3.of(1), Dim3.of(256), gpu.put(x), gpu.put(d), i, f, g, n);
      int[] is = gpu.ints(i, 6 * n);
      float[] fs = gpu.floats(f, 6 * n);
      double[] gs = gpu.doubles(g, 4 * n);
      var many = new MathContext(60);
      for (int t = 0; t < n; t++) {
        float v = x[t];
        BigDecimal b = big(v);
        assertThat(is[6 * t]).isEqualTo((int) Math.rint(v));
        assertThat(is[6 * t + 1]).isEqualTo((int) v);
        assertThat(is[6 * t + 2]).isEqualTo((int) Math.floor(v));
        assertThat(is[6 * t + 3]).isEqualTo((int) Math.ceil(v));
        assertThat(is[6 * t + 5]).isEqualTo((int) Math.rint(d[t]));
        assertThat((double) fs[6 * t])
            .isEqualTo(directed(b.add(big(1e-7f)), true, RoundingMode.DOWN));
        assertThat((double) fs[6 * t + 1])
            .isEqualTo(directed(b.multiply(big(1.1f)), true, RoundingMode.CEILING));
        assertThat((double) fs[6 * t + 2])
            .isEqualTo(directed(b.multiply(b).add(big(-0.1f)), true, RoundingMode.FLOOR));
        assertThat((double) fs[6 * t + 3]).isEqualTo(directed(big(d[t]), true, RoundingMode.DOWN));
        assertThat((double) fs[6 * t + 4])
            .isEqualTo(directed(b.divide(big(3), many), true, RoundingMode.CEILING));
        assertThat(fs[6 * t + 5]).isEqualTo((float) Math.rint(v) + (int) v * 2);
        BigDecimal e = big(d[t]);
        assertThat(gs[4 * t]).isEqualTo(directed(e.add(big(1e-17)), false, RoundingMode.CEILING));
        assertThat(gs[4 * t + 1])
            .isEqualTo(directed(e.multiply(big(1.1)), false, RoundingMode.FLOOR));
        assertThat(gs[4 * t + 2])
            .isEqualTo(directed(e.divide(big(3), many), false, RoundingMode.DOWN));
        assertThat(gs[4 * t + 3])
            .isEqualTo(directed(e.multiply(e).add(big(0.1)), false, RoundingMode.CEILING));
      }
    }
  }

  @Test
  void bits() {
    int n = 64;
    try (var gpu = Gpu0.with("numbers")) {
      int[] x = new Random(4).ints(n).toArray();
      x[0] = 0;
      long y = gpu.put(new int[12 * n]);
      gpu.launch("bits", Dim3.of(1), Dim3.of(n), gpu.put(x), y, n);
      int[] got = gpu.ints(y, 12 * n);
      for (int t = 0; t < n; t++) {
        int v = x[t];
        long u = v & 0xffff_ffffL;
        int[] wanted = {
          Integer.bitCount(v),
          Integer.numberOfLeadingZeros(v),
          Integer.reverse(v),
          v == 0 ? 0 : Integer.numberOfTrailingZeros(v) + 1,
          v & 0xff | (~v & 0xff) << 8 | (v >> 8 & 0xff) << 16 | (~v >> 8 & 0xff) << 24,
          ~v << 7 | v >>> 25,
          (int) (u * 0x9e3779b9L >>> 32),
          (int) (u * u >>> 7),
          v >>> 3 & 0x1f,
          (byte) v * 4 + (byte) (v >> 8) * 3 + (byte) (v >> 16) * 2 + (byte) (v >> 24) + 5,
          v / 7,
          Integer.remainderUnsigned(v, 11)
        };
        assertThat(java.util.Arrays.copyOfRange(got, 12 * t, 12 * t + 12)).isEqualTo(wanted);
      }
    }
  }

  @Test
  void votesAndShuffles() {
    try (var gpu = Gpu0.with("numbers")) {
      int[] x = Gpu0.randomInts(32, 8);
      long y = gpu.put(new int[8 * 32]);
      gpu.launch("votes", Dim3.of(1), Dim3.of(32), gpu.put(x), y);
      int[] got = gpu.ints(y, 256);
      int ballot = IntStream.range(0, 32).map(l -> x[l] > 3 ? 1 << l : 0).sum();
      int odd = IntStream.range(0, 32).map(l -> x[l] % 2 == 1 ? 1 << l : 0).sum();
      boolean seven = IntStream.of(x).anyMatch(v -> v == 7);
      for (int t = 0; t < 32; t++) {
        int mine = x[t];
        assertThat(got[8 * t]).isEqualTo(ballot);
        assertThat(got[8 * t + 1]).isEqualTo(seven ? 3 : 2);
        assertThat(got[8 * t + 2])
            .isEqualTo(IntStream.range(0, 32).map(l -> x[l] == mine ? 1 << l : 0).sum());
        assertThat(got[8 * t + 3]).isEqualTo(IntStream.of(x).sum());
        assertThat(got[8 * t + 4]).isEqualTo(IntStream.of(x).max().orElseThrow());
        assertThat(got[8 * t + 5]).isEqualTo(x[t] % 2 == 1 ? odd : 0);
        assertThat(got[8 * t + 6]).isEqualTo(x[(t + 5) % 32]);
        assertThat(got[8 * t + 7]).isEqualTo(x[t ^ 1]);
      }
    }
  }

  @Test
  void asynchronousCopies() {
    try (var gpu = Gpu0.with("numbers")) {
      int[] x = Gpu0.randomInts(4 * 256, 1000);
      long y = gpu.put(new int[4 * 256]);
      gpu.launch("pipeline", Dim3.of(1), Dim3.of(64), gpu.put(x), y, 256);
      int[] got = gpu.ints(y, 4 * 256);
      for (int v = 0; v < 256; v++) {
        int from = v / 64 * 64 + 63 - v % 64;
        assertThat(got[4 * v]).isEqualTo(x[4 * from] + v / 64);
        assertThat(got[4 * v + 3]).isEqualTo(x[4 * from + 3]);
      }
    }
  }

  @Test
  void libraryFunctions() {
    int n = 300;
    try (var gpu = Gpu0.with("numbers")) {
      float[] x = Gpu0.randomFloats(n, 5);
      double[] d = new Random(6).doubles(n, -20, 20).toArray();
      long y = gpu.put(new float[10 * n]);
      long e = gpu.put(new double[6 * n]);
      gpu.launch("functions", Dim3.of(3), Dim3.of(128), gpu.put(x), y, gpu.put(d), e, n);
      float[] fs = gpu.floats(y, 10 * n);
      double[] ds = gpu.doubles(e, 6 * n);
      for (int t = 0; t < n; t++) {
        double v = x[t];
        double[] wanted = {
          Math.exp(v),
          Math.log(Math.abs(v)),
          Math.sin(x[t] * 1000f),
          Math.tanh(v),
          Math.pow(Math.abs(v), 1.7f),
          Math.sqrt(Math.abs(v)),
          Double.NaN, // erf: Java has none
          x[t] % 0.7f,
          Math.exp(v),
          Math.atan2(v, 0.3f)
        };
        for (int k = 0; k < 10; k++) {
          double tolerance = Math.abs(wanted[k]) * 2e-6 + 1e-6;
          if (k != 6) {
            assertThat((double) fs[10 * t + k]).isCloseTo(wanted[k], offset(tolerance));
          }
        }
        double w = d[t];
        double[] exact = {
          Math.exp(w),
          Math.log(Math.abs(w)),
          Math.sin(w),
          Math.cbrt(w),
          Math.pow(Math.abs(w), 2.5),
          1 / Math.sqrt(Math.abs(w))
        };
        for (int k = 0; k < 6; k++) {
          assertThat(ds[6 * t + k]).isCloseTo(exact[k], offset(Math.abs(exact[k]) * 1e-14 + 1e-15));
        }
      }
    }
  }

  @Test
  void wideIntegers() {
    int n = 50;
    try (var gpu = Gpu0.with("numbers")) {
      long[] a = new Random(1).longs(n).toArray();
      long[] b = new Random(2).longs(n).toArray();
      long y = gpu.put(new long[4 * n]);
      gpu.launch("wide", Dim3.of(1), Dim3.of(64), gpu.put(a), gpu.put(b), y, n);
      long[] got = gpu.longs(y, 4 * n);
      for (int t = 0; t < n; t++) {
        BigInteger u = new BigInteger(Long.toUnsignedString(a[t]));
        BigInteger v = new BigInteger(Long.toUnsignedString(b[t]));
        BigInteger p = u.multiply(v).add(BigInteger.valueOf(12345));
        assertThat(got[4 * t]).isEqualTo(p.longValue());
        assertThat(got[4 * t + 1]).isEqualTo(p.shiftRight(64).longValue());
        assertThat(got[4 * t + 2]).isEqualTo(Long.divideUnsigned(a[t], b[t] | 1));
        assertThat(got[4 * t + 3]).isEqualTo(Long.remainderUnsigned(a[t], b[t] | 1));
      }
    }
  }
}
