package org.kanface.nn.backbone;

import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.L2Normalize;
import org.kanface.autograd.op.Multiply;
import org.kanface.autograd.op.Slice;
import org.kanface.autograd.op.Softmax;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.Packing;
import org.kanface.nn.layer.Linear;
import org.kanface.nn.layer.LowRankLinear;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;

/// Cross-covariance attention (El-Nouby et al. 2021, arXiv:2106.09681), its projections of low rank
/// or, at ratio 0, plain.
///
/// Tokens `x [b, n, d]` → `[b, n, d]`: queries and keys are L2-normalised over the tokens, channels
/// of a head attend to each other, `softmax(temperature_h · q̂ᵀk̂)` over the keys' channels.
public final class Xca extends Module {
  private static final double NORM_FLOOR = 1e-12;

  private final long dim;
  private final long heads;
  private final Var temperature; // [heads, 1, 1]
  private final Module qkv; // d → 3d: queries | keys | values, each by heads
  private final Module proj; // d → d

  public Xca(Init init, long dim, long heads, double ratio) {
    Check.that(
        heads > 0 && dim % heads == 0, "Xca", "%d heads must divide %d channels", heads, dim);
    this.dim = dim;
    this.heads = heads;
    temperature = register(init.constant("temperature", Packing.plain(Shape.of(heads, 1, 1)), 1));
    qkv = register("qkv", linear(init, dim, 3 * dim, ratio));
    proj = register("proj", linear(init, dim, dim, ratio));
  }

  static Module linear(Init init, long in, long out, double ratio) {
    return ratio == 0 ? new Linear(init, in, out, true) : new LowRankLinear(init, in, out, ratio);
  }

  @Override
  protected Var compute(Var x) {
    Var all = qkv.forward(x); // [b, n, 3d]
    Var qk = L2Normalize.of(Slice.of(all, 2, 0, 2 * dim), 1, NORM_FLOOR); // over the tokens
    Var v = Slice.of(all, 2, 2 * dim, 3 * dim);
    Var scores = Multiply.of(Graph.apply(new CrossCovariance(qk, heads)), temperature);
    return proj.forward(Graph.apply(new ApplyCovariance(Softmax.of(scores), v)));
  }
}
