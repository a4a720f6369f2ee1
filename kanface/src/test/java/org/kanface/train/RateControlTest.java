package org.kanface.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.kanface.config.TrainConfig;
import org.kanface.tensor.Json;
import org.kanface.train.RateControl.Judge;

class RateControlTest {
  private static final TrainConfig CONFIG =
      TrainConfig.DEFAULTS.with(
          Map.of("lr_schedule", "plateau", "lr", 1e-3, "warmup_epoch", 0, "num_epoch", 30));

  private static RateControl control(Judge judge) {
    return new RateControl(CONFIG.optim(), CONFIG.steps(1280, 1), 0, judge);
  }

  /// Best, then three epochs that are no better by a ten-thousandth: half, and so on.
  @Test
  void accuracyThatStallsHalvesTheRate() {
    RateControl rates = control(Judge.ACCURACY);
    double[] accuracy = {0.3, 0.4, 0.40003, 0.4, 0.39, 0.41, 0.4, 0.4, 0.4, 0.42};
    double[] expected = {1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25};
    for (int epoch = 0; epoch < accuracy.length; epoch++) {
      rates.epochEnded(5 - epoch, accuracy[epoch]); // the loss still falls
      assertThat(rates.rate(10L * epoch)).as("epoch %d", epoch).isEqualTo(1e-3 * expected[epoch]);
    }
  }

  @Test
  void withoutVerificationTheLossDecides() {
    RateControl rates = control(Judge.LOSS);
    for (double loss : new double[] {5, 4, 4, 4, 4}) {
      rates.epochEnded(loss, 0);
    }
    assertThat(rates.rate(50)).isEqualTo(5e-4);
  }

  @Test
  void aRestoredPlateauGoesOnAsIfNothingHappened() {
    RateControl whole = control(Judge.ACCURACY);
    RateControl first = control(Judge.ACCURACY);
    for (double accuracy : new double[] {0.5, 0.4, 0.4}) {
      whole.epochEnded(1, accuracy);
      first.epochEnded(1, accuracy);
    }
    RateControl second = control(Judge.ACCURACY);
    second.restore(Json.parse(Json.write(first.state())));
    whole.epochEnded(1, 0.4);
    second.epochEnded(1, 0.4);
    assertThat(second.rate(40)).isEqualTo(whole.rate(40)).isEqualTo(5e-4);

    RateControl other = control(Judge.LOSS);
    other.restore(second.state());
    other.epochEnded(3, 0);
    assertThat(other.rate(50)).isEqualTo(5e-4); // the rate stays, the best of another measure not
  }
}
