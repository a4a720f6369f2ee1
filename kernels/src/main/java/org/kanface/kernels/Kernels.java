package org.kanface.kernels;

/// A set of numeric kernels for one element type on one kind of memory.
///
/// The contract of every family: arguments are contiguous row-major blocks in the sizes that the
/// method names, sizes count elements, scalars come as `double` and are rounded to the set's
/// [#type()]. Callers check shapes; kernels trust them. Inputs and outputs do not overlap unless
/// the method says that they may be the same block. Results do not depend on the number of threads.
/// Index and label blocks are [DType#I64].
public interface Kernels {
  /// What runs and on what, for logs: `"cpu, 512-bit vectors, 2 threads"`.
  String describe();

  /// The element type of all floating-point blocks.
  DType type();

  /// A new block on this set's device; its content is undefined.
  Memory allocate(long bytes);

  /// Copies `bytes` bytes between any two blocks that this set can reach, host blocks included.
  void copy(Memory source, Memory target, long bytes);

  /// Runs work whose calls of these kernels are the same in the same order whenever it runs under
  /// this key, but for scalars: a GPU then enqueues graphs of them, which takes the host less time.
  /// Nothing breaks where they differ after all, and results are the same to the bit.
  default void repeated(Object key, Runnable work) {
    work.run();
  }

  GemmKernels gemm();

  ConvKernels conv();

  PoolKernels pool();

  NormKernels norm();

  MlpKernels mlp();

  ReduceKernels reduce();

  ElementwiseKernels elementwise();

  CastKernels cast();

  IndexKernels index();

  RandomKernels random();

  LossKernels loss();

  SplineKernels spline();

  OptimizerKernels optimizer();
}
