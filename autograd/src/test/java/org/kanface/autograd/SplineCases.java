package org.kanface.autograd;

import java.util.ArrayList;
import java.util.Locale;
import java.util.stream.Stream;
import org.kanface.autograd.op.BSplineBasis;
import org.kanface.autograd.op.KanLayer;
import org.kanface.kernels.KanLinear;
import org.kanface.kernels.Spline;
import org.kanface.tensor.Shape;

/// B-spline bases and the KAN layer. The basis functions of order 0 and 1 have kinks at the knots,
/// which uniform draws miss.
final class SplineCases {
  private SplineCases() {}

  static Stream<OpCase> all() {
    var cases = new ArrayList<OpCase>();
    for (int order = 1; order <= Spline.MAX_ORDER; order++) {
      var spline = new Spline(3, 5, order);
      cases.add(basis("bSplineBasis/order " + order, spline, 4).drawing(x -> 1.3 * x));
    }
    cases.add(basis("bSplineBasis/one interval", new Spline(2, 1, 3), 3));
    cases.add(basis("bSplineBasis/no rows", new Spline(2, 5, 3), 0));
    for (KanLinear.Reduction reduction : KanLinear.Reduction.values()) {
      String name = "kanLayer/" + reduction.name().toLowerCase(Locale.ROOT);
      cases.add(kan(name, new Spline(4, 5, 3), 3, 5, reduction));
      cases.add(kan(name + " one", new Spline(1, 1, 1), 1, 1, reduction));
      cases.add(kan(name + " no rows", new Spline(2, 3, 3), 0, 4, reduction));
      cases.add(kan(name + " large", new Spline(37, 25, 3), 21, 67, reduction).asLarge());
    }
    cases.add(
        kan("kanLayer/outside the knots", new Spline(3, 5, 3), 6, 4, KanLinear.Reduction.MEAN)
            .drawing(x -> 3 * x));
    cases.add(kan("kanLayer/order 2", new Spline(3, 4, 2), 3, 4, KanLinear.Reduction.SUM));
    return cases.stream();
  }

  private static OpCase basis(String name, Spline spline, long rows) {
    return OpCase.of(
            name,
            v -> BSplineBasis.of(v.get(0), knots(v.get(0), spline), spline),
            Shape.of(rows, spline.inputs()))
        .summing(spline.basis());
  }

  private static OpCase kan(
      String name, Spline spline, long rows, long out, KanLinear.Reduction reduction) {
    Shape edges = Shape.of(spline.inputs(), out);
    return OpCase.of(
            name,
            v ->
                KanLayer.of(
                    v.get(0),
                    knots(v.get(0), spline),
                    v.get(1),
                    v.get(2),
                    v.get(3),
                    spline,
                    reduction),
            Shape.of(rows, spline.inputs()),
            Shape.of(spline.inputs(), spline.basis(), out),
            edges,
            edges)
        .summing(Math.max(rows, Math.max(spline.inputs(), out)));
  }

  /// Evenly spaced over [-1, 1] and `order` intervals beyond, each input's moved a little.
  private static Var knots(Var x, Spline spline) {
    var knots = new double[Math.toIntExact(spline.inputs() * spline.knots())];
    double h = 2.0 / spline.gridSize();
    for (int i = 0; i < knots.length; i++) {
      int j = i % spline.knots();
      int input = i / spline.knots();
      knots[i] = -1 + (j - spline.order()) * h + 0.003 * input + 0.1 * h * Math.sin(7.0 * i);
    }
    return Constants.beside(x, Shape.of(spline.inputs(), spline.knots()), knots);
  }
}
