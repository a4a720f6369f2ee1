package org.kanface.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kanface.config.ModelConfig;
import org.kanface.config.TrainConfig;
import org.kanface.eval.cost.CostTable;
import org.kanface.kernels.DType;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.layer.Conv2d;
import org.kanface.tensor.Device;

class NetworksTest {
  static Stream<String> networks() {
    return ModelConfig.NETWORKS.stream().filter(name -> !name.matches("r(100|200).*")); // large
  }

  /// The arithmetic of `flops` and the networks themselves say the same.
  @ParameterizedTest
  @MethodSource("networks")
  void everyNetworkHasTheParametersThatAreCounted(String name) {
    Map<String, Object> keys = new HashMap<>(Map.of("network", name, "embedding_size", 96));
    if (name.equals("r34")) {
      keys.putAll(Map.of("pooling", "flatten", "stem_kernel", 3));
    }
    ModelConfig model = TrainConfig.DEFAULTS.with(keys).model();
    CostTable table = CostTable.of(model);
    try (Module network = Networks.create(model, Init.of(Device.cpu(), 1))) {
      long all =
          network.state().values().stream()
              .filter(p -> p.var().dtype() != DType.I64)
              .mapToLong(p -> p.externalShape().numel())
              .sum();

      assertThat(all).isEqualTo(table.actualTotalParams() + table.buffers());
      assertThat(
              network.modules().values().stream()
                  .anyMatch(m -> m instanceof Conv2d conv && conv.overlaps()))
          .isEqualTo(Networks.convolves(model));
    }
  }
}
