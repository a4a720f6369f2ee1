package org.kanface.kernels.reference;

import org.jspecify.annotations.Nullable;
import org.kanface.kernels.BatchNorm;
import org.kanface.kernels.DType;
import org.kanface.kernels.Memory;
import org.kanface.kernels.NormKernels;

/// Normalisations in two passes: the mean first, then the variance about it.
record NormReference(DType type) implements NormKernels {
  /// Every `step`-th element of a block from `start` on: a row or a column of a matrix.
  private record Line(Elements elements, long start, long step, long length) {
    static Line row(Elements e, long row, long cols) {
      return new Line(e, row * cols, 1, cols);
    }

    static Line column(Elements e, long column, long rows, long cols) {
      return new Line(e, column, cols, rows);
    }

    double get(long i) {
      return elements.get(start + i * step);
    }

    void set(long i, double value) {
      elements.set(start + i * step, value);
    }

    double mean() {
      double sum = 0;
      for (long i = 0; i < length; i++) {
        sum += get(i);
      }
      return sum / length;
    }

    /// Biased variance about `mean`.
    double variance(double mean) {
      double sum = 0;
      for (long i = 0; i < length; i++) {
        double d = get(i) - mean;
        sum += d * d;
      }
      return sum / length;
    }
  }

  private static double at(@Nullable Elements elements, long i, double absent) {
    return elements == null ? absent : elements.get(i);
  }

  @Override
  public void layerNormForward(
      long rows,
      long cols,
      double eps,
      Memory x,
      @Nullable Memory weight,
      @Nullable Memory bias,
      Memory y,
      Memory mean,
      Memory rstd) {
    var w = Elements.ofNullable(weight, type);
    var b = Elements.ofNullable(bias, type);
    for (long i = 0; i < rows; i++) {
      var in = Line.row(Elements.of(x, type), i, cols);
      var out = Line.row(Elements.of(y, type), i, cols);
      double mu = in.mean();
      double r = 1 / Math.sqrt(in.variance(mu) + eps);
      for (long j = 0; j < cols; j++) {
        out.set(j, (in.get(j) - mu) * r * at(w, j, 1) + at(b, j, 0));
      }
      Elements.of(mean, type).set(i, mu);
      Elements.of(rstd, type).set(i, r);
    }
  }

  @Override
  public void layerNormBackward(
      long rows,
      long cols,
      Memory x,
      @Nullable Memory weight,
      Memory mean,
      Memory rstd,
      Memory dy,
      Memory dx,
      @Nullable Memory dweight,
      @Nullable Memory dbias) {
    var w = Elements.ofNullable(weight, type);
    var dw = new double[Math.toIntExact(cols)];
    var db = new double[Math.toIntExact(cols)];
    for (long i = 0; i < rows; i++) {
      var in = Line.row(Elements.of(x, type), i, cols);
      var grad = Line.row(Elements.of(dy, type), i, cols);
      var out = Line.row(Elements.of(dx, type), i, cols);
      double mu = Elements.of(mean, type).get(i);
      double r = Elements.of(rstd, type).get(i);
      double sum = 0; // Σ g
      double dot = 0; // Σ g xh
      for (long j = 0; j < cols; j++) {
        double g = grad.get(j) * at(w, j, 1);
        double xh = (in.get(j) - mu) * r;
        sum += g;
        dot += g * xh;
        dw[(int) j] += grad.get(j) * xh;
        db[(int) j] += grad.get(j);
      }
      for (long j = 0; j < cols; j++) {
        double g = grad.get(j) * at(w, j, 1);
        double xh = (in.get(j) - mu) * r;
        out.set(j, r * (g - sum / cols - xh * (dot / cols)));
      }
    }
    store(dw, dweight);
    store(db, dbias);
  }

  private void store(double[] values, @Nullable Memory target) {
    if (target != null) {
      var elements = Elements.of(target, type);
      for (int j = 0; j < values.length; j++) {
        elements.set(j, values[j]);
      }
    }
  }

  @Override
  public void batchNormTrain(
      BatchNorm norm,
      double momentum,
      Memory x,
      Memory runningMean,
      Memory runningVar,
      Memory y,
      Memory mean,
      Memory rstd) {
    for (long j = 0; j < norm.cols(); j++) {
      var in = column(x, j, norm);
      double mu = in.mean();
      double variance = in.variance(mu);
      double r = 1 / Math.sqrt(variance + norm.eps());
      normalizeColumn(norm, in, mu, r, y, j);
      Elements.of(mean, type).set(j, mu);
      Elements.of(rstd, type).set(j, r);
      move(Elements.of(runningMean, type), j, momentum, mu);
      double unbiased = variance * norm.rows() / (norm.rows() - 1.0);
      move(Elements.of(runningVar, type), j, momentum, unbiased);
    }
  }

  private Line column(Memory matrix, long j, BatchNorm norm) {
    return Line.column(Elements.of(matrix, type), j, norm.rows(), norm.cols());
  }

  private static void move(Elements running, long j, double momentum, double batch) {
    running.set(j, (1 - momentum) * running.get(j) + momentum * batch);
  }

  private void normalizeColumn(BatchNorm norm, Line in, double mu, double r, Memory y, long j) {
    var out = column(y, j, norm);
    double w = at(Elements.ofNullable(norm.weight(), type), j, 1);
    double b = at(Elements.ofNullable(norm.bias(), type), j, 0);
    double slope = slope(norm, j);
    for (long i = 0; i < in.length; i++) {
      double z = (in.get(i) - mu) * r * w + b;
      out.set(i, z > 0 ? z : slope * z);
    }
  }

  /// What a norm's result `z <= 0` is multiplied by.
  private double slope(BatchNorm norm, long j) {
    return norm.rectifies() ? at(Elements.ofNullable(norm.slope(), type), j, 0) : 1;
  }

  @Override
  public void batchNormEval(BatchNorm norm, Memory x, Memory mean, Memory variance, Memory y) {
    for (long j = 0; j < norm.cols(); j++) {
      double mu = Elements.of(mean, type).get(j);
      double r = 1 / Math.sqrt(Elements.of(variance, type).get(j) + norm.eps());
      normalizeColumn(norm, column(x, j, norm), mu, r, y, j);
    }
  }

  @Override
  public void batchNormBackward(
      boolean train,
      BatchNorm norm,
      Memory x,
      Memory mean,
      Memory rstd,
      Memory dy,
      Memory dx,
      @Nullable Memory dweight,
      @Nullable Memory dbias,
      @Nullable Memory dslope) {
    long rows = norm.rows();
    for (long j = 0; j < norm.cols(); j++) {
      var in = column(x, j, norm);
      var grad = column(dy, j, norm);
      var out = column(dx, j, norm); // dz at first
      double mu = Elements.of(mean, type).get(j);
      double r = Elements.of(rstd, type).get(j);
      double w = at(Elements.ofNullable(norm.weight(), type), j, 1);
      double b = at(Elements.ofNullable(norm.bias(), type), j, 0);
      double slope = slope(norm, j);
      double sum = 0; // Σ dz
      double dot = 0; // Σ dz xh
      double below = 0; // Σ dy z over z <= 0
      for (long i = 0; i < rows; i++) {
        double xh = (in.get(i) - mu) * r;
        double z = xh * w + b;
        double dz = z > 0 ? grad.get(i) : slope * grad.get(i);
        below += z > 0 ? 0 : grad.get(i) * z;
        sum += dz;
        dot += dz * xh;
        out.set(i, dz);
      }
      for (long i = 0; i < rows; i++) {
        double through = train ? sum / rows + (in.get(i) - mu) * r * (dot / rows) : 0;
        out.set(i, w * r * (out.get(i) - through));
      }
      storeOne(dweight, j, dot);
      storeOne(dbias, j, sum);
      storeOne(dslope, j, below);
    }
  }

  private void storeOne(@Nullable Memory target, long j, double value) {
    if (target != null) {
      Elements.of(target, type).set(j, value);
    }
  }

  @Override
  public void l2NormalizeForward(
      long outer, long n, long inner, double eps, Memory x, Memory y, Memory norm) {
    for (long o = 0; o < outer; o++) {
      for (long i = 0; i < inner; i++) {
        var in = new Line(Elements.of(x, type), o * n * inner + i, inner, n);
        var out = new Line(Elements.of(y, type), o * n * inner + i, inner, n);
        double squares = 0;
        for (long j = 0; j < n; j++) {
          squares += in.get(j) * in.get(j);
        }
        double length = Math.sqrt(squares);
        for (long j = 0; j < n; j++) {
          out.set(j, in.get(j) / Math.max(length, eps));
        }
        Elements.of(norm, type).set(o * inner + i, length);
      }
    }
  }

  @Override
  public void l2NormalizeBackward(
      long outer, long n, long inner, double eps, Memory y, Memory norm, Memory dy, Memory dx) {
    for (long o = 0; o < outer; o++) {
      for (long i = 0; i < inner; i++) {
        long start = o * n * inner + i;
        var unit = new Line(Elements.of(y, type), start, inner, n);
        var grad = new Line(Elements.of(dy, type), start, inner, n);
        var out = new Line(Elements.of(dx, type), start, inner, n);
        double length = Elements.of(norm, type).get(o * inner + i);
        double dot = 0;
        for (long j = 0; j < n; j++) {
          dot += unit.get(j) * grad.get(j);
        }
        for (long j = 0; j < n; j++) {
          out.set(j, length > eps ? (grad.get(j) - unit.get(j) * dot) / length : grad.get(j) / eps);
        }
      }
    }
  }
}
