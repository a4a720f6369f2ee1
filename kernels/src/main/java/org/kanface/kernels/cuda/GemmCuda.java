package org.kanface.kernels.cuda;

import org.jspecify.annotations.Nullable;
import org.kanface.kernels.DType;
import org.kanface.kernels.Epilogue;
import org.kanface.kernels.Gemm;
import org.kanface.kernels.GemmKernels;
import org.kanface.kernels.Memory;
import org.kanface.kernels.Precision;

/// cuBLAS, and `gemm.cu` for what follows a product and for small ones. In a 16-bit precision both
/// factors are first
/// copied to scratch memory in that type; the result is float32 all the same.
final class GemmCuda implements GemmKernels {
  private static final long SMALL = 2L << 20; // multiplications
  private static final long SMALL_ROWS = 1024;
  private static final long ROW = 8; // 16-bit rows begin at multiples of 16 bytes

  private final CudaContext context;
  private final Precision precision;
  private final CastCuda casts;
  private final CudaModule module;

  GemmCuda(CudaContext context, Precision precision, CastCuda casts) {
    this.context = context;
    this.precision = precision;
    this.casts = casts;
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
    if (isSmall(s)) {
      small(s, operands, epilogue);
      return;
    }
    if (s.k() > 0) {
      try (var scratch = context.scratch().lease()) {
        products(s, factors(s, operands, scratch));
      }
    } else if (!s.accumulate()) {
      zero(s, operands.c());
    }
    if (!epilogue.isNone()) {
      finish(s, c, epilogue);
    }
  }

  /// Whether a kernel of our own is faster: cuBLAS takes longer to begin with such products than
  /// they take, and its result needs another kernel for the epilogue.
  private boolean isSmall(Gemm s) {
    return precision == Precision.F32
        && !s.transA()
        && s.transB()
        && !s.accumulate()
        && s.batch().count() == 1
        && s.k() > 0
        && s.m() <= SMALL_ROWS
        && s.m() * s.n() * s.k() <= SMALL;
  }

  private void small(Gemm s, Operands o, Epilogue e) {
    long extent = (s.m() - 1) * s.ldc() + s.n();
    module
        .launch("gemm_small_f32")
        .grid(Launch.blocks(s.n(), 32), Launch.rows(Math.ceilDiv(s.m(), 2)), 1)
        .block(32, 8)
        .floats(o.a.block, (s.m() - 1) * s.lda() + s.k())
        .floats(o.b.block, (s.n() - 1) * s.ldb() + s.k())
        .floats(o.c.block, extent)
        .floats(e.bias(), s.n())
        .floats(e.preactivation(), extent)
        .floats(e.scale(), s.n())
        .floats(e.residual(), extent)
        .i64(s.m())
        .i64(s.n())
        .i64(s.k())
        .i64(s.lda())
        .i64(s.ldb())
        .i64(s.ldc())
        .f32(s.alpha())
        .i32(number(e))
        .run();
  }

  /// A stored matrix `[rows, cols]`, and how far apart those of a batch begin, in elements.
  private record Operand(
      CudaMemory block, DType type, long rows, long cols, long leading, long outer, long inner) {
    DevicePointer at(long i, long j) {
      return block.pointer().plus((i * outer + j * inner) * type.bytes());
    }

    CudaBlas.Matrix matrix(long i, long j, boolean walksInner) {
      return new CudaBlas.Matrix(at(i, j), type, leading, walksInner ? inner : outer);
    }
  }

  /// All matrices of a factor in `half`, one after the other; those that a batch shares once.
  private Operand rounded(DType half, Operand x, Gemm.Batch batch, Scratch.Lease scratch) {
    long outer = x.outer == 0 ? 1 : batch.outer();
    long inner = x.inner == 0 ? 1 : batch.inner();
    long leading = Math.ceilDiv(x.cols, ROW) * ROW;
    long matrix = x.rows * leading;
    CudaMemory packed = scratch.take(Math.ceilDiv(outer * inner * matrix, 2));
    var from = new CastCuda.Batch(outer, inner, x.rows, x.cols, x.outer, x.inner, x.leading);
    casts.pack(half, from, x.block, leading, packed);
    return new Operand(
        packed,
        half,
        x.rows,
        x.cols,
        leading,
        x.outer == 0 ? 0 : inner * matrix,
        x.inner == 0 ? 0 : matrix);
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
    return new Operand(block, DType.F32, storedRows, storedCols, leading, outer, inner);
  }

  /// The factors as the library gets them.
  private Operands factors(Gemm s, Operands o, Scratch.Lease scratch) {
    return precision
        .half()
        .map(
            half ->
                new Operands(
                    rounded(half, o.a, s.batch(), scratch),
                    rounded(half, o.b, s.batch(), scratch),
                    o.c))
        .orElse(o);
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
            precision == Precision.TF32,
            count,
            o.a.matrix(i, j, walksInner),
            o.b.matrix(i, j, walksInner),
            o.c.matrix(i, j, walksInner));
  }

  private void zero(Gemm s, Operand c) {
    for (long i = 0; i < s.batch().outer(); i++) {
      for (long j = 0; j < s.batch().inner(); j++) {
        for (long row = 0; row < s.m(); row++) {
          DevicePointer start = c.at(i, j).plus(row * s.ldc() * Float.BYTES);
          context.enqueue(new FillCall(start, (byte) 0, s.n() * Float.BYTES));
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
    Tiles.flat(module.launch("gemm_epilogue_f32"), rows * cols)
        .floats(c, extent)
        .floats(e.bias(), cols)
        .floats(e.preactivation(), extent)
        .floats(e.scale(), cols)
        .floats(e.residual(), extent)
        .i64(rows)
        .i64(cols)
        .i64(leading)
        .i32(number(e))
        .run();
  }

  /// The kernels' number for an epilogue's activation.
  private static int number(Epilogue e) {
    return switch (e.activation()) {
      case NONE -> 0;
      case RELU -> 1;
      case SILU -> 2;
      case GELU -> 3;
    };
  }
}
