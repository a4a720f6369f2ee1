package org.kanface.kernels.cuda;

import org.jspecify.annotations.Nullable;
import org.kanface.kernels.CastKernels;
import org.kanface.kernels.DType;
import org.kanface.kernels.Images;
import org.kanface.kernels.Memory;

/// `cast.cu`.
final class CastCuda implements CastKernels {
  private static final int BLOCK = 256;
  private static final int ROWS = 8; // of a block of 32 columns

  private final CudaModule module;

  CastCuda(CudaContext context) {
    module = context.module("cast");
  }

  private static String suffix(String operation, DType half) {
    CastKernels.requireHalf(operation, half);
    return half == DType.F16 ? "f16" : "bf16";
  }

  @Override
  public void narrow(DType to, long n, Memory x, Memory y) {
    module
        .launch("cast_narrow_" + suffix("narrow", to))
        .grid(Launch.blocks(n, BLOCK))
        .block(BLOCK)
        .floats(x, n)
        .halves(y, n)
        .i64(n)
        .run();
  }

  @Override
  public void widen(DType from, long n, Memory x, Memory y) {
    module
        .launch("cast_widen_" + suffix("widen", from))
        .grid(Launch.blocks(n, BLOCK))
        .block(BLOCK)
        .halves(x, n)
        .floats(y, n)
        .i64(n)
        .run();
  }

  private static Launch rows(Launch launch, long rows, long cols) {
    return launch
        .grid(Launch.blocks(cols, 32), Launch.rows(Math.ceilDiv(rows, ROWS)), 1)
        .block(32, ROWS);
  }

  /// Matrices of a batch whose rows lie apart: so many elements to the next of each level.
  record Batch(
      long outer,
      long inner,
      long rows,
      long cols,
      long outerStride,
      long innerStride,
      long leading) {
    /// Rows of all matrices.
    long all() {
      return outer * inner * rows;
    }
  }

  /// Rounds matrices to matrices one after the other, whose rows begin `packed` elements apart.
  void pack(DType to, Batch s, CudaMemory x, long packed, CudaMemory y) {
    rows(module.launch("cast_pack_" + suffix("pack", to)), s.all(), s.cols)
        .memory(x)
        .halves(y, s.all() * packed)
        .i64(s.all())
        .i64(s.inner)
        .i64(s.rows)
        .i64(s.cols)
        .i64(s.outerStride)
        .i64(s.innerStride)
        .i64(s.leading)
        .i64(packed)
        .run();
  }

  @Override
  public void images(Images s, Memory bytes, @Nullable Memory mirrored, DType to, Memory y) {
    String suffix = to == DType.F32 ? "f32" : suffix("images", to);
    long rows = s.n() * s.height();
    rows(module.launch("cast_image_" + suffix), rows, s.rowLength())
        .bytes(bytes, s.numel())
        .bytes(mirrored, s.n())
        .bytes(y, s.numel() * to.bytes())
        .i64(rows)
        .i64(s.height())
        .i64(s.width())
        .f32(s.mean().red())
        .f32(s.mean().green())
        .f32(s.mean().blue())
        .f32(s.std().red())
        .f32(s.std().green())
        .f32(s.std().blue())
        .run();
  }
}
