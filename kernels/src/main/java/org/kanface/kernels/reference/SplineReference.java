package org.kanface.kernels.reference;

import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.DType;
import org.kanface.kernels.KanLinear;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.kernels.Memory;
import org.kanface.kernels.Spline;
import org.kanface.kernels.SplineKernels;

/// B-splines and the KAN layer by plain loops over every basis function; see [CoxDeBoor] for the
/// recursion.
record SplineReference(DType type) implements SplineKernels {
  @Override
  public void basis(Spline spline, long n, Memory x, Memory knots, Memory y) {
    everyBasis(spline, n, x, knots, y, false);
  }

  @Override
  public void basisDerivative(Spline spline, long n, Memory x, Memory knots, Memory y) {
    everyBasis(spline, n, x, knots, y, true);
  }

  private void everyBasis(
      Spline spline, long n, Memory x, Memory knots, Memory y, boolean derivative) {
    var xs = Elements.of(x, type); // [n, inputs]
    var ts = Elements.of(knots, type); // [inputs, knots]
    var ys = Elements.of(y, type); // [n, inputs, basis]
    var recursion = new CoxDeBoor(spline, type);
    for (long i = 0; i < spline.inputs(); i++) {
      recursion.row(ts, i);
      for (long b = 0; b < n; b++) {
        long at = b * spline.inputs() + i;
        recursion.at(xs.get(at));
        for (int j = 0; j < spline.basis(); j++) {
          ys.set(
              at * spline.basis() + j, derivative ? recursion.derivative(j) : recursion.value(j));
        }
      }
    }
  }

  @Override
  public void kanForward(
      KanLinear shape,
      Memory x,
      Memory knots,
      Memory coef,
      Memory scaleBase,
      Memory scaleSpline,
      Memory y) {
    var xs = Elements.of(x, type); // [n, inputs]
    var ts = Elements.of(knots, type);
    var cs = Elements.of(coef, type); // [inputs, basis, outputs]
    var bases = Elements.of(scaleBase, type); // [inputs, outputs]
    var splines = Elements.of(scaleSpline, type); // [inputs, outputs]
    var ys = Elements.of(y, type);
    var recursion = new CoxDeBoor(shape.spline(), type);
    long outputs = shape.outputs();
    double[][] sums = new double[Math.toIntExact(shape.n())][Math.toIntExact(outputs)];
    for (long i = 0; i < shape.inputs(); i++) {
      recursion.row(ts, i);
      for (int b = 0; b < shape.n(); b++) {
        double v = xs.get(b * shape.inputs() + i);
        recursion.at(v);
        for (int o = 0; o < outputs; o++) {
          double curve = curve(shape, recursion, cs, i, o);
          double u = bases.get(i * outputs + o) * silu(v) + splines.get(i * outputs + o) * curve;
          sums[b][o] += u;
          if (shape.reduction() == Reduction.NONE) {
            ys.set((b * shape.inputs() + i) * outputs + o, u);
          }
        }
      }
    }
    if (shape.reduction() != Reduction.NONE) {
      for (int b = 0; b < shape.n(); b++) {
        for (int o = 0; o < outputs; o++) {
          ys.set(b * outputs + o, sums[b][o] / divisor(shape));
        }
      }
    }
  }

  @Override
  public void kanGradInput(
      KanLinear shape,
      Memory x,
      Memory knots,
      Memory coef,
      Memory scaleBase,
      Memory scaleSpline,
      Memory dy,
      Memory dx) {
    var xs = Elements.of(x, type);
    var ts = Elements.of(knots, type);
    var cs = Elements.of(coef, type);
    var bases = Elements.of(scaleBase, type);
    var splines = Elements.of(scaleSpline, type);
    var dys = Elements.of(dy, type);
    var dxs = Elements.of(dx, type);
    var recursion = new CoxDeBoor(shape.spline(), type);
    long outputs = shape.outputs();
    for (long i = 0; i < shape.inputs(); i++) {
      recursion.row(ts, i);
      for (long b = 0; b < shape.n(); b++) {
        double v = xs.get(b * shape.inputs() + i);
        recursion.at(v);
        double sum = 0;
        for (long o = 0; o < outputs; o++) {
          double slope = 0; // Σ_j coef_j B'_j
          for (int j = 0; j < shape.spline().basis(); j++) {
            slope +=
                recursion.derivative(j) * cs.get((i * shape.spline().basis() + j) * outputs + o);
          }
          double du = bases.get(i * outputs + o) * siluSlope(v);
          sum += gradient(shape, dys, b, i, o) * (du + splines.get(i * outputs + o) * slope);
        }
        dxs.set(b * shape.inputs() + i, sum);
      }
    }
  }

  @Override
  public void kanGradWeights(
      KanLinear shape,
      Memory x,
      Memory knots,
      Memory coef,
      Memory scaleSpline,
      Memory dy,
      @Nullable Memory dcoef,
      @Nullable Memory dscaleBase,
      @Nullable Memory dscaleSpline) {
    var xs = Elements.of(x, type);
    var ts = Elements.of(knots, type);
    var cs = Elements.of(coef, type);
    var splines = Elements.of(scaleSpline, type);
    var dys = Elements.of(dy, type);
    var recursion = new CoxDeBoor(shape.spline(), type);
    int basis = shape.spline().basis();
    long outputs = shape.outputs();
    for (long i = 0; i < shape.inputs(); i++) {
      recursion.row(ts, i);
      for (long o = 0; o < outputs; o++) {
        double[] perBasis = new double[basis]; // Σ_b g B_j
        double base = 0; // Σ_b g silu(x)
        double curves = 0; // Σ_b g Σ_j B_j coef_j
        for (long b = 0; b < shape.n(); b++) {
          double v = xs.get(b * shape.inputs() + i);
          recursion.at(v);
          double g = gradient(shape, dys, b, i, o);
          for (int j = 0; j < basis; j++) {
            perBasis[j] += g * recursion.value(j);
          }
          base += g * silu(v);
          curves += g * curve(shape, recursion, cs, i, o);
        }
        long at = i * outputs + o;
        double scale = splines.get(at);
        if (dcoef != null) {
          var out = Elements.of(dcoef, type);
          long first = i * basis * outputs + o;
          IntStream.range(0, basis).forEach(j -> out.set(first + j * outputs, scale * perBasis[j]));
        }
        store(dscaleBase, at, base);
        store(dscaleSpline, at, curves);
      }
    }
  }

  private void store(@Nullable Memory target, long at, double value) {
    if (target != null) {
      Elements.of(target, type).set(at, value);
    }
  }

  /// `Σ_j B_j coef[i, j, o]`.
  private static double curve(KanLinear shape, CoxDeBoor recursion, Elements coef, long i, long o) {
    int basis = shape.spline().basis();
    double sum = 0;
    for (int j = 0; j < basis; j++) {
      sum += recursion.value(j) * coef.get((i * basis + j) * shape.outputs() + o);
    }
    return sum;
  }

  /// `g`, the gradient at one edge's value `u[b, i, o]`.
  private static double gradient(KanLinear shape, Elements dy, long b, long i, long o) {
    long row = shape.reduction() == Reduction.NONE ? b * shape.inputs() + i : b;
    return dy.get(row * shape.outputs() + o) / divisor(shape);
  }

  private static double divisor(KanLinear shape) {
    return shape.reduction() == Reduction.MEAN ? shape.inputs() : 1;
  }

  private static double silu(double x) {
    return x / (1 + Math.exp(-x));
  }

  /// `silu'(x) = s (1 + x (1 - s))` with `s = 1/(1 + exp(-x))`; NaN where `x` is not finite.
  private static double siluSlope(double x) {
    double s = 1 / (1 + Math.exp(-x));
    return s * (1 + x * (1 - s));
  }
}
