package org.kanface.autograd.op;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Rows that are each zeroed with probability `p` and else divided by `1 - p`. Nothing is kept for
/// the gradient: the same draws are made again from `(seed, stream)`.
///
/// Whether to drop at all (training or not) is the layer's decision.
///
/// @param rows into how many equal parts `x` is cut, each dropped or kept as a whole
public record Dropout(Var x, long rows, double p, long seed, long stream) implements Op {
  public Dropout {
    check(p);
  }

  /// Drops single elements (Srivastava et al. 2014); `x` itself where `p` is 0.
  public static Var of(Var x, double p) {
    return drop(x, x.shape().numel(), p);
  }

  /// Drops rows that each hold `x.numel() / rows` elements.
  static Var drop(Var x, long rows, double p) {
    check(p);
    if (p == 0) {
      return x;
    }
    Graph graph = Graph.current();
    return Graph.apply(new Dropout(x, rows, p, graph.seed(), graph.nextStream()));
  }

  private static void check(double p) {
    Check.that(0 <= p && p < 1, "dropout", "p: expected 0 <= p < 1, got %s", p);
  }

  @Override
  public List<Var> inputs() {
    return List.of(x);
  }

  @Override
  public List<Var> reads() {
    return List.of();
  }

  @Override
  public Tensor forward(Frame f) {
    return dropped(f, x.value());
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    return Arrays.asList(dropped(f, dy));
  }

  private Tensor dropped(Frame f, Tensor t) {
    Shape shape = t.shape();
    Tensor y = f.empty(shape);
    long cols = shape.numel() / Math.max(1, rows);
    f.kernels().random().dropout(rows, cols, p, seed, stream, t.memory(), y.memory());
    return y;
  }
}
