package org.kanface.tools.driver;

import java.util.Arrays;

/// A convolution whose parts fit together, and its sums by the definition: values in NHWC and OHWI
/// order.
record DnnConvolution(DnnTensor x, DnnFilter w, DnnWindow window, DnnTensor y, Factors factors) {
  private static final int BF16_CAPABILITY = 80;

  /// Throws where the parts do not fit, or lie in orders that cuDNN does not mix.
  static DnnConvolution of(
      DnnTensor x, DnnFilter w, DnnWindow window, DnnTensor y, int capability) {
    DnnTensor f = w.tensor();
    if (x.type() != f.type() || y.type() != f.type() || f.type() == ElementType.F64) {
      throw new LibraryError(
          DnnStatus.NOT_SUPPORTED,
          "types %s, %s and %s do not go together",
          x.type(),
          f.type(),
          y.type());
    }
    if (f.type() == ElementType.BF16 && capability < BF16_CAPABILITY) {
      throw new LibraryError(DnnStatus.NOT_SUPPORTED, "bfloat16 needs compute capability 8.0");
    }
    if (!x.isPacked(w.format()) || !y.isPacked(w.format())) {
      throw new LibraryError(
          DnnStatus.NOT_SUPPORTED,
          "weights in format %d need packed tensors of the same",
          w.format());
    }
    int groups = window.groups();
    boolean fits =
        x.c() == w.c() * groups
            && w.k() % groups == 0
            && x.h() + 2 * window.padH() > window.dilationH() * (w.h() - 1)
            && x.w() + 2 * window.padW() > window.dilationW() * (w.w() - 1)
            && y.hasSizes(x.n(), w.k(), window.outH(x, w), window.outW(x, w));
    if (!fits) {
      throw new LibraryError(
          DnnStatus.SHAPE_MISMATCH,
          "%s by weights of %s in %d groups does not give %s",
          x.sizes(),
          f.sizes(),
          groups,
          y.sizes());
    }
    return new DnnConvolution(x, w, window, y, window.factors(f.type(), capability));
  }

  /// One tap of one window: where its pixel of the input, its pixel of the output and its first
  /// weight begin.
  private interface Tap {
    void visit(int input, int output, int weight);
  }

  private void each(Tap tap) {
    for (int n = 0; n < x.n(); n++) {
      for (int i = 0; i < y.h(); i++) {
        for (int j = 0; j < y.w(); j++) {
          int output = (n * y.h() + i) * y.w() + j;
          for (int u = 0; u < w.h(); u++) {
            int row = i * window.strideH() + u * window.dilationH() - window.padH();
            for (int v = 0; v < w.w(); v++) {
              int column = j * window.strideW() + v * window.dilationW() - window.padW();
              if (row >= 0 && row < x.h() && column >= 0 && column < x.w()) {
                int input = (n * x.h() + row) * x.w() + column;
                tap.visit(input * x.c(), output * y.c(), (u * w.w() + v) * w.c());
              }
            }
          }
        }
      }
    }
  }

  /// Weights from one output channel to the next.
  private int span() {
    return w.h() * w.w() * w.c();
  }

  /// The first input channel of an output channel's group.
  private int group(int o) {
    return o / (w.k() / window.groups()) * w.c();
  }

  private double[] rounded(double[] values) {
    return factors == Factors.EXACT ? values : Arrays.stream(values).map(factors::round).toArray();
  }

  double[] forward(double[] images, double[] weights) {
    double[] xs = rounded(images);
    double[] ws = rounded(weights);
    var ys = new double[y.numel()];
    each(
        (input, output, weight) -> {
          for (int o = 0; o < w.k(); o++) {
            int at = weight + o * span();
            int from = input + group(o);
            double sum = 0;
            for (int c = 0; c < w.c(); c++) {
              sum += xs[from + c] * ws[at + c];
            }
            ys[output + o] = factors.sum(ys[output + o], sum);
          }
        });
    return ys;
  }

  double[] backwardData(double[] weights, double[] gradient) {
    double[] ws = rounded(weights);
    double[] dys = rounded(gradient);
    var dxs = new double[x.numel()];
    each(
        (input, output, weight) -> {
          for (int o = 0; o < w.k(); o++) {
            add(dys[output + o], ws, weight + o * span(), dxs, input + group(o));
          }
        });
    return dxs;
  }

  double[] backwardFilter(double[] images, double[] gradient) {
    double[] xs = rounded(images);
    double[] dys = rounded(gradient);
    var dws = new double[w.tensor().numel()];
    each(
        (input, output, weight) -> {
          for (int o = 0; o < w.k(); o++) {
            add(dys[output + o], xs, input + group(o), dws, weight + o * span());
          }
        });
    return dws;
  }

  private void add(double factor, double[] from, int at, double[] to, int target) {
    for (int c = 0; c < w.c(); c++) {
      to[target + c] = factors.sum(to[target + c], factor * from[at + c]);
    }
  }
}
