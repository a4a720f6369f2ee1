package org.kanface.nn.layer;

import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.GeluLinear;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.Packing;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;

/// Affine map of the last axis, `y = x·Wᵀ + b`: `x [..., in]` → `y [..., out]`.
///
/// Initialised as PyTorch's: weight and bias from U(-1/√in, 1/√in).
public final class Linear extends Module {
  private final Var weight; // [out, in]
  private final @Nullable Var bias; // [out]

  public Linear(Init init, long in, long out, boolean bias) {
    Check.positive("Linear", "in", in);
    Check.positive("Linear", "out", out);
    weight =
        register(init.uniform("weight", Packing.plain(Shape.of(out, in)), Init.weightBound(in)));
    this.bias =
        bias
            ? register(init.uniform("bias", Packing.plain(Shape.of(out)), Init.biasBound(in)))
            : null;
  }

  Var weight() {
    return weight;
  }

  @Nullable Var bias() {
    return bias;
  }

  /// The same of `gelu(x)`, without keeping `gelu(x)` for the backward pass.
  public Var forwardGelu(Var x) {
    return GeluLinear.of(x, weight, bias);
  }

  @Override
  protected Var compute(Var x) {
    return org.kanface.autograd.op.Linear.of(x, weight, bias);
  }
}
