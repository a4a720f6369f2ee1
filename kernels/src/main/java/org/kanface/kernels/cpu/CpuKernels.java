package org.kanface.kernels.cpu;

import java.lang.foreign.MemorySegment;
import org.kanface.kernels.CastKernels;
import org.kanface.kernels.ConvKernels;
import org.kanface.kernels.DType;
import org.kanface.kernels.ElementwiseKernels;
import org.kanface.kernels.GemmKernels;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.IndexKernels;
import org.kanface.kernels.Kernels;
import org.kanface.kernels.LossKernels;
import org.kanface.kernels.Memory;
import org.kanface.kernels.MlpKernels;
import org.kanface.kernels.NormKernels;
import org.kanface.kernels.OptimizerKernels;
import org.kanface.kernels.PoolKernels;
import org.kanface.kernels.RandomKernels;
import org.kanface.kernels.ReduceKernels;
import org.kanface.kernels.SplineKernels;
import org.kanface.kernels.Workers;

/// Vector-API kernels for float32 on the host.
final class CpuKernels implements Kernels {
  private final GemmKernels gemm = new GemmCpu();
  private final SplineKernels spline = new SplineCpu();
  private final PoolKernels pool = new PoolCpu();
  private final IndexKernels index = new IndexCpu();
  private final RandomKernels random = new RandomCpu();
  private final ConvKernels conv = new ConvCpu();

  @Override
  public String describe() {
    int threads = Workers.threads();
    return "cpu, %d-bit vectors, %d %s"
        .formatted(Simd.BITS, threads, threads == 1 ? "thread" : "threads");
  }

  @Override
  public DType type() {
    return DType.F32;
  }

  @Override
  public Memory allocate(long bytes) {
    return HostMemory.allocate(bytes);
  }

  @Override
  public void copy(Memory source, Memory target, long bytes) {
    MemorySegment.copy(
        ((HostMemory) source).segment(), 0, ((HostMemory) target).segment(), 0, bytes);
  }

  @Override
  public GemmKernels gemm() {
    return gemm;
  }

  @Override
  public ConvKernels conv() {
    return conv;
  }

  @Override
  public PoolKernels pool() {
    return pool;
  }

  @Override
  public NormKernels norm() {
    return new NormCpu();
  }

  @Override
  public MlpKernels mlp() {
    return new MlpCpu();
  }

  @Override
  public ReduceKernels reduce() {
    return new ReduceCpu();
  }

  @Override
  public ElementwiseKernels elementwise() {
    return new ElementwiseCpu();
  }

  @Override
  public CastKernels cast() {
    return new CastCpu();
  }

  @Override
  public IndexKernels index() {
    return index;
  }

  @Override
  public RandomKernels random() {
    return random;
  }

  @Override
  public LossKernels loss() {
    return new LossCpu();
  }

  @Override
  public SplineKernels spline() {
    return spline;
  }

  @Override
  public OptimizerKernels optimizer() {
    return new OptimizerCpu();
  }
}
