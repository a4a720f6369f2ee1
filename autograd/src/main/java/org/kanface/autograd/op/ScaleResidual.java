package org.kanface.autograd.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.kernels.Binary;
import org.kanface.tensor.Check;
import org.kanface.tensor.Tensor;

/// Layer scale and residual in one pass: `y = residual + gamma * x` (arXiv:2103.17239).
///
/// Shapes: `x [..., c]`, `gamma [c]`, `residual [..., c]` → `y [..., c]`.
/// Gradients: `dx = dy * gamma`, `dgamma = Σ dy x` over all but the last axis, `dresidual = dy`.
public record ScaleResidual(Var x, Var gamma, Var residual) implements Op {
  public ScaleResidual {
    Check.that(
        x.shape().rank() >= 1 && residual.shape().equals(x.shape()),
        "scaleResidual",
        "x %s, residual %s: expected equal shapes of one axis or more",
        x.shape(),
        residual.shape());
    Channels.check("scaleResidual", "gamma", x, gamma);
  }

  public static Var of(Var x, Var gamma, Var residual) {
    return Graph.apply(new ScaleResidual(x, gamma, residual));
  }

  @Override
  public List<Var> inputs() {
    return List.of(x, gamma, residual);
  }

  @Override
  public List<Var> reads() {
    var reads = new ArrayList<Var>();
    if (gamma.requiresGrad()) {
      reads.add(x);
    }
    if (x.requiresGrad()) {
      reads.add(gamma);
    }
    return reads;
  }

  @Override
  public Tensor forward(Frame f) {
    Tensor y = f.empty(x.shape());
    f.kernels()
        .elementwise()
        .scaleResidual(
            Channels.rows(x),
            x.dim(-1),
            x.value().memory(),
            gamma.value().memory(),
            residual.value().memory(),
            y.memory());
    return y;
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    Tensor dx = f.needs(0) ? Broadcasting.apply(f, Binary.MULTIPLY, dy, gamma.value()) : null;
    Tensor dgamma = Operands.gradient(f, gamma);
    if (dgamma != null) {
      f.kernels()
          .reduce()
          .sumProduct(
              Channels.rows(x), x.dim(-1), dy.memory(), x.value().memory(), dgamma.memory());
    }
    return Arrays.asList(dx, dgamma, f.needs(2) ? dy.retain() : null);
  }
}
