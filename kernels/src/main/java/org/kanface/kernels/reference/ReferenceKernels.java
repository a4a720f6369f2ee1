package org.kanface.kernels.reference;

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

/// Plain loops for every family, for F32 and F64 blocks on the host.
record ReferenceKernels(DType type) implements Kernels {
  @Override
  public String describe() {
    return "reference, plain loops, 1 thread";
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
    return new GemmReference(type);
  }

  @Override
  public ConvKernels conv() {
    return new ConvReference(type);
  }

  @Override
  public PoolKernels pool() {
    return new PoolReference(type);
  }

  @Override
  public NormKernels norm() {
    return new NormReference(type);
  }

  @Override
  public MlpKernels mlp() {
    return new MlpReference(type);
  }

  @Override
  public ReduceKernels reduce() {
    return new ReduceReference(type);
  }

  @Override
  public ElementwiseKernels elementwise() {
    return new ElementwiseReference(type);
  }

  @Override
  public CastKernels cast() {
    return new CastReference(type);
  }

  @Override
  public IndexKernels index() {
    return new IndexReference(type);
  }

  @Override
  public RandomKernels random() {
    return new RandomReference(type);
  }

  @Override
  public LossKernels loss() {
    return new LossReference(type);
  }

  @Override
  public SplineKernels spline() {
    return new SplineReference(type);
  }

  @Override
  public OptimizerKernels optimizer() {
    return new OptimizerReference(type);
  }
}
