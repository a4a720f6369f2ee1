package org.kanface.autograd;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kanface.kernels.DType;
import org.kanface.tensor.Device;

/// Every device's float32 kernels against the reference in float64, from the same inputs, forward
/// and backward.
class ParityTest {
  static Stream<Arguments> casesOnDevices() {
    List<Device> devices = Outcome.devices();
    return OpCase.all().flatMap(c -> devices.stream().map(d -> Arguments.of(c, d)));
  }

  @ParameterizedTest
  @MethodSource("casesOnDevices")
  void agreesWithTheReference(OpCase c, Device device) {
    Outcome truth = Outcome.of(c, Device.reference(), DType.F64);
    Outcome found = Outcome.of(c, device, DType.F32);
    found.assertNear(truth, c.length());
  }
}
