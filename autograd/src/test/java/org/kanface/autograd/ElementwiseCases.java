package org.kanface.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.kanface.autograd.op.Add;
import org.kanface.autograd.op.Affine;
import org.kanface.autograd.op.Clamp;
import org.kanface.autograd.op.Divide;
import org.kanface.autograd.op.Elementwise;
import org.kanface.autograd.op.Multiply;
import org.kanface.autograd.op.ScaleResidual;
import org.kanface.autograd.op.Subtract;
import org.kanface.kernels.Unary;
import org.kanface.tensor.Shape;

/// Functions of each element, of two broadcast operands, and layer scale.
final class ElementwiseCases {
  private ElementwiseCases() {}

  static Stream<OpCase> all() {
    return Stream.of(unary(), binary(), others()).flatMap(List::stream);
  }

  private static List<OpCase> unary() {
    var cases = new ArrayList<OpCase>();
    for (Unary f : Unary.values()) {
      for (long n : new long[] {0, 1, 15, 16, 17, 1021}) {
        OpCase c =
            OpCase.of(
                f.name().toLowerCase(Locale.ROOT) + "/" + n,
                v -> Elementwise.of(f, v.get(0)),
                Shape.of(n));
        cases.add(
            switch (f) {
              case ABS, RELU -> c.drawing(ElementwiseCases::offZero);
              case SQRT, LOG -> c.drawing(x -> 1.25 + x); // [0.25, 2.25)
              case RECIPROCAL -> c.drawing(x -> x + Math.copySign(0.5, x));
              default -> c.drawing(x -> 3 * x);
            });
      }
    }
    return cases;
  }

  private static List<OpCase> binary() {
    var cases = new ArrayList<OpCase>();
    binary(cases, "add", Add::of);
    binary(cases, "subtract", Subtract::of);
    binary(cases, "multiply", Multiply::of);
    binary(cases, "divide", Divide::of);
    return cases;
  }

  private static void binary(List<OpCase> cases, String name, BinaryOperator<Var> f) {
    Object[][] shapes = {
      {"equal", Shape.of(3, 17), Shape.of(3, 17)},
      {"scalar", Shape.SCALAR, Shape.SCALAR},
      {"empty", Shape.of(0, 3), Shape.of(3)},
      {"empty against 1", Shape.of(2, 0), Shape.of(2, 1)},
      {"row", Shape.of(5, 7), Shape.of(7)},
      {"column", Shape.of(5, 7), Shape.of(5, 1)},
      {"outer", Shape.of(4, 1), Shape.of(1, 6)},
      {"middle", Shape.of(2, 3, 4, 5), Shape.of(3, 1, 1)},
      {"scalar right", Shape.of(2, 9), Shape.SCALAR},
      {"odd tail", Shape.of(1021), Shape.of(1021)},
    };
    for (Object[] s : shapes) {
      cases.add(
          OpCase.of(name + "/" + s[0], v -> f.apply(v.get(0), v.get(1)), (Shape) s[1], (Shape) s[2])
              .drawing(x -> x + Math.copySign(0.5, x))
              .summing(20));
    }
    cases.add(
        OpCase.of(name + "/with itself", v -> f.apply(v.get(0), v.get(0)), Shape.of(2, 5))
            .drawing(x -> x + Math.copySign(0.5, x)));
  }

  private static List<OpCase> others() {
    return List.of(
        OpCase.of("affine", v -> Affine.of(v.get(0), -1.5, 0.25), Shape.of(3, 11)),
        OpCase.of("affine/empty", v -> Affine.of(v.get(0), 2, 1), Shape.of(0)),
        OpCase.of("clamp", v -> Clamp.of(v.get(0), -0.5, 0.5), Shape.of(37))
            .drawing(x -> Math.abs(Math.abs(x) - 0.5) < 0.01 ? x * 1.1 : x),
        OpCase.of("clamp/empty", v -> Clamp.of(v.get(0), -1, 1), Shape.of(0, 2)),
        scaleResidual("scaleResidual", 2, 3, 5),
        scaleResidual("scaleResidual/one row", 1, 1, 19),
        scaleResidual("scaleResidual/empty", 0, 3, 4),
        scaleResidual("scaleResidual/large", 7, 49, 101).asLarge());
  }

  private static OpCase scaleResidual(String name, long n, long rows, long cols) {
    Shape x = Shape.of(n, rows, cols);
    return OpCase.of(
            name, v -> ScaleResidual.of(v.get(0), v.get(1), v.get(2)), x, Shape.of(cols), x)
        .summing(n * rows);
  }

  /// Moves what is near 0 away from it.
  static double offZero(double x) {
    return Math.abs(x) < 0.01 ? x + Math.copySign(0.1, x) : x;
  }
}
