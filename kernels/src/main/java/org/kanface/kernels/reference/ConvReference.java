package org.kanface.kernels.reference;

import org.jspecify.annotations.Nullable;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.ConvKernels;
import org.kanface.kernels.DType;
import org.kanface.kernels.Memory;

/// 2-d convolution and its gradients by the definition. Each output element is one sum, gathered
/// from every place that contributes to it.
record ConvReference(DType type) implements ConvKernels {
  @Override
  public void forward(Conv2d s, Memory x, Memory weight, @Nullable Memory bias, Memory y) {
    var xs = Elements.of(x, type);
    var ws = Elements.of(weight, type);
    var ys = Elements.of(y, type);
    var bs = Elements.ofNullable(bias, type);
    long at = 0;
    for (long n = 0; n < s.n(); n++) {
      for (long i = 0; i < s.outH(); i++) {
        for (long j = 0; j < s.outW(); j++) {
          for (long o = 0; o < s.outC(); o++) {
            ys.set(at++, (bs == null ? 0 : bs.get(o)) + window(s, xs, ws, n, i, j, o));
          }
        }
      }
    }
  }

  /// `Σ_uvc weight[o, u, v, c] * x[n, i·stride + u·dilation - pad, …, group(o) + c]`.
  private static double window(Conv2d s, Elements x, Elements w, long n, long i, long j, long o) {
    long groupC = s.c() / s.groups();
    long firstC = o / (s.outC() / s.groups()) * groupC;
    double sum = 0;
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
        long xAt = ((n * s.h() + row) * s.w() + column) * s.c() + firstC;
        long wAt = ((o * s.kh() + u) * s.kw() + v) * groupC;
        for (long c = 0; c < groupC; c++) {
          sum += x.get(xAt + c) * w.get(wAt + c);
        }
      }
    }
    return sum;
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
