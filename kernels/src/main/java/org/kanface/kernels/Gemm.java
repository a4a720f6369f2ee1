package org.kanface.kernels;

/// The shape of `c = alpha * op(a)·op(b) (+ c)`, row-major.
///
/// `op(a)` is `[m, k]`, `op(b)` is `[k, n]`, `c` is `[m, n]`; a transposed operand is stored as its
/// transpose (`a` as `[k, m]`). `lda`, `ldb`, `ldc` are the distances of stored rows, in elements.
///
/// @param accumulate whether the product is added to what `c` holds
/// @param batch how many products, and where each one's operands begin
public record Gemm(
    boolean transA,
    boolean transB,
    long m,
    long n,
    long k,
    long lda,
    long ldb,
    long ldc,
    double alpha,
    boolean accumulate,
    Batch batch) {

  /// `outer * inner` products; the operands of product `(i, j)` begin `i * outerStride + j *
  /// innerStride` elements into their blocks. Two levels, so that heads inside tokens need no copy.
  public record Batch(
      long outer,
      long inner,
      long aOuter,
      long aInner,
      long bOuter,
      long bInner,
      long cOuter,
      long cInner) {
    public static final Batch ONE = new Batch(1, 1, 0, 0, 0, 0, 0, 0);

    public long count() {
      return outer * inner;
    }
  }

  /// A single product of tightly packed operands.
  public static Gemm of(boolean transA, boolean transB, long m, long n, long k) {
    return new Gemm(
        transA, transB, m, n, k, transA ? m : k, transB ? k : n, n, 1, false, Batch.ONE);
  }

  public Gemm leading(long lda, long ldb, long ldc) {
    return new Gemm(transA, transB, m, n, k, lda, ldb, ldc, alpha, accumulate, batch);
  }

  public Gemm accumulating() {
    return new Gemm(transA, transB, m, n, k, lda, ldb, ldc, alpha, true, batch);
  }

  public Gemm scaled(double factor) {
    return new Gemm(transA, transB, m, n, k, lda, ldb, ldc, factor, accumulate, batch);
  }

  public Gemm batched(Batch batches) {
    return new Gemm(transA, transB, m, n, k, lda, ldb, ldc, alpha, accumulate, batches);
  }

  /// Floating-point operations: two for each multiply-add.
  public long flops() {
    return 2 * m * n * k * batch.count();
  }
}
