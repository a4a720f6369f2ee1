package org.kanface.kernels.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.kanface.kernels.reference.Doubles.KERNELS;
import static org.kanface.kernels.reference.Doubles.of;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.kanface.kernels.BatchNorm;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.Epilogue;
import org.kanface.kernels.Epilogue.Activation;
import org.kanface.kernels.Gemm;
import org.kanface.kernels.Margin;
import org.kanface.kernels.OptimizerKernels.Adam;
import org.kanface.kernels.OptimizerKernels.Sgd;
import org.kanface.kernels.Pool2d;

/// The reference kernels against numbers worked out by hand.
class ReferenceValuesTest {
  private static final double NAN = Double.NaN;
  private static final Offset<Double> CLOSE = within(1e-14);

  @Test
  void gemmOfAllTransposes() {
    // [1 2 3; 4 5 6] · [1 0; 2 1; 0 3] = [5 11; 14 23]
    double[] a = {1, 2, 3, 4, 5, 6};
    double[] at = {1, 4, 2, 5, 3, 6};
    double[] b = {1, 0, 2, 1, 0, 3};
    double[] bt = {1, 2, 0, 0, 1, 3};
    for (boolean transA : new boolean[] {false, true}) {
      for (boolean transB : new boolean[] {false, true}) {
        var c = new double[4];
        KERNELS
            .gemm()
            .gemm(
                Gemm.of(transA, transB, 2, 2, 3), of(transA ? at : a), of(transB ? bt : b), of(c));
        assertThat(c).containsExactly(5, 11, 14, 23);
      }
    }
  }

  @Test
  void gemmScalesAccumulatesAndAppliesItsEpilogue() {
    // t = 2·[1 2]·[3; 4] + 1 + (-30) = -7; relu → 0; 5·0 + 11
    double[] c = {1};
    double[] t = {NAN};
    var epilogue = new Epilogue(of(-30.0), Activation.RELU, of(t), of(5.0), of(11.0));
    var shape = Gemm.of(false, false, 1, 1, 2).scaled(2).accumulating();
    KERNELS.gemm().gemm(shape, of(1.0, 2), of(3.0, 4), of(c), epilogue);
    assertThat(t).containsExactly(-7);
    assertThat(c).containsExactly(11);
  }

  @Test
  void gemmWithoutInnerSizeIsItsEpilogueOfZero() {
    double[] c = {NAN, NAN};
    KERNELS
        .gemm()
        .gemm(
            Gemm.of(false, false, 1, 2, 0),
            of(new double[0]),
            of(new double[0]),
            of(c),
            Epilogue.bias(of(3.0, 4)));
    assertThat(c).containsExactly(3, 4);
  }

  @Test
  void gemmBatchesOfTwoLevels() {
    // outer 2, inner 2: scalars a[2i + j] · b[j] to c[2i + j]
    var c = new double[4];
    var batch = new Gemm.Batch(2, 2, 2, 1, 0, 1, 2, 1);
    KERNELS
        .gemm()
        .gemm(
            Gemm.of(false, false, 1, 1, 1).batched(batch), of(1.0, 2, 3, 4), of(10.0, 100), of(c));
    assertThat(c).containsExactly(10, 200, 30, 400);
  }

  @Test
  void convolutionOfNhwcWithOhwi() {
    // 2x2 image of 2 channels, one 2x2 kernel, padding 1 on top and left in effect
    double[] x = {1, 10, 2, 20, 3, 30, 4, 40}; // [h, w, c]
    double[] w = {1, 0, 0, 1, 1, 0, 0, 0}; // (0,0): c0, (0,1): c1, (1,0): c0
    var s = Conv2d.of(1, 2, 2, 2, 1, 2, 1, 0, 1);
    var y = new double[1];
    KERNELS.conv().forward(s, of(x), of(w), of(0.5), of(y));
    assertThat(y).containsExactly(1 + 20 + 3 + 0.5);
    var padded = new double[9];
    KERNELS.conv().forward(Conv2d.of(1, 2, 2, 2, 1, 2, 1, 1, 1), of(x), of(w), null, of(padded));
    // the window at (0, 0) sees the image at its lower right corner only, where the weight is 0
    assertThat(padded).containsExactly(0, 1, 2, 10, 24, 4 + 2, 30, 3 + 40, 4);
  }

  @Test
  void maxPoolTakesTheFirstMaximumAndNan() {
    double[] x = {1, 7, 7, NAN, 2, 3};
    var y = new double[2];
    var argmax = new long[2];
    KERNELS
        .pool()
        .maxForward(new Pool2d(1, 1, 6, 1, 1, 3, 1, 3, 0, 0, false), of(x), of(y), of(argmax));
    assertThat(y).containsExactly(7, NAN);
    assertThat(argmax).containsExactly(1, 3);
  }

  @Test
  void averagePoolDividesByTheWindowOrByWhatIsInside() {
    double[] x = {1, 2, 3, 4};
    var s = Pool2d.of(1, 2, 2, 1, 3, 2, 1); // one window over the upper left, all pixels inside
    var y = new double[1];
    KERNELS.pool().averageForward(s, true, of(x), of(y));
    assertThat(y[0]).isCloseTo(10 / 9.0, CLOSE);
    KERNELS.pool().averageForward(s, false, of(x), of(y));
    assertThat(y[0]).isCloseTo(2.5, CLOSE);
  }

  @Test
  void adaptivePoolOverlaps() {
    // 5 → 3: [0, 2), [1, 4), [3, 5)
    var y = new double[3];
    KERNELS.pool().adaptiveAverageForward(1, 1, 5, 1, 1, 3, of(1.0, 2, 4, 8, 16), of(y));
    assertThat(y).containsExactly(new double[] {1.5, 14 / 3.0, 12}, CLOSE);
  }

  @Test
  void layerNormOfFourNumbers() {
    // mean 2.5, variance 1.25
    var y = new double[4];
    double[] mean = {0};
    double[] rstd = {0};
    KERNELS
        .norm()
        .layerNormForward(1, 4, 0.75, of(1.0, 2, 3, 4), null, null, of(y), of(mean), of(rstd));
    double r = 1 / Math.sqrt(2);
    assertThat(y).containsExactly(new double[] {-1.5 * r, -0.5 * r, 0.5 * r, 1.5 * r}, CLOSE);
    assertThat(mean[0]).isEqualTo(2.5);
    assertThat(rstd[0]).isCloseTo(r, CLOSE);
  }

  @Test
  void batchNormMovesRunningStatisticsByTheUnbiasedVariance() {
    double[] mean = {10};
    double[] variance = {100};
    var y = new double[3];
    KERNELS
        .norm()
        .batchNormTrain(
            BatchNorm.of(3, 1, 0, of(2.0), of(1.0)),
            0.1,
            of(1.0, 2, 3),
            of(mean),
            of(variance),
            of(y),
            of(new double[1]),
            of(new double[1]));
    double r = Math.sqrt(1.5); // 1 / √(2/3)
    assertThat(y).containsExactly(new double[] {1 - 2 * r, 1, 1 + 2 * r}, CLOSE);
    assertThat(mean[0]).isCloseTo(9.2, CLOSE);
    assertThat(variance[0]).isCloseTo(90.1, within(1e-12)); // 0.9 · 100 + 0.1 · 1
  }

  @Test
  void l2NormalizesZeroToZero() {
    var y = new double[4];
    var norm = new double[2];
    KERNELS.norm().l2NormalizeForward(1, 2, 2, 1e-12, of(3.0, 0, 4, 0), of(y), of(norm));
    assertThat(y).containsExactly(new double[] {0.6, 0, 0.8, 0}, CLOSE);
    assertThat(norm).containsExactly(5, 0);
  }

  @Test
  void marginsOfArcFaceAndCosFace() {
    double[] z = {0.5, 0.9, 0.1, 0.5};
    var y = new double[4];
    var k = KERNELS.loss();
    k.marginForward(
        new Margin(Margin.Kind.ANGULAR, 64, 0.5, 0.8, false), 2, 2, of(z), of(0L, -1), of(y));
    // θ = π/3; 0.9 is over the threshold; the second row has no target
    double target = 64 * Math.cos(Math.PI / 3 + 0.5);
    assertThat(y).containsExactly(new double[] {target, 0, 6.4, 32}, within(1e-12));
    k.marginForward(
        new Margin(Margin.Kind.ADDITIVE, 64, 0.4, 0, false), 2, 2, of(z), of(1L, 0), of(y));
    assertThat(y).containsExactly(new double[] {32, 32, -19.2, 32}, within(1e-12));
  }

  @Test
  void publishedMarginGradientIsStraightThrough() {
    double[] z = {0.5, 0.9};
    var dz = new double[2];
    KERNELS
        .loss()
        .marginBackward(
            new Margin(Margin.Kind.ANGULAR, 64, 0.5, 0.8, false),
            1,
            2,
            of(z),
            of(0L),
            of(1.0, 1.0),
            of(dz));
    assertThat(dz).containsExactly(64, 0);
  }

  @Test
  void crossEntropyFloorsAndUnlabelledRows() {
    double[] x = {0, Math.log(3), 0, -1e4};
    var losses = new double[2];
    var p = new double[4];
    var k = KERNELS.loss();
    k.crossEntropyForward(2, 2, 1e-30, of(x), of(1L, 1), of(p), of(losses));
    assertThat(losses[0]).isCloseTo(Math.log(4 / 3.0), CLOSE);
    assertThat(losses[1]).isCloseTo(69.07755278982137, CLOSE);
    assertThat(p).containsExactly(new double[] {0.25, 0.75, 1, 0}, CLOSE);
    k.crossEntropyForward(2, 2, 1e-30, of(x), of(-1L, -1), null, of(losses));
    assertThat(losses[0]).isCloseTo(69.07755278982137, CLOSE);
    k.crossEntropyForward(2, 2, 0, of(x), of(-1L, 1), null, of(losses));
    assertThat(losses).containsExactly(0, 1e4);
    var dx = new double[4];
    k.crossEntropyBackward(2, 2, false, of(p), of(-1L, 0), of(2.0, 1), of(dx));
    assertThat(dx).containsExactly(new double[] {0.5, 1.5, 0, 0}, CLOSE);
    k.crossEntropyBackward(2, 2, true, of(p), of(-1L, 0), of(2.0, 1), of(dx));
    assertThat(dx).containsExactly(0, 0, 0, 0);
  }

  @Test
  void sgdAsPyTorch() {
    double[] p = {1};
    double[] v = {NAN};
    var k = KERNELS.optimizer();
    // g = 0.5·4 + 0.1·1 = 2.1; v = g; p = 1 - 0.01·2.1
    k.sgd(new Sgd(0.01, 0.9, 0, 0.1, false, true, 0.5), 1, of(p), of(4.0), of(v));
    assertThat(p[0]).isCloseTo(0.979, CLOSE);
    // nesterov: g = 1; v = 0.9·2.1 + 0.5·1 = 2.39; p -= 0.01·(1 + 0.9·2.39)
    k.sgd(new Sgd(0.01, 0.9, 0.5, 0, true, false, 1), 1, of(p), of(1.0), of(v));
    assertThat(v[0]).isCloseTo(2.39, CLOSE);
    assertThat(p[0]).isCloseTo(0.979 - 0.01 * 3.151, CLOSE);
  }

  @Test
  void firstAdamStepIsTheLearningRateTimesTheSign() {
    double[] p = {1};
    double[] m = {0};
    double[] v = {0};
    // decay: 1 · (1 - 0.1·0.5) = 0.95; step 1: m̂ / √v̂ = sign(g)
    var adamW = new Adam(0.1, 0.9, 0.999, 0, 0.5, true, 1, 1);
    KERNELS.optimizer().adam(adamW, 1, of(p), of(-3.0), of(m), of(v));
    assertThat(p[0]).isCloseTo(1.05, CLOSE);
    assertThat(m[0]).isCloseTo(-0.3, CLOSE);
    assertThat(v[0]).isCloseTo(0.009, CLOSE);
    // coupled: g = 0.5·1.05 - 0.525 = 0, so only the old moment moves
    var adam = new Adam(0.1, 0.9, 0.999, 1, 0.5, false, 2, 1);
    KERNELS.optimizer().adam(adam, 1, of(p), of(-0.525), of(m), of(v));
    assertThat(m[0]).isCloseTo(-0.27, CLOSE);
    assertThat(v[0]).isCloseTo(0.008991, CLOSE);
    double step = 0.1 / 0.19 * -0.27 / (Math.sqrt(0.008991) / Math.sqrt(1 - 0.998001) + 1);
    assertThat(p[0]).isCloseTo(1.05 - step, CLOSE);
  }

  @Test
  void scatterAddFollowsItsIndex() {
    double[] y = {1, 1, 1, 1};
    KERNELS.index().scatterAddRows(3, 2, of(1L, 0, 1), of(1.0, 2, 10, 20, 100, 200), of(y));
    assertThat(y).containsExactly(11, 21, 102, 203);
    var gathered = new double[4];
    KERNELS.index().gatherRows(2, 2, of(1L, 1), of(y), of(gathered));
    assertThat(gathered).containsExactly(102, 203, 102, 203);
  }

  @Test
  void reductionsOverTheMiddleAxis() {
    double[] x = {1, 2, 3, 4, NAN, 6, 5, 5}; // [2, 2, 2]
    var y = new double[4];
    var index = new long[4];
    KERNELS.reduce().sum(2, 2, 2, 10, of(x), of(y));
    assertThat(y).containsExactly(40, 60, NAN, 110);
    KERNELS.reduce().max(2, 2, 2, of(x), of(y), of(index));
    assertThat(y).containsExactly(3, 4, NAN, 6);
    assertThat(index).containsExactly(1, 1, 0, 0);
    assertThat(KERNELS.reduce().sumOfSquares(4, of(x))).isEqualTo(30);
    assertThat(KERNELS.reduce().allFinite(4, of(x))).isTrue();
    assertThat(KERNELS.reduce().allFinite(5, of(x))).isFalse();
  }
}
