package org.kanface.kernels.reference;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.BatchNorm;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.ConvKernels;
import org.kanface.kernels.DType;
import org.kanface.kernels.Memory;
import org.kanface.kernels.Workers;

/// 2-d convolution and its gradients by the definition. Each output element is one sum, gathered
/// from every place that contributes to it.
record ConvReference(DType type) implements ConvKernels {
  @Override
  public void forward(Conv2d s, Memory x, Memory weight, @Nullable Memory bias, Memory y) {
    var xs = Elements.of(x, type);
    var ys = Elements.of(y, type);
    var bs = Elements.ofNullable(bias, type);
    double[][] taps = taps(s, Elements.of(weight, type));
    int groupO = Math.toIntExact(s.outC() / s.groups());
    Workers.forEach(
        s.n() * s.outH(),
        row -> {
          var sums = new double[groupO];
          long at = row * s.outW() * s.outC();
          for (long j = 0; j < s.outW(); j++) {
            for (int g = 0; g < s.groups(); g++) {
              Arrays.fill(sums, 0);
              window(s, xs, taps[g], row / s.outH(), row % s.outH(), j, g, sums);
              for (long o = 0; o < groupO; o++) {
                ys.set(at++, (bs == null ? 0 : bs.get((long) g * groupO + o)) + sums[(int) o]);
              }
            }
          }
        });
  }

  @Override
  public void inferNorm(
      Conv2d shape,
      Memory x,
      Memory weight,
      @Nullable Memory bias,
      BatchNorm norm,
      Memory mean,
      Memory variance,
      Memory y) {
    forward(shape, x, weight, bias, y);
    new NormReference(type).batchNormEval(norm, y, mean, variance, y);
  }

  /// The weights of each group as `[u, v, c, o]`: what one input is multiplied by lies together.
  private static double[][] taps(Conv2d s, Elements weight) {
    long groupO = s.outC() / s.groups();
    long depth = (long) s.kh() * s.kw() * (s.c() / s.groups());
    var taps = new double[Math.toIntExact(s.groups())][Math.toIntExact(depth * groupO)];
    long at = 0;
    for (double[] group : taps) {
      for (int o = 0; o < groupO; o++) {
        for (int p = 0; p < depth; p++) {
          group[(int) (p * groupO) + o] = weight.get(at++);
        }
      }
    }
    return taps;
  }

  /// `sums[o] += Σ_uvc taps[u, v, c, o] * x[n, i·stride + u·dilation - pad, …, group + c]`.
  private static void window(
      Conv2d s, Elements x, double[] taps, long n, long i, long j, long group, double[] sums) {
    long groupC = s.c() / s.groups();
    for (long u = 0; u < s.kh(); u++) {
      long row = i * s.strideH() + u * s.dilationH() - s.padH();
      if (row < 0 || row >= s.h()) {
        continue;
      }
      for (long v = 0; v < s.kw(); v++) {
        long column = j * s.strideW() + v * s.dilationW() - s.padW();
        if (column < 0 || column >= s.w()) {
          continue;
        }
        long xAt = ((n * s.h() + row) * s.w() + column) * s.c() + group * groupC;
        int tap = (int) ((u * s.kw() + v) * groupC) * sums.length;
        for (long c = 0; c < groupC; c++, tap += sums.length) {
          addScaled(x.get(xAt + c), taps, tap, sums);
        }
      }
    }
  }

  private static void addScaled(double scale, double[] values, int from, double[] sums) {
    for (int o = 0; o < sums.length; o++) {
      sums[o] += scale * values[from + o];
    }
  }

  @Override
  public void gradInput(Conv2d s, Memory dy, Memory weight, Memory dx) {
    var dys = Elements.of(dy, type);
    var ws = Elements.of(weight, type);
    var dxs = Elements.of(dx, type);
    long at = 0;
    for (long n = 0; n < s.n(); n++) {
      for (long row = 0; row < s.h(); row++) {
        for (long column = 0; column < s.w(); column++) {
          for (long c = 0; c < s.c(); c++) {
            dxs.set(at++, reached(s, dys, ws, n, row, column, c));
          }
        }
      }
    }
  }

  /// `Σ dy[n, i, j, o] * weight[o, u, v, c]` over the outputs that read input `(n, row, column,
  /// c)`.
  private static double reached(
      Conv2d s, Elements dy, Elements w, long n, long row, long column, long c) {
    long groupC = s.c() / s.groups();
    long groupO = s.outC() / s.groups();
    long firstO = c / groupC * groupO;
    double sum = 0;
    for (long u = 0; u < s.kh(); u++) {
      long top = row + s.padH() - u * s.dilationH(); // i · strideH
      if (top < 0 || top % s.strideH() != 0 || top / s.strideH() >= s.outH()) {
        continue;
      }
      for (long v = 0; v < s.kw(); v++) {
        long left = column + s.padW() - v * s.dilationW(); // j · strideW
        if (left < 0 || left % s.strideW() != 0 || left / s.strideW() >= s.outW()) {
          continue;
        }
        long pixel = (n * s.outH() + top / s.strideH()) * s.outW() + left / s.strideW();
        for (long o = firstO; o < firstO + groupO; o++) {
          long wAt = ((o * s.kh() + u) * s.kw() + v) * groupC + c % groupC;
          sum += dy.get(pixel * s.outC() + o) * w.get(wAt);
        }
      }
    }
    return sum;
  }

  @Override
  public void gradWeight(Conv2d s, Memory x, Memory dy, Memory dweight) {
    var xs = Elements.of(x, type);
    var dys = Elements.of(dy, type);
    var dws = Elements.of(dweight, type);
    long groupC = s.c() / s.groups();
    long at = 0;
    for (long o = 0; o < s.outC(); o++) {
      long firstC = o / (s.outC() / s.groups()) * groupC;
      for (long u = 0; u < s.kh(); u++) {
        for (long v = 0; v < s.kw(); v++) {
          for (long c = 0; c < groupC; c++) {
            dws.set(at++, correlation(s, xs, dys, o, u, v, firstC + c));
          }
        }
      }
    }
  }

  /// `Σ_nij dy[n, i, j, o] * x[n, i·stride + u·dilation - pad, …, c]`.
  private static double correlation(
      Conv2d s, Elements x, Elements dy, long o, long u, long v, long c) {
    double sum = 0;
    for (long n = 0; n < s.n(); n++) {
      for (long i = 0; i < s.outH(); i++) {
        long row = i * s.strideH() + u * s.dilationH() - s.padH();
        if (row < 0 || row >= s.h()) {
          continue;
        }
        for (long j = 0; j < s.outW(); j++) {
          long column = j * s.strideW() + v * s.dilationW() - s.padW();
          if (column >= 0 && column < s.w()) {
            sum +=
                dy.get(((n * s.outH() + i) * s.outW() + j) * s.outC() + o)
                    * x.get(((n * s.h() + row) * s.w() + column) * s.c() + c);
          }
        }
      }
    }
    return sum;
  }
}
