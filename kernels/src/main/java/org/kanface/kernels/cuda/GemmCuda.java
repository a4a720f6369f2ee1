package org.kanface.kernels.cuda;

import org.jspecify.annotations.Nullable;
import org.kanface.kernels.Epilogue;
import org.kanface.kernels.Gemm;
import org.kanface.kernels.GemmKernels;
import org.kanface.kernels.Memory;

/// cuBLAS, and `gemm.cu` for what follows a product.
final class GemmCuda implements GemmKernels {
  private static final int ROWS = 8; // of a block of 32 columns

  private final CudaContext context;
  private final CudaModule module;

  GemmCuda(CudaContext context) {
    this.context = context;
    module = context.module("gemm");
  }

  @Override
  public void gemm(Gemm s, Memory a, Memory b, Memory c, Epilogue epilogue) {
    var batch = s.batch();
    if (s.m() == 0 || s.n() == 0 || batch.count() == 0) {
      return;
    }
    var operands =
        new Operands(
            operand("a", s, a, s.transA(), s.m(), s.k(), s.lda(), batch.aOuter(), batch.aInner()),
            operand("b", s, b, s.transB(), s.k(), s.n(), s.ldb(), batch.bOuter(), batch.bInner()),
            operand("c", s, c, false, s.m(), s.n(), s.ldc(), batch.cOuter(), batch.cInner()));
    if (s.k() > 0) {
      products(s, operands);
    } else if (!s.accumulate()) {
      zero(s, operands.c());
    }
    if (!epilogue.isNone()) {
      finish(s, c, epilogue);
    }
  }

  /// A stored matrix, and how far apart those of a batch begin, in elements.
  private record Operand(DevicePointer start, long outer, long inner) {
    DevicePointer at(long i, long j) {
      return start.plus((i * outer + j * inner) * Float.BYTES);
    }
  }

  private record Operands(Operand a, Operand b, Operand c) {
    /// Whether the batch's two levels are one.
    boolean isFlat(long inner) {
      return a.outer == inner * a.inner && b.outer == inner * b.inner && c.outer == inner * c.inner;
    }
  }

  private Operand operand(
      String name,
      Gemm s,
      Memory memory,
      boolean transposed,
      long rows,
      long cols,
      long leading,
      long outer,
      long inner) {
    long storedRows = transposed ? cols : rows;
    long storedCols = transposed ? rows : cols;
    long last = (s.batch().outer() - 1) * outer + (s.batch().inner() - 1) * inner;
    long elements = storedRows == 0 ? 0 : last + (storedRows - 1) * leading + storedCols;
    var block = context.mine(memory);
    if (block.byteSize() < elements * Float.BYTES) {
      throw new IllegalArgumentException(
          "[gemm] %s of %s: expected at least %,d bytes, got %,d"
              .formatted(name, s, elements * Float.BYTES, block.byteSize()));
    }
    return new Operand(block.pointer(), outer, inner);
  }

  /// The library walks one level of the batch, the longer one; the other is a loop.
  private void products(Gemm s, Operands o) {
    long outer = s.batch().outer();
    long inner = s.batch().inner();
    if (o.isFlat(inner)) {
      strided(s, o, outer * inner, 0, 0, true);
    } else if (outer > inner) {
      for (long j = 0; j < inner; j++) {
        strided(s, o, outer, 0, j, false);
      }
    } else {
      for (long i = 0; i < outer; i++) {
        strided(s, o, inner, i, 0, true);
      }
    }
  }

  private void strided(Gemm s, Operands o, long count, long i, long j, boolean walksInner) {
    context
        .blas()
        .gemm(
            s,
            count,
            o.a.at(i, j),
            walksInner ? o.a.inner : o.a.outer,
            o.b.at(i, j),
            walksInner ? o.b.inner : o.b.outer,
            o.c.at(i, j),
            walksInner ? o.c.inner : o.c.outer);
  }

  private void zero(Gemm s, Operand c) {
    context.enter();
    for (long i = 0; i < s.batch().outer(); i++) {
      for (long j = 0; j < s.batch().inner(); j++) {
        for (long row = 0; row < s.m(); row++) {
          context.stream()
              .fill(c.at(i, j).plus(row * s.ldc() * Float.BYTES), (byte) 0, s.n() * Float.BYTES);
        }
      }
    }
  }

  private void finish(Gemm s, Memory c, Epilogue epilogue) {
    long extent = (s.m() - 1) * s.ldc() + s.n();
    finish(s.m(), s.n(), s.ldc(), extent, c, epilogue);
  }

  /// `y[i, j] += bias[j]`.
  void addBias(long rows, long cols, Memory y, @Nullable Memory bias) {
    if (bias != null && rows * cols > 0) {
      finish(rows, cols, cols, rows * cols, y, Epilogue.bias(bias));
    }
  }

  private void finish(long rows, long cols, long leading, long extent, Memory c, Epilogue e) {
    module
        .launch("gemm_epilogue_f32")
        .grid(Launch.blocks(cols, 32), Launch.rows(Math.ceilDiv(rows, ROWS)), 1)
        .block(32, ROWS)
        .floats(c, extent)
        .floats(e.bias(), cols)
        .floats(e.preactivation(), extent)
        .floats(e.scale(), cols)
        .floats(e.residual(), extent)
        .i64(rows)
        .i64(cols)
        .i64(leading)
        .i32(
            switch (e.activation()) {
              case NONE -> 0;
              case RELU -> 1;
              case SILU -> 2;
              case GELU -> 3;
            })
        .run();
  }
}
