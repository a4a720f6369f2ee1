package org.kanface.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.kanface.tensor.Device;

/// Training on a simulated GPU goes as on the CPU: a KANFace of few channels, from the same weights
/// on the same images.
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class SimulatedTrainingTest {
  private static final int STEPS = 20;

  @Test
  void lossesAreTheCpus() {
    try (var cpu = TinyTraining.kanFace(Device.cpu());
        var simulated = TinyTraining.kanFace(Device.of("cuda-sim"))) {
      simulated.load(cpu);
      for (int step = 0; step < STEPS; step++) {
        assertThat(simulated.step(step)).as("step " + step).isCloseTo(cpu.step(step), within(1e-4));
      }
      cpu.state()
          .forEach(
              (key, p) ->
                  assertThat(simulated.state().get(key).external())
                      .as(key)
                      .containsExactly(p.external(), within(1e-3f)));
    }
  }
}
