package org.kanface.nn.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kanface.nn.Init;
import org.kanface.nn.Parameter;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;

/// Names, shapes and numbers of parameters: a checkpoint of the reference fits exactly.
class KanFaceStateTest {
  private static KanFace network(double ratio, int gridSize) {
    return new KanFace(Init.of(Device.cpu(), 1), KanFace.Config.of(ratio, gridSize));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.6, 0.5})
  void stateDictIsTheReferences(double ratio) {
    try (KanFace net = network(ratio, 15)) {
      var expected = new LinkedHashMap<String, Shape>();
      expect(expected, ratio, 15);
      var found = new LinkedHashMap<String, Shape>();
      net.state().forEach((key, p) -> found.put(key, p.externalShape()));

      assertThat(found).containsExactlyEntriesOf(expected).hasSize(258);
      List<String> keys = List.copyOf(found.keySet());
      assertThat(keys.subList(252, 258))
          .containsExactly(
              "norm.weight",
              "norm.bias",
              "head.grid",
              "head.coef",
              "head.scale_base",
              "head.scale_sp");
      assertThat(net.state().values().stream().filter(p -> !p.isTrained()).toList())
          .containsExactly(net.state().get("head.grid"));
    }
  }

  private static void expect(Map<String, Shape> out, double ratio, int gridSize) {
    long[] d = ratio == 0.5 ? new long[] {48, 96, 160, 304} : new long[] {32, 64, 100, 192};
    long[] r = ratio == 0.5 ? new long[] {24, 48, 80, 152} : new long[] {19, 38, 60, 115};
    int[] depths = {3, 3, 9, 3};
    int[] kernels = {3, 5, 7, 9};
    int[] scales = {2, 2, 3, 4};
    affine(out, "downsample_layers.0.0", Shape.of(d[0], 3, 4, 4));
    affine(out, "downsample_layers.0.1", Shape.of(d[0]));
    for (int i = 1; i < 4; i++) {
      affine(out, "downsample_layers." + i + ".0", Shape.of(d[i - 1]));
      affine(out, "downsample_layers." + i + ".1", Shape.of(d[i], d[i - 1], 2, 2));
    }
    for (int s = 0; s < 4; s++) {
      for (int j = 0; j < depths[s]; j++) {
        String p = "stages." + s + "." + j + ".";
        if (s > 0 && j == depths[s] - 1) {
          attention(out, p, d[s], r[s], scales[s], s == 1);
        } else {
          out.put(p + "gamma", Shape.of(d[s]));
          affine(out, p + "dwconv", Shape.of(d[s], 1, kernels[s], kernels[s]));
        }
        affine(out, p + "norm", Shape.of(d[s]));
        lowRank(out, p + "pwconv1", d[s], 4 * d[s], r[s]);
        lowRank(out, p + "pwconv2", 4 * d[s], d[s], r[s]);
      }
    }
    affine(out, "norm", Shape.of(d[3]));
    out.put("head.grid", Shape.of(d[3], gridSize + 7));
    out.put("head.coef", Shape.of(d[3], 512, gridSize + 3));
    out.put("head.scale_base", Shape.of(d[3], 512));
    out.put("head.scale_sp", Shape.of(d[3], 512));
  }

  private static void attention(
      Map<String, Shape> out, String p, long d, long r, int scales, boolean position) {
    long width = Math.ceilDiv(d, (long) scales);
    out.put(p + "gamma_xca", Shape.of(d));
    out.put(p + "gamma", Shape.of(d));
    for (int i = 0; i < scales - 1; i++) {
      affine(out, p + "convs." + i, Shape.of(width, 1, 3, 3));
    }
    if (position) {
      affine(out, p + "pos_embd.token_projection", Shape.of(d, 64, 1, 1));
    }
    affine(out, p + "norm_xca", Shape.of(d));
    out.put(p + "xca.temperature", Shape.of(4, 1, 1));
    lowRank(out, p + "xca.qkv", d, 3 * d, r);
    lowRank(out, p + "xca.proj", d, d, r);
  }

  private static void affine(Map<String, Shape> out, String p, Shape weight) {
    out.put(p + ".weight", weight);
    out.put(p + ".bias", Shape.of(weight.dim(0)));
  }

  private static void lowRank(Map<String, Shape> out, String p, long in, long to, long r) {
    out.put(p + ".linear1.weight", Shape.of(r, in));
    affine(out, p + ".linear2", Shape.of(to, r));
  }

  @ParameterizedTest
  @CsvSource({
    "0.6, 15, 3655100, 4224, 14637296",
    "0.6, 30, 5129660, 7104, 20547056",
    "0.5, 30, 8975644, 11248, 35947568"
  })
  void parametersAreCounted(double ratio, int gridSize, long trained, long knots, long bytes) {
    try (KanFace net = network(ratio, gridSize)) {
      assertThat(net.trainedCount()).isEqualTo(trained);
      assertThat(net.state().get("head.grid").externalShape().numel()).isEqualTo(knots);
      assertThat(count(net.state(), "") * Float.BYTES).isEqualTo(bytes);
    }
  }

  @Test
  void blocksHaveTheReferencesSizes() {
    try (KanFace net = network(0.6, 15)) {
      SequencedMap<String, Parameter> state = net.state();

      assertThat(count(state, "downsample_layers.0.")).isEqualTo(1_632);
      assertThat(count(state, "downsample_layers.3.")).isEqualTo(77_192);
      assertThat(count(state, "stages.0.0.")).isEqualTo(6_656);
      assertThat(count(state, "stages.1.2.")).isEqualTo(44_356);
      assertThat(count(state, "stages.2.0.")).isEqualTo(65_800);
      assertThat(count(state, "stages.2.8.")).isEqualTo(98_184);
      assertThat(count(state, "stages.3.2.")).isEqualTo(357_604);
      assertThat(net.trainedCount() - (15 + 5) * 192 * 512).isEqualTo(1_689_020);
    }
  }

  private static long count(Map<String, Parameter> state, String prefix) {
    return state.entrySet().stream()
        .filter(e -> e.getKey().startsWith(prefix))
        .mapToLong(e -> e.getValue().externalShape().numel())
        .sum();
  }
}
