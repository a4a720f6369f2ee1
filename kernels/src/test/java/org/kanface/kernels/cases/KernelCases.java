package org.kanface.kernels.cases;

import java.util.List;
import java.util.stream.Stream;

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
            IndexCases.all(),
            RandomCases.all(),
            LossCases.all(),
            SplineCases.all(),
            OptimizerCases.all())
        .flatMap(cases -> cases);
  }

  /// The cases of one of [#FAMILIES]; their names begin with `family/`.
  public static Stream<KernelCase> of(String family) {
    return all().filter(c -> c.toString().startsWith(family + "/"));
  }
}
