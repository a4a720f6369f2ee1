package org.kanface.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.kanface.tensor.Device;

/// The table of ops, forward and backward, on the CUDA kernels of a simulated GPU against the
/// reference in float64. Large cases run with `-Dkanface.sim=full` alone.
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class SimulatedOpsTest {
  @Test
  void agreeWithTheReference() {
    Device simulated = Device.of("cuda-sim");
    var failures = new ArrayList<String>();
    for (String name : OpParity.names("full".equals(System.getProperty("kanface.sim")))) {
      try {
        OpParity.check(name, simulated);
      } catch (AssertionError | RuntimeException e) {
        failures.add(name + ": " + e);
      }
    }
    assertThat(failures).isEmpty();
  }
}
