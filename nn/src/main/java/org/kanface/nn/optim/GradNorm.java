package org.kanface.nn.optim;

import java.util.Collection;
import org.kanface.nn.Parameter;
import org.kanface.tensor.Tensor;

/// The L2 norm of all gradients together, and the factor that clips it.
public final class GradNorm {
  private static final double EPS = 1e-6;

  private GradNorm() {}

  /// `√Σ g²` over all parameters that have a gradient, in their order.
  public static double of(Collection<Parameter> parameters) {
    double sum = 0;
    for (Parameter p : parameters) {
      if (p.var().hasGrad()) {
        Tensor g = p.var().grad();
        sum += g.kernels().reduce().sumOfSquares(g.numel(), g.memory());
      }
    }
    return Math.sqrt(sum);
  }

  /// `min(1, limit/(norm + 1e-6))`, as PyTorch's `clip_grad_norm_`.
  public static double clipFactor(double norm, double limit) {
    return Math.min(1, limit / (norm + EPS));
  }
}
