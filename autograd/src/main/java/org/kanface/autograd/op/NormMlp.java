package org.kanface.autograd.op;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.kernels.LowRankMlp;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Layer norm, an MLP whose two linear layers are of low rank, layer scale and residual in one:
/// `y = residual + scale · (gelu(LN(x) down1ᵀ up1ᵀ + bias1) down2ᵀ up2ᵀ + bias2)`.
///
/// Shapes: `x [..., width]`, `down1 [rank, width]`, `up1 [hidden, rank]`, `down2 [rank, hidden]`,
/// `up2 [width, rank]`, biases and norm weights one a channel → `y [..., width]`; `scale [width]`
/// and `residual [..., width]` may be absent. Only `x` and the narrow activations are kept; the
/// backward pass computes the wide ones again. Gradients as in
/// [org.kanface.kernels.MlpKernels#backward].
public record NormMlp(
    Var x, double eps, Weights weights, @Nullable Var scale, @Nullable Var residual) implements Op {

  /// The parameters but the scale.
  public record Weights(
      Var normWeight, Var normBias, Var down1, Var up1, Var bias1, Var down2, Var up2, Var bias2) {
    List<Var> all() {
      return List.of(normWeight, normBias, down1, up1, bias1, down2, up2, bias2);
    }
  }

  public NormMlp {
    var w = weights;
    Check.that(
        x.shape().rank() >= 1 && w.down1.shape().rank() == 2 && w.up1.shape().rank() == 2,
        "normMlp",
        "x %s, down1 %s, up1 %s: expected [..., width], [rank, width], [hidden, rank]",
        x.shape(),
        w.down1.shape(),
        w.up1.shape());
    long width = x.dim(-1);
    long rank = w.down1.dim(0);
    long hidden = w.up1.dim(0);
    Channels.check("normMlp", "norm weight", x, w.normWeight);
    Channels.check("normMlp", "norm bias", x, w.normBias);
    expect("down1", w.down1, Shape.of(rank, width));
    expect("up1", w.up1, Shape.of(hidden, rank));
    expect("bias1", w.bias1, Shape.of(hidden));
    expect("down2", w.down2, Shape.of(rank, hidden));
    expect("up2", w.up2, Shape.of(width, rank));
    Channels.check("normMlp", "bias2", x, w.bias2);
    Channels.check("normMlp", "scale", x, scale);
    if (residual != null) {
      expect("residual", residual, x.shape());
    }
  }

  private static void expect(String what, Var v, Shape shape) {
    Check.that(v.shape().equals(shape), "normMlp", "%s %s: expected %s", what, v.shape(), shape);
  }

  public static Var of(
      Var x, double eps, Weights weights, @Nullable Var scale, @Nullable Var residual) {
    return Graph.apply(new NormMlp(x, eps, weights, scale, residual));
  }

  @Override
  public List<Var> inputs() {
    var inputs = new ArrayList<Var>();
    inputs.add(x);
    inputs.addAll(weights.all());
    if (scale != null) {
      inputs.add(scale);
    }
    if (residual != null) {
      inputs.add(residual);
    }
    return inputs;
  }

  @Override
  public List<Var> reads() {
    return residual == null ? inputs() : inputs().subList(0, inputs().size() - 1);
  }

  @Override
  public Tensor forward(Frame f) {
    Tensor y = f.empty(x.shape());
    var shape = geometry();
    f.kernels()
        .mlp()
        .forward(
            shape,
            memories(),
            x.value().memory(),
            Operands.memory(residual),
            y.memory(),
            f.isRecorded() ? keep(f, shape) : null);
    return y;
  }

  private static LowRankMlp.Kept keep(Frame f, LowRankMlp s) {
    return new LowRankMlp.Kept(
        f.save(f.empty(Shape.of(s.rows()))).memory(),
        f.save(f.empty(Shape.of(s.rows()))).memory(),
        f.save(f.empty(Shape.of(s.rows(), s.rank()))).memory(),
        f.save(f.empty(Shape.of(s.rows(), s.rank()))).memory());
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    List<Tensor> computed = new ArrayList<>(); // all of them, whoever wants them
    for (Var v : reads()) {
      computed.add(f.empty(v.shape()));
    }
    f.kernels()
        .mlp()
        .backward(
            geometry(),
            memories(),
            x.value().memory(),
            new LowRankMlp.Kept(
                f.saved(0).memory(), f.saved(1).memory(), f.saved(2).memory(), f.saved(3).memory()),
            dy.memory(),
            computed.getFirst().memory(),
            memories(computed));
    if (residual != null) {
      computed.add(dy.retain());
    }
    List<@Nullable Tensor> wanted = new ArrayList<>();
    for (int i = 0; i < computed.size(); i++) {
      if (!f.needs(i)) {
        computed.get(i).close();
      }
      wanted.add(f.needs(i) ? computed.get(i) : null);
    }
    return wanted;
  }

  private LowRankMlp geometry() {
    return new LowRankMlp(
        Channels.rows(x), x.dim(-1), weights.up1.dim(0), weights.down1.dim(0), eps);
  }

  private LowRankMlp.Weights memories() {
    var w = weights;
    return new LowRankMlp.Weights(
        w.normWeight.value().memory(),
        w.normBias.value().memory(),
        w.down1.value().memory(),
        w.up1.value().memory(),
        w.bias1.value().memory(),
        w.down2.value().memory(),
        w.up2.value().memory(),
        w.bias2.value().memory(),
        Operands.memory(scale));
  }

  /// The gradients of [#inputs], from the second on.
  private LowRankMlp.Weights memories(List<Tensor> g) {
    return new LowRankMlp.Weights(
        g.get(1).memory(),
        g.get(2).memory(),
        g.get(3).memory(),
        g.get(4).memory(),
        g.get(5).memory(),
        g.get(6).memory(),
        g.get(7).memory(),
        g.get(8).memory(),
        scale == null ? null : g.get(9).memory());
  }
}
