package org.kanface.nn.optim;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kanface.kernels.Block;
import org.kanface.kernels.Kernels;
import org.kanface.nn.Parameter;
import org.kanface.tensor.Tensor;

/// All gradients together: their L2 norm, the factor that clips it, and the end of loss scaling.
public final class GradNorm {
  private static final double EPS = 1e-6;

  private GradNorm() {}

  /// `√Σ g²` over all parameters that have a gradient, in their order.
  public static double of(Collection<Parameter> parameters) {
    double sum = 0;
    for (var e : blocks(parameters).entrySet()) {
      sum += e.getKey().reduce().sumOfSquares(e.getValue());
    }
    return Math.sqrt(sum);
  }

  /// `g = factor * g` for all gradients, as PyTorch's `GradScaler.unscale_`; returns whether all
  /// are finite.
  public static boolean unscale(Collection<Parameter> parameters, double factor) {
    boolean finite = true;
    for (var e : blocks(parameters).entrySet()) {
      finite &= e.getKey().optimizer().unscale(factor, e.getValue());
    }
    return finite;
  }

  /// The gradients that there are, by what works on them.
  private static Map<Kernels, List<Block>> blocks(Collection<Parameter> parameters) {
    var blocks = new LinkedHashMap<Kernels, List<Block>>();
    for (Parameter p : parameters) {
      if (p.var().hasGrad()) {
        Tensor g = p.var().grad();
        blocks
            .computeIfAbsent(g.kernels(), _ -> new ArrayList<>())
            .add(new Block(g.numel(), g.memory()));
      }
    }
    return blocks;
  }

  /// `min(1, limit/(norm + 1e-6))`, as PyTorch's `clip_grad_norm_`.
  public static double clipFactor(double norm, double limit) {
    return Math.min(1, limit / (norm + EPS));
  }
}
