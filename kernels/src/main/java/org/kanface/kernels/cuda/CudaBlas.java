package org.kanface.kernels.cuda;

import static jcuda.jcublas.JCublas2.cublasCreate;
import static jcuda.jcublas.JCublas2.cublasGemmStridedBatchedEx_64_new;
import static jcuda.jcublas.JCublas2.cublasGetStatusName;
import static jcuda.jcublas.JCublas2.cublasGetStatusString;
import static jcuda.jcublas.JCublas2.cublasSetMathMode;
import static jcuda.jcublas.JCublas2.cublasSetStream;
import static jcuda.jcublas.JCublas2.cublasSetWorkspace;
import static jcuda.jcublas.JCublas2.cublasSgemmStridedBatched_64;
import static jcuda.jcublas.JCublas2.cublasSgemm_v2_64;
import static jcuda.jcublas.cublasOperation.CUBLAS_OP_N;
import static jcuda.jcublas.cublasOperation.CUBLAS_OP_T;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.Pointer;
import jcuda.cudaDataType;
import jcuda.driver.CUstream;
import jcuda.jcublas.cublasComputeType;
import jcuda.jcublas.cublasGemmAlgo;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasMath;
import jcuda.jcublas.cublasStatus;
import jcuda.runtime.cudaStream_t;
import org.kanface.kernels.DType;
import org.kanface.kernels.Gemm;

/// cuBLAS on a context's stream. It thinks in columns: a row-major matrix is its transpose there,
/// so that `c = a·b` is asked for as `cᵀ = bᵀ·aᵀ`, with nothing moved.
final class CudaBlas {
  private static final long WORKSPACE = 32L << 20; // what cuBLAS itself takes on the largest GPUs

  // JCuda holds Java arrays behind pointers in a critical section; direct buffers are free of that.
  private static final ThreadLocal<ByteBuffer> FACTORS =
      ThreadLocal.withInitial(
          () -> ByteBuffer.allocateDirect(2 * Float.BYTES).order(ByteOrder.nativeOrder()));

  private final CudaContext context;
  private final cublasHandle handle = new cublasHandle();

  private final CudaMemory workspace;
  private CUstream current;

  CudaBlas(CudaContext context) {
    this.context = context;
    context.enter();
    check(cublasCreate(handle), "starting cuBLAS on %s", context);
    workspace = context.allocate(WORKSPACE);
    current = context.stream().handle();
    use(current);
    check(cublasSetMathMode(handle, cublasMath.CUBLAS_DEFAULT_MATH), "choosing full precision");
  }

  /// Goes on with another stream. The workspace is ours, because what cuBLAS takes for itself
  /// cannot be part of a graph; a change of the stream makes it forget ours.
  private void use(CUstream stream) {
    check(cublasSetStream(handle, new cudaStream_t(stream)), "using a stream");
    check(cublasSetWorkspace(handle, workspace.pointer(), WORKSPACE), "giving a workspace");
    current = stream;
  }

  /// A matrix as it is stored, the first of a batch.
  ///
  /// @param leading elements from one row to the next
  /// @param stride elements from one matrix to the next
  record Matrix(DevicePointer start, DType type, long leading, long stride) {
    private int library() {
      return switch (type) {
        case F16 -> cudaDataType.CUDA_R_16F;
        case BF16 -> cudaDataType.CUDA_R_16BF;
        default -> cudaDataType.CUDA_R_32F;
      };
    }
  }

  /// Enqueues `count` products `c = alpha op(a)·op(b) (+ c)`; all sizes are at least 1. The factors
  /// are float32, or both of the same 16-bit type; sums and `c` are float32.
  ///
  /// @param tf32 whether float32 factors may be rounded to TF32
  void gemm(Gemm s, boolean tf32, long count, Matrix a, Matrix b, Matrix c) {
    context.enqueue(new Product(this, s, tf32, count, a, b, c));
  }

  private record Product(
      CudaBlas blas, Gemm s, boolean tf32, long count, Matrix a, Matrix b, Matrix c)
      implements DeviceCall {
    @Override
    public void enqueue(CUstream stream) {
      blas.enqueue(this, stream);
    }
  }

  private synchronized void enqueue(Product p, CUstream stream) {
    Gemm s = p.s;
    Matrix a = p.a;
    Matrix b = p.b;
    Matrix c = p.c;
    if (!stream.equals(current)) {
      use(stream);
    }
    var factors = FACTORS.get();
    factors.putFloat(0, (float) s.alpha()).putFloat(Float.BYTES, s.accumulate() ? 1 : 0);
    var alpha = Pointer.to(factors);
    var beta = Pointer.to(factors).withByteOffset(Float.BYTES);
    int first = s.transB() ? CUBLAS_OP_T : CUBLAS_OP_N;
    int second = s.transA() ? CUBLAS_OP_T : CUBLAS_OP_N;
    var times = context.times();
    var start = times == null ? null : times.start();
    int status;
    if (p.tf32 || a.type != DType.F32) {
      int compute =
          p.tf32
              ? cublasComputeType.CUBLAS_COMPUTE_32F_FAST_TF32
              : cublasComputeType.CUBLAS_COMPUTE_32F;
      status =
          cublasGemmStridedBatchedEx_64_new(
              handle,
              first,
              second,
              s.n(),
              s.m(),
              s.k(),
              alpha,
              b.start,
              b.library(),
              b.leading,
              b.stride,
              a.start,
              a.library(),
              a.leading,
              a.stride,
              beta,
              c.start,
              c.library(),
              c.leading,
              c.stride,
              p.count,
              compute,
              cublasGemmAlgo.CUBLAS_GEMM_DEFAULT);
    } else if (p.count == 1) {
      status =
          cublasSgemm_v2_64(
              handle, first, second, s.n(), s.m(), s.k(), alpha, b.start, b.leading, a.start,
              a.leading, beta, c.start, c.leading);
    } else {
      status =
          cublasSgemmStridedBatched_64(
              handle, first, second, s.n(), s.m(), s.k(), alpha, b.start, b.leading, b.stride,
              a.start, a.leading, a.stride, beta, c.start, c.leading, c.stride, p.count);
    }
    String type = p.tf32 ? "TF32" : a.type.name();
    check(status, "[gemm] %d × %s of %s on %s", p.count, s, type, context);
    if (times != null && start != null) {
      times.end(start, name(s, type, p.count), 0, 2.0 * p.count * s.m() * s.n() * s.k());
    }
  }

  private static String name(Gemm s, String type, long count) {
    String plain =
        "cublas %s%s %dx%dx%d, %d times"
            .formatted(s.transA() ? "T" : "N", s.transB() ? "T" : "N", s.m(), s.n(), s.k(), count);
    return type.equals(DType.F32.name()) ? plain : plain + ", in " + type;
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
