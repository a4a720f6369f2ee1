package org.kanface.kernels.cuda;

import org.kanface.kernels.ConvKernels;
import org.kanface.kernels.DType;
import org.kanface.kernels.ElementwiseKernels;
import org.kanface.kernels.GemmKernels;
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

/// Float32 kernels on a GPU: our own, cuBLAS for products, cuDNN for dense convolutions.
final class CudaKernels implements Kernels {
  private final CudaContext context;
  private final GemmKernels gemm;
  private final ConvKernels conv;
  private final PoolKernels pool;
  private final NormKernels norm;
  private final MlpKernels mlp;
  private final ReduceKernels reduce;
  private final ElementwiseKernels elementwise;
  private final IndexKernels index;
  private final RandomKernels random;
  private final LossKernels loss;
  private final SplineKernels spline;
  private final OptimizerKernels optimizer;

  CudaKernels(CudaContext context) {
    this.context = context;
    var products = new GemmCuda(context);
    var elements = new ElementwiseCuda(context);
    var norms = new NormCuda(context, elements);
    var sums = new ReduceCuda(context);
    gemm = products;
    norm = norms;
    reduce = sums;
    elementwise = elements;
    conv = new ConvCuda(context, products, elements);
    pool = new PoolCuda(context);
    mlp = new MlpCuda(context, products, norms, elements, sums);
    index = new IndexCuda(context);
    random = new RandomCuda(context);
    loss = new LossCuda(context);
    spline = new SplineCuda(context);
    optimizer = new OptimizerCuda(context);
  }

  CudaContext context() {
    return context;
  }

  @Override
  public String describe() {
    return "%s, %s".formatted(context, context.describe());
  }

  @Override
  public DType type() {
    return DType.F32;
  }

  @Override
  public Memory allocate(long bytes) {
    return context.allocate(bytes);
  }

  @Override
  public void copy(Memory source, Memory target, long bytes) {
    context.copy(source, target, bytes);
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
    return norm;
  }

  @Override
  public MlpKernels mlp() {
    return mlp;
  }

  @Override
  public ReduceKernels reduce() {
    return reduce;
  }

  @Override
  public ElementwiseKernels elementwise() {
    return elementwise;
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
    return loss;
  }

  @Override
  public SplineKernels spline() {
    return spline;
  }

  @Override
  public OptimizerKernels optimizer() {
    return optimizer;
  }
}
