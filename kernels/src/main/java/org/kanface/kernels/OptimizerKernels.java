package org.kanface.kernels;

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

  void sgd(Sgd config, long n, Memory parameter, Memory grad, Memory velocity);

  void adam(Adam config, long n, Memory parameter, Memory grad, Memory m, Memory v);

  /// `shadow = decay * shadow + (1 - decay) * parameter`.
  void ema(long n, double decay, Memory parameter, Memory shadow);
}
