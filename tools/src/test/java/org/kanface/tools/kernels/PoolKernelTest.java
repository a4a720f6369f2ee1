package org.kanface.tools.kernels;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kanface.kernels.Pool2d;
import org.kanface.kernels.PoolKernels;
import org.kanface.tools.ptx.Dim3;

/// `pool.cu` against the plain loops: windows that overlap, leave pixels out, reach into the
/// padding.
final class PoolKernelTest {
  private static final PoolKernels REFERENCE = Workbench.REFERENCE.pool();
  private static final Dim3 WARPS = Dim3.of(32, 8);
  private static final Dim3 GRID = Dim3.of(1, 2);

  static byte[] bytes(Pool2d s, long outH, long outW) {
    long[] sizes = {
      s.n(),
      s.h(),
      s.w(),
      s.c(),
      outH,
      outW,
      s.kh(),
      s.kw(),
      s.strideH(),
      s.strideW(),
      s.padH(),
      s.padW()
    };
    var out = ByteBuffer.allocate(sizes.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long size : sizes) {
      out.putInt((int) size);
    }
    return out.array();
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1, 1, 1, 0, false",
    "2, 6, 9, 12, 3, 2, 1, false",
    "1, 5, 5, 4, 3, 1, 1, false",
    "1, 9, 7, 20, 2, 3, 0, false",
    "2, 5, 7, 33, 3, 2, 1, false",
    "1, 7, 6, 3, 3, 2, 1, true",
    "1, 6, 5, 40, 2, 3, 1, false"
  })
  void windows(long n, long h, long w, long c, int kernel, int stride, int padding, boolean ceil) {
    var s = new Pool2d(n, h, w, c, kernel, kernel, stride, stride, padding, padding, ceil);
    byte[] p = bytes(s, s.outH(), s.outW());
    long outputs = n * s.outH() * s.outW() * c;
    try (var b = new Workbench("pool", c)) {
      Twin x = b.in("x", n * h * w * c);
      Twin y = b.out("y", outputs);
      Twin argmax = b.outBytes("argmax", outputs, Long.BYTES);
      b.launch("pool_max_forward_f32", GRID, WARPS, 0, x, y, argmax, p);
      REFERENCE.maxForward(s, x.host(), y.host(), argmax.host());
      b.requireEqual(y, 0, 0);
      b.requireSameLongs(argmax);
      Twin dy = b.in("dy", outputs);
      Twin dx = b.out("dx", n * h * w * c);
      b.launch("pool_max_backward_f32", GRID, WARPS, 0, argmax, dy, dx, p);
      REFERENCE.maxBackward(s, argmax.host(), dy.host(), dx.host());
      b.requireSum(dx, (long) kernel * kernel, 1);
      for (boolean whole : new boolean[] {false, true}) {
        int kind = whole ? 1 : 0;
        b.launch("pool_average_forward_f32", GRID, WARPS, 0, x, y, p, kind);
        REFERENCE.averageForward(s, whole, x.host(), y.host());
        b.requireSum(y, (long) kernel * kernel, 1);
        b.launch("pool_average_backward_f32", GRID, WARPS, 0, dy, dx, p, kind);
        REFERENCE.averageBackward(s, whole, dy.host(), dx.host());
        b.requireSum(dx, (long) kernel * kernel, 1);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"2, 7, 5, 33, 3, 2", "1, 3, 4, 8, 5, 7", "1, 6, 6, 5, 1, 1"})
  void adaptive(long n, long h, long w, long c, long outH, long outW) {
    byte[] p = bytes(Pool2d.of(n, h, w, c, 1, 1, 0), outH, outW);
    try (var b = new Workbench("pool", c)) {
      Twin x = b.in("x", n * h * w * c);
      Twin y = b.out("y", n * outH * outW * c);
      b.launch("pool_average_forward_f32", GRID, WARPS, 0, x, y, p, 2);
      REFERENCE.adaptiveAverageForward(n, h, w, c, outH, outW, x.host(), y.host());
      b.requireSum(y, h * w, 1);
      Twin dy = b.in("dy", n * outH * outW * c);
      Twin dx = b.out("dx", n * h * w * c);
      b.launch("pool_average_backward_f32", GRID, WARPS, 0, dy, dx, p, 2);
      REFERENCE.adaptiveAverageBackward(n, h, w, c, outH, outW, dy.host(), dx.host());
      b.requireSum(dx, outH * outW, 1);
    }
  }
}
