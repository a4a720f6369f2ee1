package org.kanface.kernels.cuda;

import org.kanface.kernels.CastKernels;
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
import org.kanface.kernels.Precision;
import org.kanface.kernels.RandomKernels;
import org.kanface.kernels.ReduceKernels;
import org.kanface.kernels.SplineKernels;

/// Float32 kernels on a GPU: our own, cuBLAS for products, cuDNN for dense convolutions, these two
/// in any [Precision].
final class CudaKernels implements Kernels {
  private final CudaContext context;
  private final Precision precision;
  private final GemmKernels gemm;
  private final ConvKernels conv;
  private final PoolKernels pool;
  private final NormKernels norm;
  private final MlpKernels mlp;
  private final ReduceKernels reduce;
  private final ElementwiseKernels elementwise;
  private final CastKernels cast;
  private final IndexKernels index;
  private final RandomKernels random;
  private final LossKernels loss;
  private final SplineKernels spline;
  private final OptimizerKernels optimizer;

  CudaKernels(CudaContext context, Precision precision) {
    this.context = context;
    this.precision = precision;
    var casts = new CastCuda(context);
    var products = new GemmCuda(context, precision, casts);
    var elements = new ElementwiseCuda(context);
    var norms = new NormCuda(context);
    var many = new Many(context);
    var sums = new ReduceCuda(context, many);
    gemm = products;
    norm = norms;
    reduce = sums;
    elementwise = elements;
    conv = new ConvCuda(context, precision, products, norms, elements, casts);
    pool = new PoolCuda(context);
    mlp = new MlpCuda(context, products, norms, elements, sums);
    cast = casts;
    index = new IndexCuda(context);
    random = new RandomCuda(context);
    loss = new LossCuda(context);
    spline = new SplineCuda(context);
    optimizer = new OptimizerCuda(context, many);
  }

  CudaContext context() {
    return context;
  }

  @Override
  public String describe() {
    String plain = "%s, %s".formatted(context, context.describe());
    return precision == Precision.F32 ? plain : plain + ", products in " + precision;
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
  public void repeated(Object key, Runnable work) {
    context.repeated(key, work);
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
  public CastKernels cast() {
    return cast;
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
