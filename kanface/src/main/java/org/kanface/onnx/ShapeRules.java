package org.kanface.onnx;

import java.util.List;
import java.util.Map;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.Concat;
import org.kanface.autograd.op.GatherRows;
import org.kanface.autograd.op.L2Normalize;
import org.kanface.autograd.op.Mean;
import org.kanface.autograd.op.Permute;
import org.kanface.autograd.op.Reshape;
import org.kanface.autograd.op.Slice;
import org.kanface.autograd.op.Sum;
import org.kanface.onnx.Trace.Named;

/// Axes and elements moved about, and sums along an axis.
final class ShapeRules {
  private static final int[] OUTSIDE = {0, 2, 3, 1}; // where an axis of images is outside
  private static final List<Integer> FLATTENING = List.of(0, 3, 1, 2);

  private ShapeRules() {}

  static void add(Rules rules) {
    rules.on(Reshape.class, (t, op, y) -> reshape(t, op, y));
    rules.on(Permute.class, (t, op, _) -> permute(t, op));
    rules.on(Slice.class, (t, op, _) -> slice(t, op));
    rules.on(Concat.class, (t, op, _) -> concat(t, op));
    rules.on(GatherRows.class, (t, op, _) -> gather(t, op));
    rules.on(
        Mean.class,
        (t, op, _) ->
            Named.inside(
                t.graph()
                    .node(
                        "ReduceMean",
                        Map.of("axes", new long[] {op.axis()}, "keepdims", 0L),
                        t.inside(op.x()))));
    rules.on(
        Sum.class,
        (t, op, _) ->
            Named.inside(
                t.graph()
                    .node(
                        "ReduceSum",
                        Map.of("keepdims", 0L),
                        t.inside(op.x()),
                        t.graph().integers(op.axis()))));
    rules.on(L2Normalize.class, (t, op, _) -> l2Normalize(t, op));
  }

  private static Named reshape(Trace t, Reshape op, Var y) {
    Var x = op.x();
    boolean pixel = x.shape().rank() == 4 && x.dim(1) * x.dim(2) == 1; // both orders are one
    return Named.inside(t.graph().reshape(t.name(x, pixel && t.isOutside(x)), t.sizes(y)));
  }

  /// Channels before rows and columns is how images lie outside anyway.
  private static Named permute(Trace t, Permute op) {
    if (op.order().equals(FLATTENING) && t.isOutside(op.x())) {
      return Named.inside(t.outside(op.x()));
    }
    int[] order = op.order().stream().mapToInt(Integer::intValue).toArray();
    return Named.inside(t.graph().transpose(t.inside(op.x()), order));
  }

  private static Named slice(Trace t, Slice op) {
    boolean outside = t.isOutside(op.x());
    int axis = op.x().shape().axis(op.axis());
    String x = t.name(op.x(), outside);
    return new Named(
        t.graph().slice(x, outside ? OUTSIDE[axis] : axis, op.from(), op.to()), outside);
  }

  /// As most of the parts are.
  private static Named concat(Trace t, Concat op) {
    long there = op.parts().stream().filter(p -> t.isOutside(p)).count();
    boolean outside = 2 * there >= op.parts().size() && there > 0;
    String[] parts = op.parts().stream().map(p -> t.name(p, outside)).toArray(String[]::new);
    long axis = outside ? OUTSIDE[op.axis()] : op.axis();
    return new Named(t.graph().node("Concat", Map.of("axis", axis), parts), outside);
  }

  private static Named gather(Trace t, GatherRows op) {
    String index = t.graph().integers(op.index().toLongs());
    return Named.inside(t.graph().node("Gather", Map.of("axis", 0L), t.inside(op.x()), index));
  }

  /// `x / max(‖x‖, eps)`.
  private static Named l2Normalize(Trace t, L2Normalize op) {
    OnnxGraph g = t.graph();
    String x = t.inside(op.x());
    Map<String, ?> axis = Map.of("axes", new long[] {op.axis()}, "keepdims", 1L);
    String length = g.node("Max", g.node("ReduceL2", axis, x), g.number(op.eps()));
    return Named.inside(g.node("Div", x, length));
  }
}
