package org.kanface.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.kanface.tensor.ShapeException;

class LossScalerTest {
  private final LossScaler scaler = new LossScaler();

  @Test
  void doublesAfterAHundredCleanUpdates() {
    assertThat(scaler.scale()).isEqualTo(65_536);
    for (int i = 0; i < 99; i++) {
      scaler.stepped();
    }
    assertThat(scaler.state()).isEqualTo(new LossScaler.State(65_536, 99));
    scaler.stepped();
    assertThat(scaler.state()).isEqualTo(new LossScaler.State(131_072, 0));
  }

  @Test
  void halvesAndCountsAnewAfterAnOverflow() {
    for (int i = 0; i < 50; i++) {
      scaler.stepped();
    }
    scaler.overflowed();
    assertThat(scaler.state()).isEqualTo(new LossScaler.State(32_768, 0));
  }

  @Test
  void goesOnFromItsState() {
    var resumed = new LossScaler(new LossScaler.State(1024, 99));
    resumed.stepped();
    assertThat(resumed.scale()).isEqualTo(2048);
  }

  @Test
  void isExhaustedOnlyFarDown() {
    int halvings = 0;
    while (!scaler.exhausted()) {
      scaler.overflowed();
      halvings++;
    }
    assertThat(halvings).isEqualTo(41);
  }

  @Test
  void refusesStatesThatCannotBe() {
    assertThatThrownBy(() -> new LossScaler.State(0, 0))
        .isInstanceOf(ShapeException.class)
        .hasMessage("[LossScaler] scale: expected a finite number above 0, got 0.0");
    assertThatThrownBy(() -> new LossScaler.State(1, 100))
        .hasMessage("[LossScaler] clean: expected 0 to 99, got 100");
  }

  @Test
  void beginsByTheBatchForProductsInSixteenBits() {
    assertThat(LossScaler.ofBatch(1).scale()).isEqualTo(128);
    assertThat(LossScaler.ofBatch(100).scale()).isEqualTo(8192);
    assertThat(LossScaler.ofBatch(128).scale()).isEqualTo(16_384);
    assertThat(LossScaler.ofBatch(4096).scale()).isEqualTo(65_536);
  }
}
