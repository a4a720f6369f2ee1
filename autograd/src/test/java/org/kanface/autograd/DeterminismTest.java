package org.kanface.autograd;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kanface.kernels.DType;
import org.kanface.kernels.Workers;
import org.kanface.tensor.Device;

/// Values and gradients are equal to the bit for 1, 2 and 5 threads, and from run to run.
class DeterminismTest {
  private final int before = Workers.threads();

  static Stream<Arguments> casesOnDevices() {
    List<Device> devices = // the reference uses one thread
        Outcome.devices().stream().filter(d -> d != Device.reference()).toList();
    return OpCase.all().flatMap(c -> devices.stream().map(d -> Arguments.of(c, d)));
  }

  @AfterEach
  void restoreThreads() {
    Workers.resize(before);
  }

  @ParameterizedTest
  @MethodSource("casesOnDevices")
  void sameBitsForAnyNumberOfThreads(OpCase c, Device device) {
    Workers.resize(1);
    Outcome one = Outcome.of(c, device, DType.F32);
    for (int threads : new int[] {1, 2, 5}) {
      Workers.resize(threads);
      Outcome.of(c, device, DType.F32).assertEqualBits(one, threads + " threads");
    }
  }
}
