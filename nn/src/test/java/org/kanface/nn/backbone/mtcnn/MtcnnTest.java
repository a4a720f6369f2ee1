package org.kanface.nn.backbone.mtcnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.nn.HashFill;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.tensor.Device;
import org.kanface.tensor.LeakCheck;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

class MtcnnTest {
  /// @param input one batch
  /// @param output what comes of it
  record Case(String name, Function<Init, Module> network, Shape input, Shape output) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> networks() {
    return Stream.of(
        new Case("P 12 x 12", PNet::new, Shape.of(1, 12, 12, 3), Shape.of(1, 1, 1, 6)),
        new Case("P 13 x 17", PNet::new, Shape.of(2, 13, 17, 3), Shape.of(2, 2, 4, 6)),
        new Case("R", RNet::new, Shape.of(3, 24, 24, 3), Shape.of(3, 6)),
        new Case("O", ONet::new, Shape.of(3, 48, 48, 3), Shape.of(3, 16)));
  }

  private static Tensor values(String key, Shape shape) {
    return Tensor.of(Device.cpu(), shape, HashFill.values(key, Math.toIntExact(shape.numel()), 2));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void outputsAreProbabilitiesAndOffsets(Case c) {
    try (var _ = LeakCheck.on(Device.cpu());
        Module network = c.network.apply(Init.of(Device.cpu(), 1));
        Graph graph = Graph.inference()) {
      Var y = network.forward(graph.constant(values("x", c.input)));

      assertThat(y.shape()).isEqualTo(c.output);
      float[] rows = y.value().toFloats();
      int columns = Math.toIntExact(c.output.dim(-1));
      for (int i = 0; i < rows.length; i += columns) {
        assertThat(rows[i] + rows[i + 1]).isCloseTo(1, within(1e-6f));
        assertThat(rows[i + 1]).isBetween(0f, 1f);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void everyParameterLearns(Case c) {
    try (Module network = c.network.apply(Init.of(Device.cpu(), 1))) {
      try (Graph graph = Graph.training(0)) {
        Var y = network.forward(graph.constant(values("x", c.input)));
        graph.backward(y, values("dy", y.shape()));
      }
      assertThat(network.trained()).allMatch(p -> p.var().hasGrad() && p.var().grad().isFinite());
    }
  }

  /// Windows are looked at alone: the answer to one is that to the same 12 pixels cut out.
  @Test
  void proposalsLookAtEveryWindow() {
    Tensor image = values("x", Shape.of(1, 20, 26, 3));
    try (var network = new PNet(Init.of(Device.cpu(), 5));
        Graph graph = Graph.inference()) {
      Var all = network.forward(graph.constant(image));
      float[] map = all.value().toFloats();
      int across = Math.toIntExact(all.dim(2));
      for (int[] at : new int[][] {{0, 0}, {2, 3}, {4, 7}}) { // row, column
        Tensor window;
        try (Tensor rows = image.slice(1, 2 * at[0], 2 * at[0] + 12);
            Tensor view = rows.slice(2, 2 * at[1], 2 * at[1] + 12)) {
          window = view.copy();
        }
        float[] own = network.forward(graph.constant(window)).value().toFloats();
        for (int c = 0; c < 6; c++) {
          assertThat(map[(at[0] * across + at[1]) * 6 + c]).isCloseTo(own[c], within(1e-6f));
        }
      }
    }
  }

  @Test
  void stateDictIsTheReferences() {
    try (var p = new PNet(Init.of(Device.cpu(), 1));
        var r = new RNet(Init.of(Device.cpu(), 1));
        var o = new ONet(Init.of(Device.cpu(), 1))) {
      assertThat(p.state().keySet())
          .containsExactly(
              "features.conv1.weight",
              "features.conv1.bias",
              "features.prelu1.weight",
              "features.conv2.weight",
              "features.conv2.bias",
              "features.prelu2.weight",
              "features.conv3.weight",
              "features.conv3.bias",
              "features.prelu3.weight",
              "conv4_1.weight",
              "conv4_1.bias",
              "conv4_2.weight",
              "conv4_2.bias");
      assertThat(r.state()).hasSize(16).containsKeys("features.prelu4.weight", "conv5_2.bias");
      assertThat(o.state()).hasSize(21).containsKeys("features.prelu5.weight", "conv6_3.bias");
      assertThat(r.state().get("features.conv4.weight").externalShape())
          .isEqualTo(Shape.of(128, 576));
      assertThat(o.state().get("features.conv5.weight").externalShape())
          .isEqualTo(Shape.of(256, 1152));
      assertThat(o.state().get("features.conv4.weight").externalShape())
          .isEqualTo(Shape.of(128, 64, 2, 2));
      assertThat(List.of(p.trainedCount(), r.trainedCount(), o.trainedCount()))
          .containsExactly(6_632L, 100_178L, 389_040L);
    }
  }

  @Test
  void otherSizesAreRefused() {
    try (var p = new PNet(Init.of(Device.cpu(), 1));
        var o = new ONet(Init.of(Device.cpu(), 1));
        Graph graph = Graph.inference()) {
      assertThatThrownBy(() -> p.forward(graph.constant(values("x", Shape.of(1, 11, 30, 3)))))
          .hasMessageContaining(
              "[PNet] images [1, 11, 30, 3]: expected [n, h, w, 3] of at least 12");
      assertThatThrownBy(() -> o.forward(graph.constant(values("x", Shape.of(1, 24, 24, 3)))))
          .hasMessageContaining("[ONet] crops [1, 24, 24, 3]: expected [n, 48, 48, 3]");
    }
  }
}
