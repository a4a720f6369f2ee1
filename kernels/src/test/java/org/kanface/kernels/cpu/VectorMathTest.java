package org.kanface.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// Sweeps over floats of every exponent and sign, against double precision.
class VectorMathTest {
  private static final int STEP = 20_011; // prime: 2³² / STEP floats, all exponents
  private static final float INF = Float.POSITIVE_INFINITY;

  @Test
  void expIsWithinOneUlp() {
    assertThat(worstUlp(VectorMath::exp, Math::exp, -INF, INF)).isLessThan(1.0);
    assertValues(
        VectorMath::exp,
        new float[] {0, -0f, INF, -INF, Float.NaN, 88.73f, -150f, 1e30f, -1e30f},
        new float[] {1, 1, INF, 0, Float.NaN, INF, 0, INF, 0});
  }

  @Test
  void flushedExpIsWithinOneUlpWhereTheResultIsNormal() {
    assertThat(worstUlp(VectorMath::expFlushed, Math::exp, -87.3365f, 88f)).isLessThan(1.0);
    assertValues(
        VectorMath::expFlushed,
        new float[] {0, -INF, -88f, -1e30f, Float.NaN},
        new float[] {1, 0, 0, 0, Float.NaN});
  }

  @Test
  void logIsWithinOneUlp() {
    assertThat(worstUlp(VectorMath::log, Math::log, Float.MIN_VALUE, Float.MAX_VALUE))
        .isLessThan(1.0);
    assertValues(
        VectorMath::log,
        new float[] {1, 0, -0f, -1, -Float.MIN_VALUE, -INF, INF, Float.NaN},
        new float[] {0, -INF, -INF, Float.NaN, Float.NaN, Float.NaN, INF, Float.NaN});
  }

  @Test
  void sigmoidIsWithinThreeUlp() {
    DoubleUnaryOperator sigmoid = x -> 1 / (1 + Math.exp(-x));
    assertThat(worstUlp(VectorMath::sigmoid, sigmoid, -87.3f, INF)).isLessThan(3.0);
    assertValues(
        VectorMath::sigmoid,
        new float[] {0, INF, -INF, 200, -200, Float.NaN},
        new float[] {0.5f, 1, 0, 1, 0, Float.NaN});
  }

  @Test
  void tanhIsWithinTwoUlp() {
    assertThat(worstUlp(VectorMath::tanh, Math::tanh, -INF, INF)).isLessThan(2.0);
    assertValues(
        VectorMath::tanh,
        new float[] {0, -0f, INF, -INF, Float.NaN, Float.MIN_VALUE},
        new float[] {0, -0f, 1, -1, Float.NaN, Float.MIN_VALUE});
  }

  @Test
  void erfIsWithinTwoUlp() {
    assertThat(worstUlp(VectorMath::erf, VectorMathTest::erf, -INF, INF)).isLessThan(2.0);
    assertValues(
        VectorMath::erf,
        new float[] {0, -0f, INF, -INF, Float.NaN, 5, -5, 100, -100},
        new float[] {0, -0f, 1, -1, Float.NaN, 1, -1, 1, -1});
  }

  @Test
  void geluIsWithinTwoTenMillionthsOfItsArgument() {
    DoubleUnaryOperator gelu = x -> x / 2 * erfc(-x / Math.sqrt(2));
    double worst =
        worst(VectorMath::gelu, gelu, -1e30f, 1e30f, (x, _) -> Math.max(1e-30, Math.abs(x)));
    assertThat(worst).isLessThan(2e-7);
    assertValues(
        VectorMath::gelu,
        new float[] {0, INF, -100, -INF, Float.NaN},
        new float[] {0, INF, 0, 0, Float.NaN});
  }

  @Test
  void geluDerivativeIsWithinThreeTenMillionths() {
    DoubleUnaryOperator derivative =
        x -> erfc(-x / Math.sqrt(2)) / 2 + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    double worst = worst(VectorMath::geluDerivative, derivative, -1e30f, 1e30f, (_, _) -> 1);
    assertThat(worst).isLessThan(3e-7);
  }

  @Test
  void sineAndCosine() {
    assertThat(worstUlp(VectorMath::sin, Math::sin, -3.14159f, 3.14159f)).isLessThan(2.0);
    assertThat(worstUlp(VectorMath::cos, Math::cos, -0.79f, 0.79f)).isLessThan(2.0);
    assertThat(worst(VectorMath::sin, Math::sin, -1e30f, 1e30f, (_, _) -> 1)).isLessThan(1.5e-7);
    assertThat(worst(VectorMath::cos, Math::cos, -1e30f, 1e30f, (_, _) -> 1)).isLessThan(1.5e-7);
    var nan = new float[] {Float.NaN, Float.NaN, Float.NaN};
    assertValues(VectorMath::sin, new float[] {INF, -INF, Float.NaN}, nan);
    assertValues(VectorMath::cos, new float[] {INF, -INF, Float.NaN}, nan);
    assertValues(VectorMath::sin, new float[] {0}, new float[] {0});
  }

  @Test
  void erfOfTheOracleIsRight() {
    // values of the standard tables to 15 digits
    assertThat(erf(0.5)).isEqualTo(0.520499877813047, within());
    assertThat(erf(1)).isEqualTo(0.842700792949715, within());
    assertThat(erf(-2)).isEqualTo(-0.995322265018953, within());
    assertThat(erfc(3) * 1e5).isEqualTo(2.20904969985854, within());
  }

  private static Offset<Double> within() {
    return Offset.offset(2e-14);
  }

  private interface Scale {
    double of(double x, double y);
  }

  private static double worstUlp(
      UnaryOperator<FloatVector> f, DoubleUnaryOperator oracle, float low, float high) {
    return worst(f, oracle, low, high, (_, y) -> Math.ulp((float) y));
  }

  /// Largest `|f(x) - oracle(x)| / scale` over floats in `[low, high]` whose result is finite.
  private static double worst(
      UnaryOperator<FloatVector> f,
      DoubleUnaryOperator oracle,
      float low,
      float high,
      Scale scale) {
    var x = new float[Simd.LANES];
    double worst = 0;
    int filled = 0;
    for (long bits = 0; bits < 1L << 32; bits += STEP) {
      float candidate = Float.intBitsToFloat((int) bits);
      if (candidate >= low && candidate <= high) {
        x[filled++] = candidate;
      }
      if (filled == x.length) {
        worst = Math.max(worst, worst(f, oracle, x, scale));
        filled = 0;
      }
    }
    for (double t = Math.max(low, -110); t <= Math.min(high, 110); t += 1.7e-3 * Simd.LANES) {
      for (int i = 0; i < x.length; i++) {
        x[i] = (float) Math.clamp(t + 1.7e-3 * i, low, high);
      }
      worst = Math.max(worst, worst(f, oracle, x, scale));
    }
    return worst;
  }

  private static double worst(
      UnaryOperator<FloatVector> f, DoubleUnaryOperator oracle, float[] x, Scale scale) {
    float[] y = f.apply(FloatVector.fromArray(Simd.F, x, 0)).toArray();
    double worst = 0;
    for (int i = 0; i < x.length; i++) {
      double expected = oracle.applyAsDouble(x[i]);
      if (Math.abs(expected) > Float.MAX_VALUE) {
        assertThat(y[i]).as("f(%s)", x[i]).isEqualTo((float) expected);
        continue;
      }
      double error = Math.abs(y[i] - expected) / Math.max(scale.of(x[i], expected), 0x1p-149);
      worst = Math.max(worst, error);
    }
    return worst;
  }

  private static void assertValues(UnaryOperator<FloatVector> f, float[] x, float[] expected) {
    for (int i = 0; i < x.length; i++) {
      float[] y = f.apply(FloatVector.broadcast(Simd.F, x[i])).toArray();
      for (float lane : y) {
        assertThat(lane)
            .as("f(%s)", x[i])
            .isEqualTo(Float.valueOf(expected[i])); // boxed: NaN equals NaN, -0 is not 0
      }
    }
  }

  /// By its series for small arguments, else from [#erfc].
  private static double erf(double x) {
    if (Math.abs(x) > 2) {
      return Math.signum(x) * (1 - erfc(Math.abs(x)));
    }
    // 2/√π Σ (-1)^n x^(2n+1) / (n! (2n+1))
    double term = x;
    double sum = x;
    for (int n = 1; n < 60; n++) {
      term *= -x * x / n;
      sum += term / (2 * n + 1);
    }
    return sum * 2 / Math.sqrt(Math.PI);
  }

  /// By the continued fraction `e^(-x²)/√π · 1/(x + ½/(x + 1/(x + 3⁄2/(x + …))))` for `x > 2`.
  private static double erfc(double x) {
    if (x <= 2) {
      return x < -2 ? 2 - erfc(-x) : 1 - erf(x);
    }
    double tail = x;
    for (int k = 200; k >= 1; k--) {
      tail = x + k / 2.0 / tail;
    }
    return Math.exp(-x * x) / Math.sqrt(Math.PI) / tail;
  }
}
