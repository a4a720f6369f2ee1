package org.kanface.kernels.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.kanface.kernels.reference.Doubles.KERNELS;
import static org.kanface.kernels.reference.Doubles.of;
import static org.kanface.kernels.reference.Doubles.random;

import java.util.Arrays;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kanface.kernels.KanLinear;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.kernels.Spline;

/// The reference's splines and KAN layers in float64: derivatives against central differences, and
/// what B-splines promise.
class SplineReferenceTest {
  private static double[] knots(Spline s, double jitter, long seed) {
    double[] move = random(seed, s.inputs() * s.knots());
    double h = 2.0 / s.gridSize();
    var t = new double[move.length];
    for (int j = 0; j < t.length; j++) {
      t[j] = -1 + (j % s.knots() - s.order() + jitter * move[j]) * h;
    }
    return t;
  }

  private static Stream<KanLinear> layers() {
    return Stream.of(0, 1, 2, 3, 4, 5)
        .flatMap(
            order ->
                Stream.of(Reduction.values())
                    .map(r -> new KanLinear(new Spline(3, order == 3 ? 5 : 2, order), 4, 2, r)));
  }

  @ParameterizedTest
  @MethodSource("layers")
  void gradientsMatchCentralDifferences(KanLinear s) {
    int inputs = (int) s.inputs();
    int edges = inputs * (int) s.outputs();
    double[] t = knots(s.spline(), 0.2, 1);
    double[] x = random(2, (int) s.n() * inputs, -1.3, 1.3);
    double[] coef = random(3, (long) edges * s.spline().basis());
    double[] base = random(4, edges);
    double[] spline = random(5, edges);
    double[] dy = random(6, s.outputNumel());
    var kernels = KERNELS.spline();
    var dx = new double[x.length];
    kernels.kanGradInput(s, of(x), of(t), of(coef), of(base), of(spline), of(dy), of(dx));
    var dcoef = new double[coef.length];
    var dbase = new double[edges];
    var dspline = new double[edges];
    kernels.kanGradWeights(
        s, of(x), of(t), of(coef), of(spline), of(dy), of(dcoef), of(dbase), of(dspline));
    BiConsumer<double[], double[]> forward =
        (_, y) -> kernels.kanForward(s, of(x), of(t), of(coef), of(base), of(spline), of(y));
    FiniteDifferences.check("x", x, dy, dx, forward);
    FiniteDifferences.check("coef", coef, dy, dcoef, forward);
    FiniteDifferences.check("scaleBase", base, dy, dbase, forward);
    FiniteDifferences.check("scaleSpline", spline, dy, dspline, forward);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5})
  void functionsSumToOneInsideTheGridAndTheirSlopesToZero(int order) {
    for (int gridSize : new int[] {1, 5, 30}) {
      var s = new Spline(1, gridSize, order);
      double[] t = knots(s, 0.3, 7);
      double[] x = random(8, 200, t[order], t[order + gridSize]);
      var y = new double[x.length * s.basis()];
      KERNELS.spline().basis(s, x.length, of(x), of(t), of(y));
      var dy = new double[y.length];
      KERNELS.spline().basisDerivative(s, x.length, of(x), of(t), of(dy));
      for (int b = 0; b < x.length; b++) {
        double sum = 0;
        double slope = 0;
        for (int j = 0; j < s.basis(); j++) {
          sum += y[b * s.basis() + j];
          slope += dy[b * s.basis() + j];
        }
        assertThat(sum).isCloseTo(1, offset(1e-13));
        assertThat(slope).isCloseTo(0, offset(1e-10));
      }
    }
  }

  @Test
  void aFunctionWithADenominatorOfZeroIsZeroAltogether() {
    // knots 0 1 1 2 3: B_{0,1} has 0/0 on its right side, B_{1,1} on its left
    var s = new Spline(1, 2, 1);
    double[] x = {0.5, 1.5, 2.5};
    var y = new double[9];
    KERNELS.spline().basis(s, 3, of(x), of(0.0, 1, 1, 2, 3), of(y));
    assertThat(y).containsExactly(0, 0, 0, 0, 0, 0.5, 0, 0, 0.5);
  }

  @Test
  void slopesWithCoincidentKnotsAreThoseOfTheValues() {
    var s = new Spline(1, 4, 3);
    double[] t = {-3, -2, -1, -0.5, 0, 0, 0.5, 1, 2, 3, 4};
    double h = 1e-6;
    for (double at : random(9, 100, -3, 4)) {
      var values = new double[2 * s.basis()];
      KERNELS.spline().basis(s, 2, of(at - h, at + h), of(t), of(values));
      var slope = new double[s.basis()];
      KERNELS.spline().basisDerivative(s, 1, of(at), of(t), of(slope));
      for (int j = 0; j < s.basis(); j++) {
        double numeric = (values[s.basis() + j] - values[j]) / (2 * h);
        assertThat(slope[j]).as("B'_%d(%s)", j, at).isCloseTo(numeric, offset(1e-8));
      }
    }
  }

  @Test
  void notANumberAndInfinityGiveZeroFunctionsAndNoInputGradient() {
    var shape = new KanLinear(new Spline(1, 5, 3), 3, 1, Reduction.SUM);
    double[] t = knots(shape.spline(), 0, 1);
    double[] x = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
    var basis = new double[24];
    KERNELS.spline().basis(shape.spline(), 3, of(x), of(t), of(basis));
    assertThat(basis).containsOnly(0);
    var coef = new double[8];
    Arrays.fill(coef, 1);
    var dx = new double[3];
    KERNELS
        .spline()
        .kanGradInput(shape, of(x), of(t), of(coef), of(1.0), of(1.0), of(1.0, 1, 1), of(dx));
    assertThat(dx).containsOnly(Double.NaN);
  }
}
