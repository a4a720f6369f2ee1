package org.kanface.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.kanface.kernels.DType;
import org.kanface.tensor.Device;

/// The table of ops, forward and backward, on the CUDA kernels of a simulated GPU against the
/// reference in float64. Large cases run with `-Dkanface.sim=full` alone.
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class SimulatedOpsTest {
  @Test
  void agreeWithTheReference() {
    boolean full = "full".equals(System.getProperty("kanface.sim"));
    Device simulated = Device.of("cuda-sim");
    var failures = new ArrayList<String>();
    for (OpCase c : OpCase.all().filter(c -> full || !c.large()).toList()) {
      try {
        Outcome truth = Outcome.of(c, Device.reference(), DType.F64);
        Outcome.of(c, simulated, DType.F32).assertNear(truth, c.length());
      } catch (AssertionError | RuntimeException e) {
        failures.add(c.name() + ": " + e);
      }
    }
    assertThat(failures).isEmpty();
  }
}
