package org.kanface.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kanface.nn.backbone.KanFace;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;

class InitTest {
  private static final float ROUNDING = 6e-8f; // of the published deviation

  @Test
  void drawsFollowPyTorchsGenerator() {
    Init init = Init.of(Device.reference(), 42);
    var first = new float[4];
    for (int i = 0; i < first.length; i++) {
      first[i] = init.random().rand();
    }

    assertThat(first)
        .containsExactly(
            new float[] {0.88226926f, 0.91500396f, 0.38286376f, 0.95930564f}, within(1e-8f));
  }

  /// Large parameters are drawn in pieces, with the numbers that one draw of all would give.
  @Test
  void largeParametersAreDrawnAsInOnePiece() {
    for (int rows :
        new int[] {1, 3, 41_943, 41_944, 62_915}) { // 50 wide: around one and two pieces
      Shape shape = Shape.of(rows, 50);
      float[] expected = Init.of(Device.cpu(), 7).normal(rows * 50, 0.01);
      try (var drawn = Init.of(Device.cpu(), 7).normal("w", shape, 0.01).var()) {
        assertThat(drawn.value().toFloats()).as("%d rows", rows).isEqualTo(expected);
      }
    }
  }

  /// The seed gives the reference's weights: the first ones drawn, and the last ones.
  @ParameterizedTest
  @CsvSource({
    "0.6, 15, -0.02668920 -0.03097841 -0.02418025, 0.02105235 -0.04431061,"
        + " 0.05571294 -0.06021484, -0.00260063 -0.01007149 0.00392001",
    "0.5, 25, 0.06353471 0.00217670 0.03133678, 0.01521140 -0.11456661,"
        + " -0.00934736 0.03099740, -0.00362914 -0.01324499 -0.00087026"
  })
  void seedGivesTheReferencesWeights(
      double ratio, int gridSize, String weight, String bias, String scaleBase, String coef) {
    try (var net =
        new KanFace(Init.of(Device.reference(), 42), KanFace.Config.of(ratio, gridSize))) {
      expect(net, "downsample_layers.0.0.weight", weight);
      expect(net, "downsample_layers.0.0.bias", bias);
      expect(net, "head.scale_base", scaleBase);
      expect(net, "head.coef", coef);
    }
  }

  private static void expect(Module net, String key, String values) {
    String[] parts = values.trim().split(" +");
    var expected = new float[parts.length];
    for (int i = 0; i < parts.length; i++) {
      expected[i] = Float.parseFloat(parts[i]);
    }
    float[] external = net.state().get(key).external();
    assertThat(Arrays.copyOf(external, expected.length))
        .as(key)
        .containsExactly(expected, within(ROUNDING));
  }
}
