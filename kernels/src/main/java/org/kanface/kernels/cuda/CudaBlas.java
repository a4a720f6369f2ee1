package org.kanface.kernels.cuda;

import static jcuda.jcublas.JCublas2.cublasCreate;
import static jcuda.jcublas.JCublas2.cublasGetStatusName;
import static jcuda.jcublas.JCublas2.cublasGetStatusString;
import static jcuda.jcublas.JCublas2.cublasSetMathMode;
import static jcuda.jcublas.JCublas2.cublasSetStream;
import static jcuda.jcublas.JCublas2.cublasSgemmStridedBatched_64;
import static jcuda.jcublas.JCublas2.cublasSgemm_v2_64;
import static jcuda.jcublas.cublasOperation.CUBLAS_OP_N;
import static jcuda.jcublas.cublasOperation.CUBLAS_OP_T;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.Pointer;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasMath;
import jcuda.jcublas.cublasStatus;
import jcuda.runtime.cudaStream_t;
import org.kanface.kernels.Gemm;

/// cuBLAS on a context's stream. It thinks in columns: a row-major matrix is its transpose there,
/// so that `c = a·b` is asked for as `cᵀ = bᵀ·aᵀ`, with nothing moved.
final class CudaBlas {
  // JCuda holds Java arrays behind pointers in a critical section; direct buffers are free of that.
  private static final ThreadLocal<ByteBuffer> FACTORS =
      ThreadLocal.withInitial(
          () -> ByteBuffer.allocateDirect(2 * Float.BYTES).order(ByteOrder.nativeOrder()));

  private final CudaContext context;
  private final cublasHandle handle = new cublasHandle();

  CudaBlas(CudaContext context) {
    this.context = context;
    context.enter();
    check(cublasCreate(handle), "starting cuBLAS on %s", context);
    check(cublasSetStream(handle, new cudaStream_t(context.stream().handle())), "using a stream");
    check(cublasSetMathMode(handle, cublasMath.CUBLAS_DEFAULT_MATH), "choosing full precision");
  }

  /// Enqueues `count` products `c = alpha op(a)·op(b) (+ c)` whose operands begin so many elements
  /// apart; all sizes are at least 1.
  synchronized void gemm(
      Gemm s,
      long count,
      DevicePointer a,
      long aStride,
      DevicePointer b,
      long bStride,
      DevicePointer c,
      long cStride) {
    var factors = FACTORS.get();
    factors.putFloat(0, (float) s.alpha()).putFloat(Float.BYTES, s.accumulate() ? 1 : 0);
    var alpha = Pointer.to(factors);
    var beta = Pointer.to(factors).withByteOffset(Float.BYTES);
    int first = s.transB() ? CUBLAS_OP_T : CUBLAS_OP_N;
    int second = s.transA() ? CUBLAS_OP_T : CUBLAS_OP_N;
    context.enter();
    var times = context.times();
    var start = times == null ? null : times.start();
    int status =
        count == 1
            ? cublasSgemm_v2_64(
                handle, first, second, s.n(), s.m(), s.k(), alpha, b, s.ldb(), a, s.lda(), beta, c,
                s.ldc())
            : cublasSgemmStridedBatched_64(
                handle, first, second, s.n(), s.m(), s.k(), alpha, b, s.ldb(), bStride, a, s.lda(),
                aStride, beta, c, s.ldc(), cStride, count);
    check(status, "[gemm] %d × %s on %s", count, s, context);
    if (times != null && start != null) {
      times.end(start, name(s, count), 0, 2.0 * count * s.m() * s.n() * s.k());
    }
  }

  private static String name(Gemm s, long count) {
    return "cublas %s%s %dx%dx%d, %d times"
        .formatted(s.transA() ? "T" : "N", s.transB() ? "T" : "N", s.m(), s.n(), s.k(), count);
  }

  private static void check(int status, String what, Object... arguments) {
    if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
      throw new CudaException(
          status,
          what.formatted(arguments),
          cublasGetStatusName(status),
          cublasGetStatusString(status));
    }
  }
}
