package org.kanface.kernels.reference;

import org.kanface.kernels.Binary;
import org.kanface.kernels.DType;
import org.kanface.kernels.ElementwiseKernels;
import org.kanface.kernels.Memory;
import org.kanface.kernels.Strided;
import org.kanface.kernels.Unary;

/// Elementwise work, one element after the other.
record ElementwiseReference(DType type) implements ElementwiseKernels {
  @Override
  public void fill(long n, double value, Memory y) {
    var ys = Elements.of(y, type);
    for (long i = 0; i < n; i++) {
      ys.set(i, value);
    }
  }

  @Override
  public void affine(long n, double scale, double shift, Memory x, Memory y) {
    var xs = Elements.of(x, type);
    var ys = Elements.of(y, type);
    for (long i = 0; i < n; i++) {
      ys.set(i, scale * xs.get(i) + shift);
    }
  }

  @Override
  public void axpy(long n, double alpha, Memory x, Memory y) {
    var xs = Elements.of(x, type);
    var ys = Elements.of(y, type);
    for (long i = 0; i < n; i++) {
      ys.add(i, alpha * xs.get(i));
    }
  }

  @Override
  public void unary(Unary f, long n, Memory x, Memory y) {
    var xs = Elements.of(x, type);
    var ys = Elements.of(y, type);
    for (long i = 0; i < n; i++) {
      ys.set(i, ScalarFunctions.apply(f, xs.get(i)));
    }
  }

  @Override
  public void unaryBackward(Unary f, long n, Memory x, Memory dy, Memory dx) {
    var xs = Elements.of(x, type);
    var dys = Elements.of(dy, type);
    var dxs = Elements.of(dx, type);
    for (long i = 0; i < n; i++) {
      dxs.set(i, dys.get(i) * ScalarFunctions.derivative(f, xs.get(i)));
    }
  }

  @Override
  public void binary(Binary f, Strided walk, Memory a, Memory b, Memory y) {
    var as = Elements.of(a, type);
    var bs = Elements.of(b, type);
    var ys = Elements.of(y, type);
    walk(
        walk,
        (i, first, second) -> ys.set(i, ScalarFunctions.apply(f, as.get(first), bs.get(second))));
  }

  @Override
  public void copy(Strided walk, Memory source, Memory target) {
    var from = Elements.of(source, type);
    var to = Elements.of(target, type);
    walk(walk, (_, first, second) -> to.set(second, from.get(first)));
  }

  /// What to do with the `i`-th pair of a walk; `first` and `second` are its places in the
  /// operands.
  private interface Step {
    void run(long i, long first, long second);
  }

  /// Visits all pairs, the last axis fastest.
  private static void walk(Strided walk, Step step) {
    long numel = walk.numel();
    for (long i = 0; i < numel; i++) {
      long rest = i;
      long first = 0;
      long second = 0;
      for (int axis = walk.rank() - 1; axis >= 0; axis--) {
        long at = rest % walk.dim(axis);
        rest /= walk.dim(axis);
        first += at * walk.first(axis);
        second += at * walk.second(axis);
      }
      step.run(i, first, second);
    }
  }

  @Override
  public void clamp(long n, double low, double high, Memory x, Memory y) {
    var xs = Elements.of(x, type);
    var ys = Elements.of(y, type);
    for (long i = 0; i < n; i++) {
      ys.set(i, Math.min(Math.max(xs.get(i), low), high));
    }
  }

  @Override
  public void clampBackward(long n, double low, double high, Memory x, Memory dy, Memory dx) {
    var xs = Elements.of(x, type);
    var dys = Elements.of(dy, type);
    var dxs = Elements.of(dx, type);
    double lowest = Elements.round(low, type);
    double highest = Elements.round(high, type);
    for (long i = 0; i < n; i++) {
      dxs.set(i, xs.get(i) >= lowest && xs.get(i) <= highest ? dys.get(i) : 0);
    }
  }

  @Override
  public void scaleResidual(
      long rows, long cols, Memory x, Memory scale, Memory residual, Memory y) {
    var xs = Elements.of(x, type);
    var scales = Elements.of(scale, type);
    var residuals = Elements.of(residual, type);
    var ys = Elements.of(y, type);
    for (long i = 0; i < rows * cols; i++) {
      ys.set(i, residuals.get(i) + scales.get(i % cols) * xs.get(i));
    }
  }

  @Override
  public void prelu(long rows, long cols, Memory x, Memory weight, Memory y) {
    var xs = Elements.of(x, type);
    var weights = Elements.of(weight, type);
    var ys = Elements.of(y, type);
    for (long i = 0; i < rows * cols; i++) {
      double value = xs.get(i);
      ys.set(i, value > 0 ? value : weights.get(i % cols) * value);
    }
  }

  @Override
  public void preluBackward(
      long rows, long cols, Memory x, Memory weight, Memory dy, Memory dx, Memory dweight) {
    var xs = Elements.of(x, type);
    var weights = Elements.of(weight, type);
    var dys = Elements.of(dy, type);
    var dxs = Elements.of(dx, type);
    var dweights = Elements.of(dweight, type);
    for (long j = 0; j < cols; j++) {
      double sum = 0;
      for (long i = j; i < rows * cols; i += cols) {
        boolean positive = xs.get(i) > 0;
        double grad = dys.get(i);
        sum += positive ? 0 : grad * xs.get(i);
        dxs.set(i, positive ? grad : grad * weights.get(j));
      }
      dweights.set(j, sum);
    }
  }
}
