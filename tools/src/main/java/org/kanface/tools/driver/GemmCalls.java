package org.kanface.tools.driver;

import static org.kanface.tools.driver.BlasStatus.ARCH_MISMATCH;
import static org.kanface.tools.driver.BlasStatus.INVALID_VALUE;
import static org.kanface.tools.driver.BlasStatus.NOT_SUPPORTED;

import java.util.Map;
import java.util.Set;
import org.kanface.tools.driver.BlasProduct.Matrix;

/// cuBLAS's matrix products `C = alpha op(A)·op(B) + beta C`, column-major, with the checks that
/// its manual names and with those that hardware makes too late: every element has to lie in a live
/// block of the device.
final class GemmCalls {
  private static final Map<Integer, ElementType> TYPES =
      Map.of(0, ElementType.F32, 1, ElementType.F64, 2, ElementType.F16, 14, ElementType.BF16);
  private static final int F32_COMPUTE = 68;
  private static final int F32_PEDANTIC = 69;
  private static final int FAST_F16 = 74;
  private static final int FAST_BF16 = 75;
  private static final int FAST_TF32 = 77;
  private static final Set<Integer> COMPUTE =
      Set.of(F32_COMPUTE, F32_PEDANTIC, FAST_F16, FAST_BF16, FAST_TF32);
  private static final int BF16_CAPABILITY = 80;

  private final BlasCalls blas;

  GemmCalls(BlasCalls blas) {
    this.blas = blas;
  }

  int cublasSgemm_v2(
      long handle,
      int transA,
      int transB,
      int m,
      int n,
      int k,
      long alpha,
      long a,
      int lda,
      long b,
      int ldb,
      long beta,
      long c,
      int ldc) {
    return cublasSgemm_v2_64(handle, transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  }

  int cublasSgemm_v2_64(
      long handle,
      int transA,
      int transB,
      long m,
      long n,
      long k,
      long alpha,
      long a,
      long lda,
      long b,
      long ldb,
      long beta,
      long c,
      long ldc) {
    return cublasSgemmStridedBatched_64(
        handle, transA, transB, m, n, k, alpha, a, lda, 0, b, ldb, 0, beta, c, ldc, 0, 1);
  }

  int cublasSgemmStridedBatched(
      long handle,
      int transA,
      int transB,
      int m,
      int n,
      int k,
      long alpha,
      long a,
      int lda,
      long strideA,
      long b,
      int ldb,
      long strideB,
      long beta,
      long c,
      int ldc,
      long strideC,
      int count) {
    return cublasSgemmStridedBatched_64(
        handle, transA, transB, m, n, k, alpha, a, lda, strideA, b, ldb, strideB, beta, c, ldc,
        strideC, count);
  }

  int cublasSgemmStridedBatched_64(
      long handle,
      int transA,
      int transB,
      long m,
      long n,
      long k,
      long alpha,
      long a,
      long lda,
      long strideA,
      long b,
      long ldb,
      long strideB,
      long beta,
      long c,
      long ldc,
      long strideC,
      long count) {
    return cublasGemmStridedBatchedEx_64(
        handle,
        transA,
        transB,
        m,
        n,
        k,
        alpha,
        a,
        0,
        lda,
        strideA,
        b,
        0,
        ldb,
        strideB,
        beta,
        c,
        0,
        ldc,
        strideC,
        count,
        F32_COMPUTE,
        -1);
  }

  int cublasGemmEx(
      long handle,
      int transA,
      int transB,
      int m,
      int n,
      int k,
      long alpha,
      long a,
      int typeA,
      int lda,
      long b,
      int typeB,
      int ldb,
      long beta,
      long c,
      int typeC,
      int ldc,
      int compute,
      int algorithm) {
    return cublasGemmEx_64(
        handle, transA, transB, m, n, k, alpha, a, typeA, lda, b, typeB, ldb, beta, c, typeC, ldc,
        compute, algorithm);
  }

  int cublasGemmEx_64(
      long handle,
      int transA,
      int transB,
      long m,
      long n,
      long k,
      long alpha,
      long a,
      int typeA,
      long lda,
      long b,
      int typeB,
      long ldb,
      long beta,
      long c,
      int typeC,
      long ldc,
      int compute,
      int algorithm) {
    return cublasGemmStridedBatchedEx_64(
        handle, transA, transB, m, n, k, alpha, a, typeA, lda, 0, b, typeB, ldb, 0, beta, c, typeC,
        ldc, 0, 1, compute, algorithm);
  }

  int cublasGemmStridedBatchedEx(
      long handle,
      int transA,
      int transB,
      int m,
      int n,
      int k,
      long alpha,
      long a,
      int typeA,
      int lda,
      long strideA,
      long b,
      int typeB,
      int ldb,
      long strideB,
      long beta,
      long c,
      int typeC,
      int ldc,
      long strideC,
      int count,
      int compute,
      int algorithm) {
    return cublasGemmStridedBatchedEx_64(
        handle, transA, transB, m, n, k, alpha, a, typeA, lda, strideA, b, typeB, ldb, strideB,
        beta, c, typeC, ldc, strideC, count, compute, algorithm);
  }

  int cublasGemmStridedBatchedEx_64(
      long handle,
      int transA,
      int transB,
      long m,
      long n,
      long k,
      long alpha,
      long a,
      int typeA,
      long lda,
      long strideA,
      long b,
      int typeB,
      long ldb,
      long strideB,
      long beta,
      long c,
      int typeC,
      long ldc,
      long strideC,
      long count,
      int compute,
      int algorithm) {
    BlasCalls.Handle h = blas.handle(handle);
    SimContext context = blas.context();
    context.requireStream(h.stream());
    Types types = types(context, typeA, typeB, typeC, compute);
    require(
        algorithm >= -1 && algorithm <= 23 || algorithm >= 99 && algorithm <= 115,
        "algorithm",
        "from -1 to 23 or from 99 to 115",
        algorithm);
    requireAtLeast("m", 0, m);
    requireAtLeast("n", 0, n);
    requireAtLeast("k", 0, k);
    requireAtLeast("the batch", 0, count);
    requireAtLeast("lda", Math.max(1, isTransposed("transa", transA) ? k : m), lda);
    requireAtLeast("ldb", Math.max(1, isTransposed("transb", transB) ? n : k), ldb);
    requireAtLeast("ldc", Math.max(1, m), ldc);
    require(count < 2 || strideC != 0, "strideC", "anything else for a batch", strideC);
    double factor = scalar(context, h, "alpha", alpha);
    double kept = scalar(context, h, "beta", beta);
    if (m == 0 || n == 0 || count == 0) {
      return 0;
    }
    var product =
        new BlasProduct(
            factors(context, h, types.in, compute),
            new Matrix(a, types.in, transA != 0, m, k, lda, strideA),
            new Matrix(b, types.in, transB != 0, k, n, ldb, strideB),
            new Matrix(c, types.out, false, m, n, ldc, strideC),
            factor,
            kept);
    SimGraph capture = context.captures.get(h.stream());
    if (capture != null && !h.hasWorkspace()) {
      capture.cannotBeChild("cuBLAS allocates a workspace of its own while a stream captures");
    }
    context.enqueue(h.stream(), () -> product.run(context, count));
    return 0;
  }

  /// The types of A and B and of C; throws where this combination has no kernel.
  private static Types types(SimContext context, int a, int b, int c, int compute) {
    ElementType in = TYPES.get(a);
    ElementType out = TYPES.get(c);
    if (in == null
        || out == null
        || in == ElementType.F64
        || a != b
        || (out != ElementType.F32 && out != in)
        || !COMPUTE.contains(compute)) {
      throw new LibraryError(
          NOT_SUPPORTED,
          "there is no product of types %d and %d into %d computed as %d here",
          a,
          b,
          c,
          compute);
    }
    if (in == ElementType.BF16 && context.settings.capability() < BF16_CAPABILITY) {
      throw new LibraryError(ARCH_MISMATCH, "bfloat16 needs compute capability 8.0");
    }
    return new Types(in, out);
  }

  /// What A and B are rounded to.
  private static Factors factors(
      SimContext context, BlasCalls.Handle h, ElementType in, int compute) {
    if (in != ElementType.F32) {
      return Factors.of(in);
    }
    int capability = context.settings.capability();
    return switch (compute) {
      case FAST_TF32 -> Factors.tf32(capability);
      case FAST_F16 -> Factors.F16;
      case FAST_BF16 -> capability >= BF16_CAPABILITY ? Factors.BF16 : Factors.EXACT;
      case F32_COMPUTE -> h.allowsTf32() ? Factors.tf32(capability) : Factors.EXACT;
      default -> Factors.EXACT;
    };
  }

  private record Types(ElementType in, ElementType out) {}

  private static boolean isTransposed(String name, int operation) {
    require(operation >= 0 && operation <= 2, name, "0, 1 or 2", operation);
    return operation != 0;
  }

  private static double scalar(SimContext context, BlasCalls.Handle h, String name, long address) {
    require(address != 0, name, "a pointer", address);
    if (!h.pointsToDevice()) {
      return ElementType.F32.get(Host.at(address, Float.BYTES), 0);
    }
    context.requireInside(address, Float.BYTES);
    return ElementType.F32.get(context.device.peek(address, Float.BYTES), 0);
  }

  private static void requireAtLeast(String name, long least, long value) {
    require(value >= least, name, "at least " + least, value);
  }

  private static void require(boolean holds, String name, String expected, long value) {
    if (!holds) {
      throw new LibraryError(INVALID_VALUE, "%s: expected %s, got %d", name, expected, value);
    }
  }
}
