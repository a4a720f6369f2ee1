package org.kanface.kernels.reference;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.DType;
import org.kanface.kernels.LowRankMlp;
import org.kanface.kernels.Memory;
import org.kanface.kernels.MlpKernels;
import org.kanface.kernels.Unary;

/// The low-rank MLP row by row.
record MlpReference(DType type) implements MlpKernels {
  @Override
  public void forward(
      LowRankMlp shape,
      LowRankMlp.Weights weights,
      Memory x,
      @Nullable Memory residual,
      Memory y,
      LowRankMlp.@Nullable Kept kept) {
    var w = new Layers(shape, weights);
    var xs = Elements.of(x, type);
    var skip = Elements.ofNullable(residual, type);
    var ys = Elements.of(y, type);
    for (long r = 0; r < shape.rows(); r++) {
      var norm = w.normalize(row(xs, r, shape.width()));
      var low1 = w.down1.times(norm.y);
      var low2 = w.down2.times(map(w.hidden(low1), MlpReference::gelu));
      var out = w.output(low2);
      for (int j = 0; j < out.length; j++) {
        long at = r * shape.width() + j;
        ys.set(at, (skip == null ? 0 : skip.get(at)) + w.scale(j) * out[j]);
      }
      if (kept != null) {
        Elements.of(kept.mean(), type).set(r, norm.mean);
        Elements.of(kept.rstd(), type).set(r, norm.rstd);
        store(low1, Elements.of(kept.low1(), type), r);
        store(low2, Elements.of(kept.low2(), type), r);
      }
    }
  }

  @Override
  public void backward(
      LowRankMlp shape,
      LowRankMlp.Weights weights,
      Memory x,
      LowRankMlp.Kept kept,
      Memory dy,
      Memory dx,
      LowRankMlp.Weights gradients) {
    var w = new Layers(shape, weights);
    var sums = new Sums(shape);
    for (long r = 0; r < shape.rows(); r++) {
      double mean = Elements.of(kept.mean(), type).get(r);
      double rstd = Elements.of(kept.rstd(), type).get(r);
      var unit = map(row(Elements.of(x, type), r, shape.width()), v -> (v - mean) * rstd);
      var low1 = row(Elements.of(kept.low1(), type), r, shape.rank());
      var low2 = row(Elements.of(kept.low2(), type), r, shape.rank());
      var grad = row(Elements.of(dy, type), r, shape.width());
      var out = w.output(low2);
      var d = new double[grad.length];
      for (int j = 0; j < d.length; j++) {
        d[j] = w.scale(j) * grad[j];
        sums.scale[j] += grad[j] * out[j];
        sums.bias2[j] += d[j];
      }
      var u = w.hidden(low1);
      var dlow2 = w.up2.transposedTimes(d);
      var du = w.down2.transposedTimes(dlow2);
      for (int j = 0; j < du.length; j++) {
        du[j] *= ScalarFunctions.derivative(Unary.GELU, u[j]);
        sums.bias1[j] += du[j];
      }
      var dlow1 = w.up1.transposedTimes(du);
      sums.up2.addOuter(d, low2);
      sums.down2.addOuter(dlow2, map(u, MlpReference::gelu));
      sums.up1.addOuter(du, low1);
      sums.down1.addOuter(dlow1, w.affine(unit));
      var dnorm = w.down1.transposedTimes(dlow1);
      double sum = 0; // Σ g, g = dnorm normWeight
      double dot = 0; // Σ g unit
      for (int j = 0; j < unit.length; j++) {
        sums.normWeight[j] += dnorm[j] * unit[j];
        sums.normBias[j] += dnorm[j];
        sum += dnorm[j] * w.normWeight.get(j);
        dot += dnorm[j] * w.normWeight.get(j) * unit[j];
      }
      for (int j = 0; j < unit.length; j++) {
        double g = dnorm[j] * w.normWeight.get(j);
        double centred = g - sum / unit.length - unit[j] * (dot / unit.length);
        Elements.of(dx, type).set(r * unit.length + j, rstd * centred);
      }
    }
    sums.store(gradients);
  }

  /// A matrix `[rows, cols]` of doubles.
  private record Matrix(int rows, int cols, double[] values) {
    static Matrix zero(long rows, long cols) {
      return new Matrix((int) rows, (int) cols, new double[Math.toIntExact(rows * cols)]);
    }

    static Matrix of(Elements e, long rows, long cols) {
      return new Matrix((int) rows, (int) cols, row(e, 0, rows * cols));
    }

    double[] times(double[] x) {
      var y = new double[rows];
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < cols; j++) {
          y[i] += values[i * cols + j] * x[j];
        }
      }
      return y;
    }

    double[] transposedTimes(double[] x) {
      var y = new double[cols];
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < cols; j++) {
          y[j] += values[i * cols + j] * x[i];
        }
      }
      return y;
    }

    void addOuter(double[] a, double[] b) {
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < cols; j++) {
          values[i * cols + j] += a[i] * b[j];
        }
      }
    }
  }

  private record Normalized(double mean, double rstd, double[] y) {}

  /// The parameters as matrices.
  private final class Layers {
    final double eps;
    final Elements normWeight;
    final Elements normBias;
    final Matrix down1;
    final Matrix up1;
    final Elements bias1;
    final Matrix down2;
    final Matrix up2;
    final Elements bias2;
    final @Nullable Elements scale;

    Layers(LowRankMlp s, LowRankMlp.Weights w) {
      eps = s.eps();
      normWeight = Elements.of(w.normWeight(), type);
      normBias = Elements.of(w.normBias(), type);
      down1 = Matrix.of(Elements.of(w.down1(), type), s.rank(), s.width());
      up1 = Matrix.of(Elements.of(w.up1(), type), s.hidden(), s.rank());
      bias1 = Elements.of(w.bias1(), type);
      down2 = Matrix.of(Elements.of(w.down2(), type), s.rank(), s.hidden());
      up2 = Matrix.of(Elements.of(w.up2(), type), s.width(), s.rank());
      bias2 = Elements.of(w.bias2(), type);
      scale = Elements.ofNullable(w.scale(), type);
    }

    double scale(int j) {
      return scale == null ? 1 : scale.get(j);
    }

    Normalized normalize(double[] x) {
      double mean = 0;
      for (double v : x) {
        mean += v / x.length;
      }
      double variance = 0;
      for (double v : x) {
        variance += (v - mean) * (v - mean) / x.length;
      }
      double mu = mean;
      double rstd = 1 / Math.sqrt(variance + eps);
      return new Normalized(mean, rstd, affine(map(x, v -> (v - mu) * rstd)));
    }

    double[] affine(double[] unit) {
      var y = new double[unit.length];
      for (int j = 0; j < y.length; j++) {
        y[j] = unit[j] * normWeight.get(j) + normBias.get(j);
      }
      return y;
    }

    double[] hidden(double[] low1) {
      return plus(up1.times(low1), bias1);
    }

    double[] output(double[] low2) {
      return plus(up2.times(low2), bias2);
    }
  }

  /// The parameters' gradients while they are summed.
  private final class Sums {
    final double[] normWeight;
    final double[] normBias;
    final Matrix down1;
    final Matrix up1;
    final double[] bias1;
    final Matrix down2;
    final Matrix up2;
    final double[] bias2;
    final double[] scale;

    Sums(LowRankMlp s) {
      int width = Math.toIntExact(s.width());
      normWeight = new double[width];
      normBias = new double[width];
      down1 = Matrix.zero(s.rank(), s.width());
      up1 = Matrix.zero(s.hidden(), s.rank());
      bias1 = new double[Math.toIntExact(s.hidden())];
      down2 = Matrix.zero(s.rank(), s.hidden());
      up2 = Matrix.zero(s.width(), s.rank());
      bias2 = new double[width];
      scale = new double[width];
    }

    void store(LowRankMlp.Weights g) {
      MlpReference.store(normWeight, Elements.of(g.normWeight(), type), 0);
      MlpReference.store(normBias, Elements.of(g.normBias(), type), 0);
      MlpReference.store(down1.values, Elements.of(g.down1(), type), 0);
      MlpReference.store(up1.values, Elements.of(g.up1(), type), 0);
      MlpReference.store(bias1, Elements.of(g.bias1(), type), 0);
      MlpReference.store(down2.values, Elements.of(g.down2(), type), 0);
      MlpReference.store(up2.values, Elements.of(g.up2(), type), 0);
      MlpReference.store(bias2, Elements.of(g.bias2(), type), 0);
      if (g.scale() != null) {
        MlpReference.store(scale, Elements.of(g.scale(), type), 0);
      }
    }
  }

  private static double[] row(Elements e, long r, long length) {
    var row = new double[Math.toIntExact(length)];
    for (int j = 0; j < row.length; j++) {
      row[j] = e.get(r * length + j);
    }
    return row;
  }

  private static void store(double[] values, Elements target, long r) {
    for (int j = 0; j < values.length; j++) {
      target.set(r * values.length + j, values[j]);
    }
  }

  private static double[] plus(double[] x, Elements bias) {
    for (int j = 0; j < x.length; j++) {
      x[j] += bias.get(j);
    }
    return x;
  }

  private static double[] map(double[] x, DoubleUnaryOperator f) {
    return Arrays.stream(x).map(f).toArray();
  }

  private static double gelu(double x) {
    return ScalarFunctions.apply(Unary.GELU, x);
  }
}
