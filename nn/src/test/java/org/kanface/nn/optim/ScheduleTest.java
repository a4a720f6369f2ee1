package org.kanface.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.kanface.tensor.ShapeException;

class ScheduleTest {
  private static double[] rates(Schedule schedule, int count) {
    var out = new double[count];
    for (int n = 0; n < count; n++) {
      out[n] = schedule.rate(n);
    }
    return out;
  }

  @Test
  void polynomialWarmupIsTheReferences() {
    assertThat(rates(Schedule.polynomialWarmup(6e-3, 4, 20, 1), 22))
        .containsExactly(
            new double[] {
              .006, .0015, .003, .0045, .006, .005625, .00525, .004875, .0045, .004125, .00375,
              .003375, .003, .002625, .00225, .001875, .0015, .001125, .00075, .000375, 0, 0
            },
            within(1e-15));
  }

  @Test
  void higherPowersFallFaster() {
    // half-way between 4 and 20: (1/2)² of the base
    assertThat(Schedule.polynomialWarmup(8, 4, 20, 2).rate(12)).isCloseTo(2, within(1e-12));
    assertThat(Schedule.polynomialWarmup(8, 0, 20, 1).rate(10)).isEqualTo(4);
  }

  @Test
  void laggingSquareUsesItsFirstRateTwice() {
    assertThat(rates(Schedule.laggingSquare(0.1, 0, 10), 12))
        .containsExactly(
            new double[] {.1, .1, .081, .064, .049, .036, .025, .016, .009, .004, .001, 0},
            within(1e-15));
    assertThat(rates(Schedule.laggingSquare(0.1, 4, 10), 10))
        .containsExactly(
            new double[] {0, 0, .025, .05, .075, .1, .1 * 25 / 36, .1 * 16 / 36, .025, .1 * 4 / 36},
            within(1e-15));
  }

  @Test
  void linearWarmupHasNoFirstFullStep() {
    assertThat(rates(Schedule.warmupLinear(4, 4, 8), 10))
        .containsExactly(1, 2, 3, 4, 4, 3, 2, 1, 0, 0);
  }

  @Test
  void milestonesDivideTheRate() {
    assertThat(rates(Schedule.milestones(1, 0.1, 2, 4, 5), 7))
        .containsExactly(new double[] {1, 1, .1, .1, .01, .001, .001}, within(1e-15));
    assertThat(Schedule.milestones(0.1, 0.1).rate(1_000_000)).isEqualTo(0.1);
  }

  @Test
  void cosineEndsAtZero() {
    double[] rates = rates(Schedule.warmupCosine(4, 2, 6), 8);

    assertThat(rates[0]).isEqualTo(2);
    assertThat(rates[2]).isEqualTo(4);
    assertThat(rates[4]).isCloseTo(2, within(1e-12));
    assertThat(rates[6]).isCloseTo(0, within(1e-12));
    assertThat(rates[7]).isCloseTo(0, within(1e-12));
    assertThat(Schedule.constant(3).rate(1_000)).isEqualTo(3);
  }

  @Test
  void aWarmupLongerThanTheRunIsRefused() {
    assertThatThrownBy(() -> Schedule.polynomialWarmup(1, 20, 20, 1))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("warm-up of 20 steps must be shorter than the 20 steps in all");
  }
}
