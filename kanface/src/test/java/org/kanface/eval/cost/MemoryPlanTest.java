package org.kanface.eval.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kanface.autograd.Graph;
import org.kanface.config.ConfigLoader;
import org.kanface.config.Presets;
import org.kanface.config.TrainConfig;
import org.kanface.nn.Init;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;
import org.kanface.train.Networks;

class MemoryPlanTest {

  @Test
  void theHeadOfThePublishedJobOutweighsTheNetwork() {
    MemoryPlan plan = MemoryPlan.of(Presets.get("KANFace_06_25_arc_512_webface"), 617_970);

    assertThat(plan.headWeights()).isEqualTo(617_970L * 512 * 4);
    assertThat(plan.headMoments()).isEqualTo(2 * plan.headWeights());
    assertThat(plan.weights()).isEqualTo(18_577_136);
    assertThat(plan.headStep()).isEqualTo(2L * 4 * 512 * (185_391 + 4096));
    assertThat(plan.logits()).isEqualTo(3L * 4 * 1024 * 4096);
    assertThat(plan.total()).isGreaterThan(5_000_000_000L);
    assertThat(plan.lines()).hasSize(10).last().asString().startsWith("total ");
  }

  @Test
  void sgdKeepsOneMomentAndTheAverageOneMoreCopy() {
    TrainConfig config = ConfigLoader.load("demo", List.of("optimizer=sgd", "ema=0.99"));
    CostTable table = CostTable.of(config.model());

    MemoryPlan plan = MemoryPlan.of(config, 100);

    assertThat(plan.moments()).isEqualTo(4 * table.actualTotalParams());
    assertThat(plan.weights()).isEqualTo(4 * (2 * table.actualTotalParams() + table.buffers()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"KANFace", "r18", "EfficientFR", "MobileFaceNet"})
  void activationsAreWhatAForwardPassLeavesBehind(String name) {
    TrainConfig config =
        ConfigLoader.load("faces_reference", List.of("batch_size=4", "network=" + name));
    Device device = Device.cpu();
    device.pool().trim(); // blocks kept for reuse are larger than what is asked for
    try (var network = Networks.create(config.model(), Init.of(device, 1));
        Graph graph = Graph.training(1)) {
      long before = device.pool().stats().liveBytes();
      var images = Tensor.of(device, Shape.of(4, 112, 112, 3), new float[4 * 112 * 112 * 3]);

      network.forward(graph.constant(images));
      long kept = device.pool().stats().liveBytes() - before;

      assertThat((double) MemoryPlan.of(config, 10).activations())
          .isCloseTo(kept, withinPercentage(15));
    }
  }

  @Test
  void coversNetworksWithBatchNorm() {
    TrainConfig config = TrainConfig.DEFAULTS.with(Map.of("network", "r18", "optimizer", "adam"));

    MemoryPlan plan = MemoryPlan.of(config, 10);

    assertThat(plan.weights()).isEqualTo(4 * (11_450_368L + 14_720));
    assertThat(plan.moments()).isEqualTo(2 * plan.gradients());
  }
}
