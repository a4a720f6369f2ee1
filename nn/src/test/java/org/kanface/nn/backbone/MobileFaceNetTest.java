package org.kanface.nn.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.nn.HashFill;
import org.kanface.nn.Init;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

class MobileFaceNetTest {
  private static Tensor images(int n, int side) {
    float[] values = HashFill.values("x", n * side * side * 3, 2);
    return Tensor.of(Device.cpu(), Shape.of(n, side, side, 3), values);
  }

  @Test
  void stateDictIsTheReferences() {
    try (var net = new MobileFaceNet(Init.of(Device.cpu(), 1), 128)) {
      List<String> keys = List.copyOf(net.state().keySet());

      assertThat(keys).hasSize(307).startsWith("conv1.0.weight", "conv1.1.weight");
      assertThat(keys)
          .containsSubsequence(
              "dw_conv.depthwise.weight",
              "dw_conv.pointwise.weight",
              "dw_conv.bn1.weight",
              "dw_conv.bn2.num_batches_tracked",
              "conv2.0.weight",
              "gdconv.depthwise.weight",
              "gdconv.bn.running_var",
              "conv3.weight",
              "conv3.bias",
              "bn.weight",
              "features.0.conv.0.0.weight",
              "features.0.conv.1.1.running_mean",
              "features.0.conv.2.weight",
              "features.14.conv.3.num_batches_tracked");
      assertThat(net.state().get("gdconv.depthwise.weight").externalShape())
          .isEqualTo(Shape.of(512, 1, 7, 7));
      assertThat(net.state().get("features.5.conv.0.0.weight").externalShape())
          .isEqualTo(Shape.of(256, 64, 1, 1));
      assertThat(net.state().get("conv3.weight").externalShape())
          .isEqualTo(Shape.of(128, 512, 1, 1));
    }
  }

  @Test
  void everyParameterLearns() {
    try (var net = new MobileFaceNet(Init.of(Device.cpu(), 1), 16)) {
      try (Graph graph = Graph.training(0)) {
        Var y = net.forward(graph.constant(images(2, 112)));
        assertThat(y.shape()).isEqualTo(Shape.of(2, 16));
        graph.backward(y, Tensor.of(Device.cpu(), y.shape(), HashFill.values("dy", 32, 1)));
      }
      assertThat(net.trained()).allMatch(p -> p.var().hasGrad() && p.var().grad().isFinite());
    }
  }

  @Test
  void otherSizesAreRefused() {
    try (var net = new MobileFaceNet(Init.of(Device.cpu(), 1), 16);
        Graph graph = Graph.inference()) {
      assertThatThrownBy(() -> net.forward(graph.constant(images(1, 96))))
          .hasMessageContaining("[MobileFaceNet] images [1, 96, 96, 3]: expected [n, 112, 112, 3]");
    }
  }
}
