package org.kanface.kernels.reference;

import java.lang.foreign.ValueLayout;
import org.kanface.kernels.DType;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.Memory;
import org.kanface.kernels.ReduceKernels;

/// Reductions and softmax, one element after the other.
record ReduceReference(DType type) implements ReduceKernels {
  @Override
  public void sum(long outer, long n, long inner, double scale, Memory x, Memory y) {
    var xs = Elements.of(x, type);
    var ys = Elements.of(y, type);
    for (long o = 0; o < outer; o++) {
      for (long i = 0; i < inner; i++) {
        double sum = 0;
        for (long j = 0; j < n; j++) {
          sum += xs.get((o * n + j) * inner + i);
        }
        ys.set(o * inner + i, scale * sum);
      }
    }
  }

  @Override
  public void sumProduct(long rows, long cols, Memory a, Memory b, Memory y) {
    var as = Elements.of(a, type);
    var bs = Elements.of(b, type);
    var ys = Elements.of(y, type);
    for (long j = 0; j < cols; j++) {
      double sum = 0;
      for (long i = 0; i < rows; i++) {
        sum += as.get(i * cols + j) * bs.get(i * cols + j);
      }
      ys.set(j, sum);
    }
  }

  @Override
  public void max(long outer, long n, long inner, Memory x, Memory y, Memory index) {
    var xs = Elements.of(x, type);
    var ys = Elements.of(y, type);
    var indices = ((HostMemory) index).segment();
    for (long o = 0; o < outer; o++) {
      for (long i = 0; i < inner; i++) {
        long best = 0;
        double highest = xs.get(o * n * inner + i);
        for (long j = 1; j < n; j++) {
          double value = xs.get((o * n + j) * inner + i);
          if (value > highest || (Double.isNaN(value) && !Double.isNaN(highest))) {
            best = j;
            highest = value;
          }
        }
        ys.set(o * inner + i, highest);
        indices.setAtIndex(ValueLayout.JAVA_LONG, o * inner + i, best);
      }
    }
  }

  @Override
  public double sumOfSquares(long n, Memory x) {
    var xs = Elements.of(x, type);
    double sum = 0;
    for (long i = 0; i < n; i++) {
      sum += xs.get(i) * xs.get(i);
    }
    return sum;
  }

  @Override
  public boolean allFinite(long n, Memory x) {
    var xs = Elements.of(x, type);
    for (long i = 0; i < n; i++) {
      if (!Double.isFinite(xs.get(i))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void softmax(long rows, long cols, Memory x, Memory y) {
    var xs = Elements.of(x, type);
    var ys = Elements.of(y, type);
    for (long i = 0; i < rows; i++) {
      double highest = rowMax(xs, i, cols);
      double sum = rowSumExp(xs, i, cols, highest);
      for (long at = i * cols; at < (i + 1) * cols; at++) {
        ys.set(at, Math.exp(xs.get(at) - highest) / sum);
      }
    }
  }

  @Override
  public void softmaxBackward(long rows, long cols, Memory y, Memory dy, Memory dx) {
    var ys = Elements.of(y, type);
    var dys = Elements.of(dy, type);
    var dxs = Elements.of(dx, type);
    for (long i = 0; i < rows; i++) {
      double dot = 0;
      for (long at = i * cols; at < (i + 1) * cols; at++) {
        dot += ys.get(at) * dys.get(at);
      }
      for (long at = i * cols; at < (i + 1) * cols; at++) {
        dxs.set(at, ys.get(at) * (dys.get(at) - dot));
      }
    }
  }

  @Override
  public void logSoftmax(long rows, long cols, Memory x, Memory y) {
    var xs = Elements.of(x, type);
    var ys = Elements.of(y, type);
    for (long i = 0; i < rows; i++) {
      double highest = rowMax(xs, i, cols);
      double logSum = Math.log(rowSumExp(xs, i, cols, highest));
      for (long at = i * cols; at < (i + 1) * cols; at++) {
        ys.set(at, xs.get(at) - highest - logSum);
      }
    }
  }

  @Override
  public void logSoftmaxBackward(long rows, long cols, Memory y, Memory dy, Memory dx) {
    var ys = Elements.of(y, type);
    var dys = Elements.of(dy, type);
    var dxs = Elements.of(dx, type);
    for (long i = 0; i < rows; i++) {
      double sum = 0;
      for (long at = i * cols; at < (i + 1) * cols; at++) {
        sum += dys.get(at);
      }
      for (long at = i * cols; at < (i + 1) * cols; at++) {
        dxs.set(at, dys.get(at) - Math.exp(ys.get(at)) * sum);
      }
    }
  }

  static double rowMax(Elements x, long row, long cols) {
    double highest = Double.NEGATIVE_INFINITY;
    for (long at = row * cols; at < (row + 1) * cols; at++) {
      highest = Math.max(highest, x.get(at));
    }
    return highest;
  }

  /// `Σ_j exp(x[row, j] - highest)`.
  static double rowSumExp(Elements x, long row, long cols, double highest) {
    double sum = 0;
    for (long at = row * cols; at < (row + 1) * cols; at++) {
      sum += Math.exp(x.get(at) - highest);
    }
    return sum;
  }
}
