package org.kanface.kernels.cuda;

import java.util.ArrayList;
import java.util.List;
import org.kanface.kernels.Backends;
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

/// Float32 kernels on a GPU. What has no kernels for it is computed by the host, which
/// [#describe()] tells.
final class CudaKernels implements Kernels {
  private final CudaContext context;
  private final HostFallback fallback;
  private final List<String> onHost = new ArrayList<>();
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
    var logger = System.getLogger("org.kanface.kernels");
    fallback = new HostFallback(context, text -> logger.log(System.Logger.Level.WARNING, text));
    Kernels host = host();
    gemm = has("gemm") ? new GemmCuda(context) : onHost("gemm", GemmKernels.class, host.gemm());
    conv =
        has("depthwise", "reduce")
            ? new DepthwiseCuda(
                context, partly("conv except depthwise", "conv", ConvKernels.class, host.conv()))
            : onHost("conv", ConvKernels.class, host.conv());
    pool = onHost("pool", PoolKernels.class, host.pool());
    norm =
        has("norm", "reduce")
            ? new NormCuda(context)
            : onHost("norm", NormKernels.class, host.norm());
    mlp = onHost("mlp", MlpKernels.class, host.mlp());
    reduce =
        has("reduce")
            ? new ReduceCuda(context)
            : onHost("reduce", ReduceKernels.class, host.reduce());
    elementwise =
        has("elementwise", "reduce")
            ? new ElementwiseCuda(
                context, fallback.of("elementwise", ElementwiseKernels.class, host.elementwise()))
            : onHost("elementwise", ElementwiseKernels.class, host.elementwise());
    index =
        has("index") ? new IndexCuda(context) : onHost("index", IndexKernels.class, host.index());
    random =
        has("random")
            ? new RandomCuda(context)
            : onHost("random", RandomKernels.class, host.random());
    loss = has("loss") ? new LossCuda(context) : onHost("loss", LossKernels.class, host.loss());
    spline =
        has("spline", "kan")
            ? new SplineCuda(context)
            : onHost("spline", SplineKernels.class, host.spline());
    optimizer =
        has("optimizer")
            ? new OptimizerCuda(context)
            : onHost("optimizer", OptimizerKernels.class, host.optimizer());
  }

  private static Kernels host() {
    boolean fast =
        Backends.all().stream().anyMatch(b -> b.name().equals("cpu") && b.missing().isEmpty());
    return Backends.kernels(fast ? "cpu" : "reference", DType.F32);
  }

  private boolean has(String... families) {
    for (String f : families) {
      if (!CudaModule.exists(f, context.capability())) {
        return false;
      }
    }
    return true;
  }

  private <T> T onHost(String name, Class<T> family, T host) {
    return partly(name, name, family, host);
  }

  /// @param what the family's operations that the host computes
  private <T> T partly(String what, String name, Class<T> family, T host) {
    onHost.add(what);
    return fallback.of(name, family, host);
  }

  @Override
  public String describe() {
    String where = "%s, %s".formatted(context, context.describe());
    return onHost.isEmpty()
        ? where
        : "%s; not on this device yet: %s".formatted(where, String.join(", ", onHost));
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
