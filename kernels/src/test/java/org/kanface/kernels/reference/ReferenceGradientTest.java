package org.kanface.kernels.reference;

import static org.kanface.kernels.reference.Doubles.KERNELS;
import static org.kanface.kernels.reference.Doubles.of;
import static org.kanface.kernels.reference.Doubles.random;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kanface.kernels.BatchNorm;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.Margin;
import org.kanface.kernels.Pool2d;
import org.kanface.kernels.Unary;

/// Every backward kernel of the reference against finite differences of its forward kernel.
class ReferenceGradientTest {
  static List<Conv2d> convolutions() {
    return List.of(
        Conv2d.of(2, 4, 5, 3, 4, 3, 1, 1, 1),
        Conv2d.of(1, 5, 6, 4, 6, 3, 2, 1, 2),
        Conv2d.of(2, 4, 3, 5, 5, 3, 1, 1, 5),
        Conv2d.of(1, 5, 5, 2, 3, 2, 2, 0, 1),
        new Conv2d(1, 6, 5, 2, 4, 3, 2, 2, 1, 1, 2, 1, 2, 2));
  }

  @ParameterizedTest
  @MethodSource("convolutions")
  void convolution(Conv2d s) {
    var x = random(1, s.inputNumel());
    var w = random(2, s.weightNumel());
    var b = random(3, s.outC());
    var dy = random(4, s.outputNumel());
    var dx = new double[x.length];
    var dw = new double[w.length];
    KERNELS.conv().gradInput(s, of(dy), of(w), of(dx));
    KERNELS.conv().gradWeight(s, of(x), of(dy), of(dw));
    FiniteDifferences.check(
        "conv dx", x, dy, dx, (v, y) -> KERNELS.conv().forward(s, of(v), of(w), of(b), of(y)));
    FiniteDifferences.check(
        "conv dw", w, dy, dw, (v, y) -> KERNELS.conv().forward(s, of(x), of(v), null, of(y)));
  }

  static List<Pool2d> pools() {
    return List.of(
        Pool2d.of(2, 5, 4, 3, 2, 2, 0),
        Pool2d.of(1, 5, 5, 2, 3, 2, 1),
        new Pool2d(1, 5, 6, 2, 3, 2, 2, 3, 1, 0, true));
  }

  @ParameterizedTest
  @MethodSource("pools")
  void pooling(Pool2d s) {
    var x = random(5, s.n() * s.h() * s.w() * s.c());
    var dy = random(6, s.n() * s.outH() * s.outW() * s.c());
    var dx = new double[x.length];
    var argmax = new long[dy.length];
    KERNELS.pool().maxForward(s, of(x), of(new double[dy.length]), of(argmax));
    KERNELS.pool().maxBackward(s, of(argmax), of(dy), of(dx));
    FiniteDifferences.check(
        "max pool",
        x,
        dy,
        dx,
        (v, y) -> KERNELS.pool().maxForward(s, of(v), of(y), of(new long[y.length])));
    for (boolean countPadding : new boolean[] {true, false}) {
      KERNELS.pool().averageBackward(s, countPadding, of(dy), of(dx));
      FiniteDifferences.check(
          "average pool",
          x,
          dy,
          dx,
          (v, y) -> KERNELS.pool().averageForward(s, countPadding, of(v), of(y)));
    }
  }

  @Test
  void adaptiveAveragePooling() {
    var x = random(7, 2 * 5 * 7 * 3);
    var dy = random(8, 2 * 3 * 2 * 3);
    var dx = new double[x.length];
    KERNELS.pool().adaptiveAverageBackward(2, 5, 7, 3, 3, 2, of(dy), of(dx));
    FiniteDifferences.check(
        "adaptive average pool",
        x,
        dy,
        dx,
        (v, y) -> KERNELS.pool().adaptiveAverageForward(2, 5, 7, 3, 3, 2, of(v), of(y)));
  }

  @ParameterizedTest
  @EnumSource(Unary.class)
  void unary(Unary f) {
    boolean positive = f == Unary.LOG || f == Unary.SQRT || f == Unary.RECIPROCAL;
    var x = random(9, 40, positive ? 0.3 : -4, 4);
    var dy = random(10, x.length);
    var dx = new double[x.length];
    KERNELS.elementwise().unaryBackward(f, x.length, of(x), of(dy), of(dx));
    FiniteDifferences.check(
        f.name(), x, dy, dx, (v, y) -> KERNELS.elementwise().unary(f, v.length, of(v), of(y)));
  }

  @Test
  void clamp() {
    var x = random(11, 30);
    var dy = random(12, 30);
    var dx = new double[30];
    KERNELS.elementwise().clampBackward(30, -0.4, 0.3, of(x), of(dy), of(dx));
    FiniteDifferences.check(
        "clamp", x, dy, dx, (v, y) -> KERNELS.elementwise().clamp(30, -0.4, 0.3, of(v), of(y)));
  }

  @Test
  void prelu() {
    var x = random(13, 7 * 3);
    var w = random(14, 3);
    var dy = random(15, 7 * 3);
    var dx = new double[x.length];
    var dw = new double[3];
    var e = KERNELS.elementwise();
    e.preluBackward(7, 3, of(x), of(w), of(dy), of(dx), of(dw));
    FiniteDifferences.check("prelu dx", x, dy, dx, (v, y) -> e.prelu(7, 3, of(v), of(w), of(y)));
    FiniteDifferences.check("prelu dw", w, dy, dw, (v, y) -> e.prelu(7, 3, of(x), of(v), of(y)));
  }

  private static final double EPS = 1e-5;

  @Test
  void layerNorm() {
    int rows = 4;
    int cols = 5;
    var x = random(16, rows * cols);
    var w = random(17, cols);
    var b = random(18, cols);
    var dy = random(19, rows * cols);
    var mean = new double[rows];
    var rstd = new double[rows];
    var dx = new double[x.length];
    var dw = new double[cols];
    var db = new double[cols];
    var k = KERNELS.norm();
    var y0 = new double[x.length];
    k.layerNormForward(rows, cols, EPS, of(x), of(w), of(b), of(y0), of(mean), of(rstd));
    k.layerNormBackward(
        rows, cols, of(x), of(w), of(mean), of(rstd), of(dy), of(dx), of(dw), of(db));
    FiniteDifferences.check(
        "layer norm dx", x, dy, dx, (v, y) -> layerNorm(rows, cols, v, w, b, y));
    FiniteDifferences.check(
        "layer norm dw", w, dy, dw, (v, y) -> layerNorm(rows, cols, x, v, b, y));
    FiniteDifferences.check(
        "layer norm db", b, dy, db, (v, y) -> layerNorm(rows, cols, x, w, v, y));
  }

  private static void layerNorm(
      int rows, int cols, double[] x, double[] w, double[] b, double[] y) {
    var statistics = new double[rows];
    KERNELS
        .norm()
        .layerNormForward(
            rows, cols, EPS, of(x), of(w), of(b), of(y), of(statistics), of(statistics.clone()));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void batchNorm(boolean train) {
    int rows = 6;
    int cols = 3;
    var x = random(20, rows * cols);
    var w = random(21, cols);
    var b = random(22, cols);
    var dy = random(23, rows * cols);
    var mean = random(24, cols);
    var var = random(25, cols, 0.5, 2);
    var rstd = new double[cols];
    var k = KERNELS.norm();
    if (train) {
      var y0 = new double[x.length];
      k.batchNormTrain(
          BatchNorm.of(rows, cols, EPS, of(w), of(b)),
          0.1,
          of(x),
          of(mean.clone()),
          of(var.clone()),
          of(y0),
          of(mean),
          of(rstd));
    } else {
      for (int j = 0; j < cols; j++) {
        rstd[j] = 1 / Math.sqrt(var[j] + EPS);
      }
    }
    var dx = new double[x.length];
    var dw = new double[cols];
    var db = new double[cols];
    k.batchNormBackward(
        train,
        BatchNorm.of(rows, cols, EPS, of(w), of(b)),
        of(x),
        of(mean),
        of(rstd),
        of(dy),
        of(dx),
        of(dw),
        of(db),
        null);
    var frozenMean = mean.clone();
    FiniteDifferences.check(
        "batch norm dx", x, dy, dx, (v, y) -> batchNorm(train, v, w, b, frozenMean, var, y));
    FiniteDifferences.check(
        "batch norm dw", w, dy, dw, (v, y) -> batchNorm(train, x, v, b, frozenMean, var, y));
    FiniteDifferences.check(
        "batch norm db", b, dy, db, (v, y) -> batchNorm(train, x, w, v, frozenMean, var, y));
  }

  private static void batchNorm(
      boolean train, double[] x, double[] w, double[] b, double[] mean, double[] var, double[] y) {
    int cols = w.length;
    int rows = x.length / cols;
    var k = KERNELS.norm();
    if (train) {
      k.batchNormTrain(
          BatchNorm.of(rows, cols, EPS, of(w), of(b)),
          0.1,
          of(x),
          of(new double[cols]),
          of(new double[cols]),
          of(y),
          of(new double[cols]),
          of(new double[cols]));
    } else {
      k.batchNormEval(BatchNorm.of(rows, cols, EPS, of(w), of(b)), of(x), of(mean), of(var), of(y));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-12, 100})
  void l2Normalize(double eps) {
    var x = random(26, 2 * 5 * 3);
    var dy = random(27, x.length);
    var y0 = new double[x.length];
    var norm = new double[2 * 3];
    var dx = new double[x.length];
    KERNELS.norm().l2NormalizeForward(2, 5, 3, eps, of(x), of(y0), of(norm));
    KERNELS.norm().l2NormalizeBackward(2, 5, 3, eps, of(y0), of(norm), of(dy), of(dx));
    FiniteDifferences.check(
        "l2",
        x,
        dy,
        dx,
        (v, y) -> KERNELS.norm().l2NormalizeForward(2, 5, 3, eps, of(v), of(y), of(norm.clone())));
  }

  @Test
  void softmax() {
    var x = random(28, 4 * 6);
    var dy = random(29, x.length);
    var y0 = new double[x.length];
    var dx = new double[x.length];
    var k = KERNELS.reduce();
    k.softmax(4, 6, of(x), of(y0));
    k.softmaxBackward(4, 6, of(y0), of(dy), of(dx));
    FiniteDifferences.check("softmax", x, dy, dx, (v, y) -> k.softmax(4, 6, of(v), of(y)));
    k.logSoftmax(4, 6, of(x), of(y0));
    k.logSoftmaxBackward(4, 6, of(y0), of(dy), of(dx));
    FiniteDifferences.check("logSoftmax", x, dy, dx, (v, y) -> k.logSoftmax(4, 6, of(v), of(y)));
  }

  @ParameterizedTest
  @EnumSource(Margin.Kind.class)
  void exactMargin(Margin.Kind kind) {
    var margin = new Margin(kind, 64, 0.5, 0.6, true);
    var z = random(30, 20, -0.9, 0.9);
    var labels = new long[] {2, -1, 0, 4};
    var dy = random(31, z.length);
    var dz = new double[z.length];
    var k = KERNELS.loss();
    k.marginBackward(margin, 4, 5, of(z), of(labels), of(dy), of(dz));
    FiniteDifferences.check(
        "margin", z, dy, dz, (v, y) -> k.marginForward(margin, 4, 5, of(v), of(labels), of(y)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-30})
  void crossEntropy(double floor) {
    var x = random(32, 20, -3, 3);
    var labels = new long[] {2, -1, 0, 4};
    var dlosses = random(33, 4);
    var p = new double[x.length];
    var dx = new double[x.length];
    var k = KERNELS.loss();
    k.crossEntropyForward(4, 5, floor, of(x), of(labels), of(p), of(new double[4]));
    k.crossEntropyBackward(4, 5, true, of(p), of(labels), of(dlosses), of(dx));
    FiniteDifferences.check(
        "cross-entropy",
        x,
        dlosses,
        dx,
        (v, y) -> k.crossEntropyForward(4, 5, floor, of(v), of(labels), null, of(y)));
  }
}
