package org.kanface.kernels.cpu;

import jdk.incubator.vector.FloatVector;

/// The loops of the optimisers over whole vectors (`bytes` is a multiple of a vector). The order of
/// roundings follows PyTorch's one-tensor float32 steps, with products and sums fused.
final class OptimizerSteps {
  private OptimizerSteps() {}

  /// `v = momentum v + (1 - dampening) g`, or `g` where `first`.
  record Sgd(
      float rate,
      float momentum,
      float keep,
      float decay,
      float gradScale,
      boolean nesterov,
      boolean first) {}

  static void sgd(Sgd c, long p, long grad, long v, int bytes) {
    FloatVector rate = Lanes.all(-c.rate);
    FloatVector momentum = Lanes.all(c.momentum);
    FloatVector decay = Lanes.all(c.decay);
    FloatVector keep = Lanes.all(c.keep);
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector old = Lanes.load(p + i);
      FloatVector g = old.fma(decay, Lanes.load(grad + i).mul(c.gradScale));
      FloatVector velocity = g;
      if (!c.first) {
        velocity = g.fma(keep, Lanes.load(v + i).mul(momentum));
      }
      Lanes.store(velocity, v + i);
      FloatVector step = c.nesterov ? velocity.fma(momentum, g) : velocity;
      Lanes.store(step.fma(rate, old), p + i);
    }
  }

  static void sgdWithoutMomentum(Sgd c, long p, long grad, int bytes) {
    FloatVector rate = Lanes.all(-c.rate);
    FloatVector decay = Lanes.all(c.decay);
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector old = Lanes.load(p + i);
      FloatVector g = old.fma(decay, Lanes.load(grad + i).mul(c.gradScale));
      Lanes.store(g.fma(rate, old), p + i);
    }
  }

  /// @param shrink factor of the parameter (decoupled decay), 1 for none
  /// @param decay share of the parameter in the gradient (coupled decay), 0 for none
  /// @param step `lr / (1 - β1^t) * √(1 - β2^t)`: both sides of the fraction are multiplied by the
  ///     root, which saves a division and a rounding
  /// @param eps `eps * √(1 - β2^t)`
  record Adam(
      float shrink,
      float decay,
      float gradScale,
      float oneMinusBeta1,
      float beta2,
      float oneMinusBeta2,
      float step,
      float eps) {}

  static void adam(Adam c, long p, long grad, long m, long v, int bytes) {
    FloatVector decay = Lanes.all(c.decay);
    FloatVector oneMinusBeta1 = Lanes.all(c.oneMinusBeta1);
    FloatVector oneMinusBeta2 = Lanes.all(c.oneMinusBeta2);
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector old = Lanes.load(p + i);
      FloatVector g = old.fma(decay, Lanes.load(grad + i).mul(c.gradScale));
      FloatVector first = Lanes.load(m + i);
      first = g.sub(first).fma(oneMinusBeta1, first);
      FloatVector second = g.mul(oneMinusBeta2).fma(g, Lanes.load(v + i).mul(c.beta2));
      Lanes.store(first, m + i);
      Lanes.store(second, v + i);
      FloatVector denominator = second.sqrt().add(c.eps);
      Lanes.store(old.mul(c.shrink).sub(first.mul(c.step).div(denominator)), p + i);
    }
  }

  /// `shadow += share (p - shadow)`.
  static void ema(float share, long p, long shadow, int bytes) {
    FloatVector f = Lanes.all(share);
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector s = Lanes.load(shadow + i);
      Lanes.store(Lanes.load(p + i).sub(s).fma(f, s), shadow + i);
    }
  }
}
