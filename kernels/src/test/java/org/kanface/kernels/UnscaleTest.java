package org.kanface.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the table of cases cannot hold: what overflows float32 does not overflow float64.
class UnscaleTest {
  @ParameterizedTest
  @ValueSource(strings = {"reference", "cpu"})
  void findsWhatOverflowsInUnscaling(String backend) {
    var kernels = Backends.kernels(backend, DType.F32);
    try (var grads = HostMemory.of(new float[] {1, -2, 1e38f, 3})) {
      assertThat(kernels.optimizer().unscale(2, List.of(new Block(4, grads)))).isTrue();
      assertThat(kernels.optimizer().unscale(2, List.of(new Block(4, grads)))).isFalse();
    }
  }
}
