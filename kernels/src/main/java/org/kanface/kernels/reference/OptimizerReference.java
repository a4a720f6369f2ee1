package org.kanface.kernels.reference;

import java.util.List;
import org.kanface.kernels.Block;
import org.kanface.kernels.DType;
import org.kanface.kernels.Memory;
import org.kanface.kernels.OptimizerKernels;

/// Optimiser steps, one parameter after the other. Parameters and state are rounded when they are
/// stored, as everywhere; the step itself uses the unrounded state.
record OptimizerReference(DType type) implements OptimizerKernels {
  @Override
  public void sgd(Sgd c, long n, Memory parameter, Memory grad, Memory velocity) {
    var ps = Elements.of(parameter, type);
    var gs = Elements.of(grad, type);
    for (long i = 0; i < n; i++) {
      double p = ps.get(i);
      double g = c.gradScale() * gs.get(i) + c.weightDecay() * p;
      double direction = g;
      if (c.momentum() != 0) {
        var vs = Elements.of(velocity, type);
        double v = c.first() ? g : c.momentum() * vs.get(i) + (1 - c.dampening()) * g;
        vs.set(i, v);
        direction = c.nesterov() ? g + c.momentum() * v : v;
      }
      ps.set(i, p - c.lr() * direction);
    }
  }

  @Override
  public void adam(Adam c, long n, Memory parameter, Memory grad, Memory m, Memory v) {
    var ps = Elements.of(parameter, type);
    var gs = Elements.of(grad, type);
    var ms = Elements.of(m, type);
    var vs = Elements.of(v, type);
    double correction1 = 1 - Math.pow(c.beta1(), (double) c.step());
    double correction2 = 1 - Math.pow(c.beta2(), (double) c.step());
    for (long i = 0; i < n; i++) {
      double p = ps.get(i);
      double g = c.gradScale() * gs.get(i);
      if (c.decoupled()) {
        p *= 1 - c.lr() * c.weightDecay();
      } else {
        g += c.weightDecay() * p;
      }
      double first = c.beta1() * ms.get(i) + (1 - c.beta1()) * g;
      double second = c.beta2() * vs.get(i) + (1 - c.beta2()) * g * g;
      double denominator = Math.sqrt(second) / Math.sqrt(correction2) + c.eps();
      ms.set(i, first);
      vs.set(i, second);
      ps.set(i, p - c.lr() / correction1 * first / denominator);
    }
  }

  @Override
  public boolean unscale(double factor, List<Block> grads) {
    boolean finite = true;
    for (Block b : grads) {
      var gs = Elements.of(b.memory(), type);
      for (long i = 0; i < b.n(); i++) {
        gs.set(i, factor * gs.get(i));
        finite &= Double.isFinite(gs.get(i));
      }
    }
    return finite;
  }

  @Override
  public void ema(long n, double decay, Memory parameter, Memory shadow) {
    var ps = Elements.of(parameter, type);
    var shadows = Elements.of(shadow, type);
    for (long i = 0; i < n; i++) {
      shadows.set(i, decay * shadows.get(i) + (1 - decay) * ps.get(i));
    }
  }
}
