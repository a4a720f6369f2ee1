package org.kanface.nn.optim;

import java.util.List;
import org.kanface.kernels.OptimizerKernels;
import org.kanface.kernels.OptimizerKernels.State;
import org.kanface.tensor.Tensor;

/// Adam (arXiv:1412.6980), and AdamW (arXiv:1711.05101) where weight decay is decoupled from the
/// gradient.
public final class Adam extends Optimizer {
  /// @param decoupled AdamW: weights shrink by `1 - lr · weightDecay` instead of decay entering the
  ///     gradient
  public record Config(double beta1, double beta2, double eps, boolean decoupled) {
    public static final Config ADAM = new Config(0.9, 0.999, 1e-8, false);
    public static final Config ADAMW = new Config(0.9, 0.999, 1e-8, true);
  }

  private final Config config;

  public Adam(List<Group> groups, Config config) {
    super(groups);
    this.config = config;
  }

  @Override
  protected State state(Tensor parameter, Tensor grad, Slot slot, Run run) {
    Tensor m = slot.zeros("exp_avg", parameter);
    Tensor v = slot.zeros("exp_avg_sq", parameter);
    return new State(run.count(), run.of(parameter), run.of(grad), run.of(m), run.of(v));
  }

  @Override
  protected void update(
      OptimizerKernels kernels,
      List<State> states,
      long step,
      double lr,
      Group group,
      double gradScale) {
    var settings =
        new OptimizerKernels.Adam(
            lr,
            config.beta1,
            config.beta2,
            config.eps,
            group.weightDecay(),
            config.decoupled,
            step,
            gradScale);
    kernels.adam(settings, states);
  }
}
