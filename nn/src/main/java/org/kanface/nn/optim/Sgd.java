package org.kanface.nn.optim;

import java.util.List;
import org.kanface.kernels.OptimizerKernels;
import org.kanface.kernels.OptimizerKernels.State;
import org.kanface.tensor.Tensor;

/// Stochastic gradient descent with momentum, as PyTorch's: `v = g` at first, then `μ v + g`;
/// `p -= lr v`, with L2 weight decay in `g`.
public final class Sgd extends Optimizer {
  private final double momentum;
  private final boolean nesterov;

  public Sgd(List<Group> groups, double momentum, boolean nesterov) {
    super(groups);
    this.momentum = momentum;
    this.nesterov = nesterov;
  }

  @Override
  protected State state(Tensor parameter, Tensor grad, Slot slot, Run run) {
    Tensor velocity = slot.zeros("momentum_buffer", parameter);
    return new State(run.count(), run.of(parameter), run.of(grad), run.of(velocity), null);
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
        new OptimizerKernels.Sgd(
            lr, momentum, 0, group.weightDecay(), nesterov, step == 1, gradScale);
    kernels.sgd(settings, states);
  }
}
