package org.kanface.nn.layer;

import org.kanface.autograd.Var;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.Packing;
import org.kanface.tensor.Shape;

/// Layer norm over the last axis (channels of NHWC images): `(x - mean)/√(var + eps) * weight +
/// bias`, biased variance. Source: Ba et al. 2016, arXiv:1607.06450.
public final class LayerNorm extends Module {
  private final double eps;
  private final Var weight; // [size]
  private final Var bias; // [size]

  public LayerNorm(Init init, long size, double eps) {
    this.eps = eps;
    weight = register(init.constant("weight", Packing.plain(Shape.of(size)), 1));
    bias = register(init.constant("bias", Packing.plain(Shape.of(size)), 0));
  }

  Var weight() {
    return weight;
  }

  Var bias() {
    return bias;
  }

  double eps() {
    return eps;
  }

  @Override
  protected Var compute(Var x) {
    return org.kanface.autograd.op.LayerNorm.of(x, weight, bias, eps);
  }
}
