package org.kanface.nn.layer;

import java.util.Objects;
import org.kanface.autograd.Var;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.tensor.Check;

/// A linear layer of low rank (EdgeFace's LoRaLin): `in → rank` without bias, then `rank → out`
/// with one.
///
/// `rank = max(2, ⌊min(in, out) · ratio⌋)`. Source: George et al. 2023, arXiv:2307.01838.
public final class LowRankLinear extends Module {
  private final Linear linear1; // [rank, in]
  private final Linear linear2; // [out, rank]

  public LowRankLinear(Init init, long in, long out, double ratio) {
    Check.positive("LowRankLinear", "rank_ratio", ratio);
    long rank = rank(in, out, ratio);
    linear1 = register("linear1", new Linear(init, in, rank, false));
    linear2 = register("linear2", new Linear(init, rank, out, true));
  }

  /// The inner width.
  public static long rank(long in, long out, double ratio) {
    return Math.max(2, (long) (Math.min(in, out) * ratio));
  }

  Var down() {
    return linear1.weight();
  }

  Var up() {
    return linear2.weight();
  }

  Var bias() {
    return Objects.requireNonNull(linear2.bias());
  }

  @Override
  protected Var compute(Var x) {
    return linear2.forward(linear1.forward(x));
  }
}
