package org.kanface.onnx;

import java.util.Map;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.BSplineBasis;
import org.kanface.autograd.op.KanLayer;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.kernels.Spline;
import org.kanface.kernels.Unary;
import org.kanface.onnx.Trace.Named;

/// B-splines and KAN layers by the recursion of Cox and de Boor in plain arithmetic.
///
/// All splines of an input are computed, `n × in × (gridSize + order)` numbers, and the layer is
/// then one matrix product over them; nothing of size `n × in × out` is made unless it is the
/// result. What depends on parameters alone (differences of knots, `coef · scale`) runtimes compute
/// once.
final class SplineRules {
  private static final long FLOAT = 1; // TensorProto.DataType

  private SplineRules() {}

  static void add(Rules rules) {
    rules.on(
        BSplineBasis.class,
        (t, op, _) ->
            Named.inside(basis(t, t.inside(op.x()), rank(op.x()), op.knots(), op.spline())));
    rules.on(KanLayer.class, (t, op, y) -> Named.inside(kanLayer(t, op, y)));
  }

  private static int rank(Var v) {
    return v.shape().rank();
  }

  /// `x [..., in]` → `[..., in, basis]`. Intervals are half open, as the kernels have them:
  /// `t_j <= x < t_{j+1}`.
  private static String basis(Trace t, String x, int rank, Var knots, Spline spline) {
    OnnxGraph g = t.graph();
    String points = g.unsqueeze(x, rank); // [..., in, 1]
    String grid = t.inside(knots); // [in, count]
    int count = spline.knots();
    String from = g.node("GreaterOrEqual", points, g.slice(grid, 1, 0, count - 1));
    String to = g.node("Less", points, g.slice(grid, 1, 1, count));
    String b = g.node("Cast", Map.of("to", FLOAT), g.node("And", from, to));
    for (int q = 1; q <= spline.order(); q++) {
      int n = count - 1 - q; // splines of this order
      String left = g.slice(grid, 1, 0, n); // t_j
      String right = g.slice(grid, 1, q + 1, q + 1 + n); // t_{j+q+1}
      String rise = g.node("Sub", g.slice(grid, 1, q, q + n), left);
      String fall = g.node("Sub", right, g.slice(grid, 1, 1, 1 + n));
      String up = g.node("Div", g.node("Sub", points, left), rise);
      String down = g.node("Div", g.node("Sub", right, points), fall);
      String sum =
          g.node(
              "Add",
              g.node("Mul", up, g.slice(b, rank, 0, n)),
              g.node("Mul", down, g.slice(b, rank, 1, n + 1)));
      b = finite(g, sum);
    }
    return b;
  }

  /// 0 for NaN, the largest finite values for infinities: knots may coincide.
  private static String finite(OnnxGraph g, String x) {
    String number = g.node("Where", g.node("IsNaN", x), g.number(0), x);
    return g.node("Clip", number, g.number(-Float.MAX_VALUE), g.number(Float.MAX_VALUE));
  }

  private static String kanLayer(Trace t, KanLayer op, Var y) {
    OnnxGraph g = t.graph();
    long in = op.spline().inputs();
    int count = op.spline().basis();
    boolean rows = rank(op.x()) == 2; // else they are made so
    String x = rows ? t.inside(op.x()) : g.reshape(t.inside(op.x()), -1, in);
    String basis = basis(t, x, 2, op.knots(), op.spline()); // [n, in, basis]
    String scale = g.unsqueeze(t.inside(op.scaleSpline()), 1); // [in, 1, out]
    String weights = g.node("Mul", t.inside(op.coef()), scale); // [in, basis, out]
    String silu = ElementwiseRules.unary(g, Unary.SILU, x);
    String sum;
    if (op.reduction() == Reduction.NONE) {
      String splines = g.node("MatMul", g.transpose(basis, 1, 0, 2), weights); // [in, n, out]
      String base = g.node("Mul", g.unsqueeze(silu, 2), t.inside(op.scaleBase())); // [n, in, out]
      sum = g.node("Add", base, g.transpose(splines, 1, 0, 2));
    } else {
      String flat = g.reshape(weights, in * count, op.coef().dim(2));
      String splines = g.node("MatMul", g.reshape(basis, -1, in * count), flat); // [n, out]
      sum = g.node("Add", g.node("MatMul", silu, t.inside(op.scaleBase())), splines);
    }
    if (op.reduction() == Reduction.MEAN) {
      sum = g.node("Div", sum, g.number((double) in));
    }
    return rows ? sum : g.reshape(sum, t.sizes(y));
  }
}
