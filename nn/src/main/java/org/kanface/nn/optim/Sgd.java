package org.kanface.nn.optim;

import java.util.List;
import org.kanface.kernels.OptimizerKernels;
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
  protected void update(
      Tensor parameter, Tensor grad, Slot slot, double lr, Group group, double gradScale, Run run) {
    Tensor velocity = slot.zeros("momentum_buffer", parameter);
    var config =
        new OptimizerKernels.Sgd(
            lr, momentum, 0, group.weightDecay(), nesterov, slot.step == 1, gradScale);
    parameter
        .kernels()
        .optimizer()
        .sgd(config, run.count(), run.of(parameter), run.of(grad), run.of(velocity));
  }
}
