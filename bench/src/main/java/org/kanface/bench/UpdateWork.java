package org.kanface.bench;

import java.util.List;
import org.kanface.kernels.OptimizerKernels;

/// An optimiser's step over ten million parameters: a head of CASIA's people and a small network.
final class UpdateWork {
  static final long PARAMETERS = 10_000_000;

  private static final OptimizerKernels.Adam ADAMW =
      new OptimizerKernels.Adam(1e-9, 0.9, 0.999, 1e-8, 0.01, true, 10, 1);
  private static final OptimizerKernels.Sgd SGD =
      new OptimizerKernels.Sgd(1e-9, 0.9, 0, 5e-4, false, false, 1);

  private UpdateWork() {}

  static List<Work> rows() {
    return List.of(
        Work.kernel("adamw_10m/step", UpdateWork::adamW),
        Work.kernel("sgd_momentum_10m/step", UpdateWork::sgd),
        Work.kernel("ema_10m/step", UpdateWork::ema));
  }

  private static Workload adamW(Blocks b) {
    var parameter = b.of(PARAMETERS);
    var grad = b.of(PARAMETERS);
    var m = b.of(PARAMETERS);
    var v = b.between(0, 1, PARAMETERS);
    var optimizer = b.kernels.optimizer();
    return b.runs(() -> optimizer.adam(ADAMW, PARAMETERS, parameter, grad, m, v));
  }

  private static Workload sgd(Blocks b) {
    var parameter = b.of(PARAMETERS);
    var grad = b.of(PARAMETERS);
    var velocity = b.of(PARAMETERS);
    var optimizer = b.kernels.optimizer();
    return b.runs(() -> optimizer.sgd(SGD, PARAMETERS, parameter, grad, velocity));
  }

  private static Workload ema(Blocks b) {
    var parameter = b.of(PARAMETERS);
    var shadow = b.of(PARAMETERS);
    var optimizer = b.kernels.optimizer();
    return b.runs(() -> optimizer.ema(PARAMETERS, 0.999, parameter, shadow));
  }
}
