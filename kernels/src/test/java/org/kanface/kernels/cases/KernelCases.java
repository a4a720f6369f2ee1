package org.kanface.kernels.cases;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.kanface.kernels.Conv2d;

/// The whole table.
public final class KernelCases {
  public static final List<String> FAMILIES =
      List.of(
          "gemm",
          "conv",
          "pool",
          "mlp",
          "norm",
          "reduce",
          "elementwise",
          "cast",
          "index",
          "random",
          "loss",
          "spline",
          "optimizer");

  private KernelCases() {}

  public static Stream<KernelCase> all() {
    return Stream.of(
            GemmCases.all(),
            ConvCases.all(),
            PoolCases.all(),
            MlpCases.all(),
            NormCases.all(),
            ReduceCases.all(),
            ElementwiseCases.all(),
            BroadcastCases.all(),
            CastCases.all(),
            IndexCases.all(),
            RandomCases.all(),
            LossCases.all(),
            SplineCases.all(),
            OptimizerCases.all())
        .flatMap(cases -> cases);
  }

  /// Cases of random sizes, of the families that have a size to vary; the same for a seed, which
  /// counts from 0.
  public static Stream<KernelCase> random(int seeds) {
    return IntStream.range(0, seeds)
        .mapToObj(Sizes::new)
        .flatMap(
            sizes ->
                Stream.of(
                        GemmCases.random(sizes),
                        ConvCases.random(sizes),
                        PoolCases.random(sizes),
                        NormCases.random(sizes),
                        ReduceCases.random(sizes),
                        ElementwiseCases.random(sizes),
                        SplineCases.random(sizes))
                    .flatMap(cases -> cases));
  }

  /// All passes of one convolution.
  public static Stream<KernelCase> of(Conv2d convolution) {
    return ConvCases.of(convolution);
  }

  /// The cases of one of [#FAMILIES]; their names begin with `family/`.
  public static Stream<KernelCase> of(String family) {
    return all().filter(c -> c.toString().startsWith(family + "/"));
  }
}
