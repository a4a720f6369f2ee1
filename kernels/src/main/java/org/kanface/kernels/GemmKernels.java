package org.kanface.kernels;

/// General matrix products.
public interface GemmKernels {
  /// `c = epilogue(alpha * op(a)·op(b) (+ c))`, batched as [Gemm#batch()] says. `k = 0` gives zeros
  /// (before `accumulate` and the epilogue). With a batch of more than one the epilogue is
  /// [Epilogue#NONE].
  void gemm(Gemm shape, Memory a, Memory b, Memory c, Epilogue epilogue);

  /// [#gemm(Gemm, Memory, Memory, Memory, Epilogue)] without an epilogue.
  default void gemm(Gemm shape, Memory a, Memory b, Memory c) {
    gemm(shape, a, b, c, Epilogue.NONE);
  }
}
