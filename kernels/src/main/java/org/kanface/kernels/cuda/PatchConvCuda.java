package org.kanface.kernels.cuda;

import org.jspecify.annotations.Nullable;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.Epilogue;
import org.kanface.kernels.Gemm;
import org.kanface.kernels.Memory;
import org.kanface.kernels.Strided;

/// Convolutions whose windows do not overlap, as one matrix product. Of a 1×1 convolution the
/// image is the left operand as it lies; else windows are copied into rows `[pixels, kh kw c]`
/// first.
final class PatchConvCuda {
  private final CudaContext context;
  private final GemmCuda gemm;
  private final ElementwiseCuda elementwise;

  PatchConvCuda(CudaContext context, GemmCuda gemm, ElementwiseCuda elementwise) {
    this.context = context;
    this.gemm = gemm;
    this.elementwise = elementwise;
  }

  /// Whether it is such a convolution.
  static boolean has(Conv2d s) {
    return s.groups() == 1
        && s.padH() == 0
        && s.padW() == 0
        && (s.dilationH() == 1 || s.kh() == 1)
        && (s.dilationW() == 1 || s.kw() == 1)
        && s.kh() <= s.strideH()
        && s.kw() <= s.strideW();
  }

  private static boolean isPointwise(Conv2d s) {
    return s.kh() == 1 && s.kw() == 1 && s.strideH() == 1 && s.strideW() == 1;
  }

  private static long pixels(Conv2d s) {
    return s.n() * s.outH() * s.outW();
  }

  /// Elements of a window.
  private static long taps(Conv2d s) {
    return (long) s.kh() * s.kw() * s.c();
  }

  /// The images' windows as they lie, and as rows.
  private static Strided windows(Conv2d s, boolean intoRows) {
    long row = s.w() * s.c();
    long run = s.kw() * s.c(); // a window's row is in one piece
    long[] sizes = {s.n(), s.outH(), s.outW(), s.kh(), run};
    long[] lying = {s.h() * row, s.strideH() * row, s.strideW() * s.c(), row, 1};
    long[] rows = {s.outH() * s.outW() * taps(s), s.outW() * taps(s), taps(s), run, 1};
    return intoRows ? Strided.of(sizes, lying, rows) : Strided.of(sizes, rows, lying);
  }

  /// The left operand.
  private Memory rows(Scratch.Lease scratch, Conv2d s, Memory x) {
    if (isPointwise(s)) {
      return x;
    }
    CudaMemory rows = scratch.take(pixels(s) * taps(s));
    elementwise.copy(windows(s, true), x, rows);
    return rows;
  }

  void forward(Conv2d s, Memory x, Memory weight, @Nullable Memory bias, Memory y) {
    try (var scratch = context.scratch().lease()) {
      var product = Gemm.of(false, true, pixels(s), s.outC(), taps(s));
      gemm.gemm(product, rows(scratch, s, x), weight, y, Epilogue.bias(bias));
    }
  }

  void gradInput(Conv2d s, Memory dy, Memory weight, Memory dx) {
    var product = Gemm.of(false, false, pixels(s), taps(s), s.outC());
    if (isPointwise(s)) {
      gemm.gemm(product, dy, weight, dx);
      return;
    }
    try (var scratch = context.scratch().lease()) {
      CudaMemory rows = scratch.take(pixels(s) * taps(s));
      gemm.gemm(product, dy, weight, rows);
      if (pixels(s) * taps(s) < s.inputNumel()) { // pixels that no window reads
        context.fill(context.mine(dx), (byte) 0, s.inputNumel() * Float.BYTES);
      }
      elementwise.copy(windows(s, false), rows, dx);
    }
  }

  void gradWeight(Conv2d s, Memory x, Memory dy, Memory dweight) {
    try (var scratch = context.scratch().lease()) {
      var product = Gemm.of(true, false, s.outC(), taps(s), pixels(s));
      gemm.gemm(product, dy, rows(scratch, s, x), dweight);
    }
  }
}
