package org.kanface.kernels;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One optimiser step over `n` parameters in one pass. `gradScale` multiplies the gradient first
/// (clipping, unscaling, averaging).
public interface OptimizerKernels {
  /// SGD as PyTorch's: `g = gradScale * grad + weightDecay * p`; `v = first ? g : momentum v + (1 -
  /// dampening) g`; `p -= lr * (nesterov ? g + momentum v : v)`. Without momentum `velocity` is not
  /// read.
  ///
  /// @param first whether `velocity` is unset
  record Sgd(
      double lr,
      double momentum,
      double dampening,
      double weightDecay,
      boolean nesterov,
      boolean first,
      double gradScale) {}

  /// Adam (arXiv:1412.6980) and AdamW (arXiv:1711.05101): `decoupled` shrinks `p *= 1 - lr *
  /// weightDecay`, else `g += weightDecay * p`; `m = β1 m + (1-β1) g`; `v = β2 v + (1-β2) g²`;
  /// `p -= lr/(1-β1^t) * m / (√v/√(1-β2^t) + eps)`.
  ///
  /// @param step `t`, from 1
  record Adam(
      double lr,
      double beta1,
      double beta2,
      double eps,
      double weightDecay,
      boolean decoupled,
      long step,
      double gradScale) {}

  /// A parameter of `n` elements, its gradient, and what an optimiser keeps of it.
  ///
  /// @param first SGD's velocity, Adam's `m`
  /// @param second Adam's `v`; SGD has none
  record State(long n, Memory parameter, Memory grad, Memory first, @Nullable Memory second) {}

  void sgd(Sgd config, long n, Memory parameter, Memory grad, Memory velocity);

  /// [#sgd(Sgd, long, Memory, Memory, Memory)] for each of a list.
  default void sgd(Sgd config, List<State> states) {
    for (State s : states) {
      sgd(config, s.n(), s.parameter(), s.grad(), s.first());
    }
  }

  void adam(Adam config, long n, Memory parameter, Memory grad, Memory m, Memory v);

  /// [#adam(Adam, long, Memory, Memory, Memory, Memory)] for each of a list, all with `second`.
  default void adam(Adam config, List<State> states) {
    for (State s : states) {
      var v = Objects.requireNonNull(s.second(), "Adam's second moment");
      adam(config, s.n(), s.parameter(), s.grad(), s.first(), v);
    }
  }

  /// `g = factor * g` for a list of gradients; returns whether all results are finite, which it
  /// waits for.
  boolean unscale(double factor, List<Block> grads);

  /// `shadow = decay * shadow + (1 - decay) * parameter`.
  void ema(long n, double decay, Memory parameter, Memory shadow);
}
