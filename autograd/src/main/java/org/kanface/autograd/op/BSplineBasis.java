package org.kanface.autograd.op;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.kernels.Binary;
import org.kanface.kernels.Spline;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// All B-spline basis functions of each element: `y[..., i, j] = B_j(x[..., i])`.
///
/// Shapes: `x [..., in]`, `knots [in, gridSize + 2 order + 1]` → `y [..., in, gridSize + order]`.
/// Gradient: `dx = Σ_j dy B'_j(x)`; the knots get none. See [org.kanface.kernels.SplineKernels].
public record BSplineBasis(Var x, Var knots, Spline spline) implements Op {
  public BSplineBasis {
    checkKnots("bSplineBasis", x, knots, spline);
  }

  public static Var of(Var x, Var knots, Spline spline) {
    return Graph.apply(new BSplineBasis(x, knots, spline));
  }

  static void checkKnots(String op, Var x, Var knots, Spline spline) {
    Check.that(
        x.shape().rank() >= 1 && x.dim(-1) == spline.inputs(),
        op,
        "x %s: expected a last axis of %d inputs",
        x.shape(),
        spline.inputs());
    Check.that(
        knots.shape().equals(Shape.of(spline.inputs(), spline.knots())),
        op,
        "knots %s: expected [%d, %d] for grid size %d and order %d",
        knots.shape(),
        spline.inputs(),
        spline.knots(),
        spline.gridSize(),
        spline.order());
  }

  @Override
  public List<Var> inputs() {
    return List.of(x);
  }

  @Override
  public List<Var> reads() {
    return List.of(x, knots);
  }

  @Override
  public Tensor forward(Frame f) {
    Tensor y = f.empty(shape());
    f.kernels()
        .spline()
        .basis(spline, Channels.rows(x), x.value().memory(), knots.value().memory(), y.memory());
    return y;
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    try (Tensor slopes = f.empty(shape())) {
      f.kernels()
          .spline()
          .basisDerivative(
              spline,
              Channels.rows(x),
              x.value().memory(),
              knots.value().memory(),
              slopes.memory());
      try (Tensor product = Broadcasting.apply(f, Binary.MULTIPLY, dy, slopes)) {
        return Arrays.asList(Sum.over(f, product, x.shape().rank(), 1));
      }
    }
  }

  private Shape shape() { // [..., in, basis]
    long[] dims = Arrays.copyOf(x.shape().toArray(), x.shape().rank() + 1);
    dims[dims.length - 1] = spline.basis();
    return Shape.of(dims);
  }
}
