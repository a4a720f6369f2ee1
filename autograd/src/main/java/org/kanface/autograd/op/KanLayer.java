package org.kanface.autograd.op;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.kernels.KanLinear;
import org.kanface.kernels.Spline;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// A layer of a Kolmogorov–Arnold network (Liu et al. 2024, arXiv:2404.19756): each edge from input
/// `i` to output `o` is
/// `u[i, o] = scaleBase[i, o] silu(x[i]) + scaleSpline[i, o] Σ_j coef[i, j, o] B_j(x[i])`, and the
/// reduction is over `i`.
///
/// Shapes: `x [..., in]`, `knots [in, gridSize + 2 order + 1]`, `coef [in, basis, out]`, scales
/// `[in, out]` → `y [..., out]`, or `[..., in, out]` without reduction. Nothing of the size
/// `rows × in × out` is kept. The knots get no gradient; the others those of
/// [org.kanface.kernels.SplineKernels#kanGradInput] and `kanGradWeights`.
public record KanLayer(
    Var x,
    Var knots,
    Var coef,
    Var scaleBase,
    Var scaleSpline,
    Spline spline,
    KanLinear.Reduction reduction)
    implements Op {
  public KanLayer {
    BSplineBasis.checkKnots("kanLayer", x, knots, spline);
    Shape c = coef.shape();
    Check.that(
        c.rank() == 3 && c.dim(0) == spline.inputs() && c.dim(1) == spline.basis(),
        "kanLayer",
        "coef %s: expected [%d, %d, out] for grid size %d and order %d",
        c,
        spline.inputs(),
        spline.basis(),
        spline.gridSize(),
        spline.order());
    Shape edges = Shape.of(c.dim(0), c.dim(2));
    Check.that(
        scaleBase.shape().equals(edges) && scaleSpline.shape().equals(edges),
        "kanLayer",
        "scaleBase %s, scaleSpline %s: expected %s each",
        scaleBase.shape(),
        scaleSpline.shape(),
        edges);
  }

  public static Var of(
      Var x,
      Var knots,
      Var coef,
      Var scaleBase,
      Var scaleSpline,
      Spline spline,
      KanLinear.Reduction reduction) {
    return Graph.apply(new KanLayer(x, knots, coef, scaleBase, scaleSpline, spline, reduction));
  }

  @Override
  public List<Var> inputs() {
    return List.of(x, coef, scaleBase, scaleSpline);
  }

  @Override
  public List<Var> reads() {
    return List.of(x, knots, coef, scaleBase, scaleSpline);
  }

  @Override
  public Tensor forward(Frame f) {
    Tensor y = f.empty(shape());
    f.kernels()
        .spline()
        .kanForward(
            geometry(),
            x.value().memory(),
            knots.value().memory(),
            coef.value().memory(),
            scaleBase.value().memory(),
            scaleSpline.value().memory(),
            y.memory());
    return y;
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    Tensor dx = Operands.gradient(f, x);
    if (dx != null) {
      f.kernels()
          .spline()
          .kanGradInput(
              geometry(),
              x.value().memory(),
              knots.value().memory(),
              coef.value().memory(),
              scaleBase.value().memory(),
              scaleSpline.value().memory(),
              dy.memory(),
              dx.memory());
    }
    Tensor dcoef = Operands.gradient(f, coef);
    Tensor dbase = Operands.gradient(f, scaleBase);
    Tensor dspline = Operands.gradient(f, scaleSpline);
    if (dcoef != null || dbase != null || dspline != null) {
      f.kernels()
          .spline()
          .kanGradWeights(
              geometry(),
              x.value().memory(),
              knots.value().memory(),
              coef.value().memory(),
              scaleSpline.value().memory(),
              dy.memory(),
              Operands.memory(dcoef),
              Operands.memory(dbase),
              Operands.memory(dspline));
    }
    return Arrays.asList(dx, dcoef, dbase, dspline);
  }

  private KanLinear geometry() {
    return new KanLinear(spline, Channels.rows(x), coef.dim(2), reduction);
  }

  private Shape shape() {
    if (reduction != KanLinear.Reduction.NONE) {
      return x.shape().with(-1, coef.dim(2));
    }
    long[] dims = Arrays.copyOf(x.shape().toArray(), x.shape().rank() + 1);
    dims[dims.length - 1] = coef.dim(2);
    return Shape.of(dims);
  }
}
