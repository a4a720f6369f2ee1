package org.kanface.eval.cost;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kanface.config.ModelConfig;
import org.kanface.config.TrainConfig;

/// Every number of the published size tables and of the counts behind them.
class CostTableTest {

  private static ModelConfig model(double ratio, int grid) {
    return TrainConfig.DEFAULTS.with(Map.of("rank_ratio", ratio, "grid_size", grid)).model();
  }

  @ParameterizedTest
  @CsvSource({
    "0.6, 15, 54264768, 211056544, 2064896, 3753916, 3655100, 3659324, 14637296",
    "0.6, 20, 68518848, 225310624, 2556416, 4245436, 4146620, 4151804, 16607216",
    "0.6, 25, 82772928, 239564704, 3047936, 4736956, 4638140, 4644284, 18577136",
    "0.6, 30, 97027008, 253818784, 3539456, 5228476, 5129660, 5136764, 20547056",
    "0.5, 15, 85919216, 396849808, 3269120, 6797084, 6640924, 6647612, 26590448",
    "0.5, 20, 108488176, 419418768, 4047360, 7575324, 7419164, 7427372, 29709488",
    "0.5, 25, 131057136, 441987728, 4825600, 8353564, 8197404, 8207132, 32828528",
    "0.5, 30, 153626096, 464556688, 5603840, 9131804, 8975644, 8986892, 35947568",
    "0.6, 5, 25756608, 182548384, 1081856, 2770876, 2672060, 2674364, 10697456"
  })
  void reproducesThePublishedTable(
      double ratio,
      int grid,
      long headFlops,
      long totalFlops,
      long headParams,
      long totalParams,
      long trainable,
      long withGrid,
      long bytes) {
    CostTable table = CostTable.of(model(ratio, grid));

    assertThat(table.headFlops()).isEqualTo(headFlops);
    assertThat(table.totalFlops()).isEqualTo(totalFlops);
    assertThat(table.headParams()).isEqualTo(headParams);
    assertThat(table.totalParams()).isEqualTo(totalParams);
    assertThat(table.actualTotalParams()).isEqualTo(trainable);
    assertThat(table.actualTotalParams() + table.buffers()).isEqualTo(withGrid);
    assertThat(table.weightBytes()).isEqualTo(bytes);
    assertThat(table.totalParams() - table.actualTotalParams())
        .isEqualTo(ratio == 0.6 ? 98_816 : 156_160);
  }

  @ParameterizedTest
  @CsvSource({
    "0.6, 9161684, 210712, 66838272, 887588, 648720, 192, 156791776, 812296, 12740,"
        + " 194892, 1486916, 7212, 1689020",
    "0.5, 17008976, 321312, 134791680, 1358128, 992448, 304, 310930592, 1946240, 31808,"
        + " 407712, 3108896, 11356, 3527964"
  })
  void countsTheBackboneByKind(
      double ratio,
      long conv,
      long convBias,
      long linear,
      long linearBias,
      long gelu,
      long norm,
      long flops,
      long attention,
      long softmax,
      long convParams,
      long linearParams,
      long otherParams,
      long params) {
    Cost cost = Backbone.kanFace(model(ratio, 15)).cost();

    assertThat(cost.convMacs()).isEqualTo(conv);
    assertThat(cost.convBias()).isEqualTo(convBias);
    assertThat(cost.linearMacs()).isEqualTo(linear);
    assertThat(cost.linearBias()).isEqualTo(linearBias);
    assertThat(cost.gelu()).isEqualTo(gelu);
    assertThat(cost.norm()).isEqualTo(norm);
    assertThat(cost.referenceFlops()).isEqualTo(flops);
    assertThat(cost.attentionMacs()).isEqualTo(attention);
    assertThat(cost.softmax()).isEqualTo(softmax);
    assertThat(cost.convParams()).isEqualTo(convParams);
    assertThat(cost.linearParams()).isEqualTo(linearParams);
    assertThat(cost.otherParams()).isEqualTo(otherParams);
    assertThat(cost.params()).isEqualTo(params);
  }

  @ParameterizedTest
  @CsvSource({
    "0.6, stem, 1632", "0.6, downsample_layers.1, 8320", "0.6, downsample_layers.2, 25828",
    "0.6, downsample_layers.3, 77192", "0.6, stages.0.2, 6656", "0.6, stages.1.0, 26496",
    "0.6, stages.1.2, 44356", "0.6, stages.2.7, 65800", "0.6, stages.2.8, 98184",
    "0.6, stages.3.0, 238080", "0.6, stages.3.2, 357604", "0.6, norm, 384",
    "0.5, stem, 2448", "0.5, downsample_layers.1, 18624", "0.5, downsample_layers.2, 61792",
    "0.5, downsample_layers.3, 195184", "0.5, stages.0.2, 12384", "0.5, stages.1.0, 49344",
    "0.5, stages.1.2, 81892", "0.5, stages.2.7, 137280", "0.5, stages.2.8, 208284",
    "0.5, stages.3.0, 489440", "0.5, stages.3.2, 746172", "0.5, norm, 608"
  })
  void countsTheParametersOfEveryBlock(double ratio, String part, long params) {
    assertThat(Backbone.kanFace(model(ratio, 15)).parts())
        .filteredOn(p -> p.name().equals(part))
        .singleElement()
        .matches(p -> p.cost().params() == params);
  }

  @Test
  void edgeFaceMatchesItsPublishedCounts() {
    CostTable table =
        CostTable.of(TrainConfig.DEFAULTS.with(Map.of("network", "EdgeFace")).model());

    assertThat(table.totalFlops()).isEqualTo(156_954_720);
    assertThat(table.totalParams()).isEqualTo(1_770_492);
    assertThat(table.headFlops()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "edgeface_xs_gamma_06, 9161684, 210712, 66919232, 812296, 1770492",
    "edgeface_s_gamma_05, 17008976, 321312, 134915712, 973120, 3652520",
    "edgeface_base, 40045478, 548126, 656043776, 3037840, 18225812",
    "edgeface_xxs, 5600378, 122346, 41155072, 542528, 1244744"
  })
  void edgeFaceVariantsMatchTheirIngredients(
      String name, long conv, long convBias, long linear, long attention, long params) {
    Backbone backbone = Backbone.edgeFace(name);
    Cost cost = backbone.cost().plus(backbone.linearHead(512));

    assertThat(cost.convMacs()).isEqualTo(conv);
    assertThat(cost.convBias()).isEqualTo(convBias);
    assertThat(cost.linearMacs()).isEqualTo(linear);
    assertThat(cost.attentionMacs()).isEqualTo(attention);
    assertThat(cost.params()).isEqualTo(params);
  }

  @Test
  void localSplinesCostAFractionOfTheFormula() {
    KanHead head = new KanHead(192, 512, 15, 3);

    assertThat(head.actualFlops()).isEqualTo(2 * 192 * 512 * 5 + 192 * 41);
    assertThat(head.referenceFlops()).isEqualTo(54_264_768);
  }

  @Test
  void printsSixLinesAndTheSizeOfTheWeights() {
    assertThat(CostTable.of(model(0.6, 25)).lines())
        .hasSize(7)
        .startsWith(
            "base FLOPs     156.79 (156791776) MFLOPs    actual  154.72 (154722804)",
            "head FLOPs      82.77  (82772928) MFLOPs    actual    0.99    (990912)")
        .endsWith("weights         18.58  (18577136) MB in float32");
  }

  /// Counts of the iResNets' published tool; InsightFace's own numbers for the flattened map.
  @ParameterizedTest
  @CsvSource({
    "r18, gwp, 7, 2707158528, 11450368, 14720",
    "r34, gwp, 7, 4561236992, 21564096, 25856",
    "r50, gap, 7, 6413734912, 31015616, 38144",
    "r100, gwp, 7, 12205952000, 52580928, 69632",
    "r200, gwp, 7, 23559702016, 106258688, 136064",
    "r18_ada, gwp, 7, 2610820608, 11442688, 14720",
    "r50, flatten, 3, 6329954816, 43590848, 38144",
    "r100, flatten, 3, 12122171904, 65156160, 69632"
  })
  void iResNetsMatchTheirPublishedCounts(
      String network, String pooling, int stem, long flops, long params, long running) {
    CostTable table =
        CostTable.of(
            TrainConfig.DEFAULTS
                .with(Map.of("network", network, "pooling", pooling, "stem_kernel", stem))
                .model());

    assertThat(table.totalFlops()).isEqualTo(flops);
    assertThat(table.totalParams()).isEqualTo(params);
    assertThat(table.buffers()).isEqualTo(running);
  }

  @ParameterizedTest
  @CsvSource({"224, 558771200", "112, 139889408"})
  void efficientFrMatchesItsPublishedCounts(int side, long multiplyAdds) {
    CostTable table =
        CostTable.of(
            TrainConfig.DEFAULTS
                .with(Map.of("network", "EfficientFR", "image_size", side))
                .model());

    assertThat(table.actualTotalFlops()).isEqualTo(2 * multiplyAdds + 512); // the linear's bias
    assertThat(table.totalParams()).isEqualTo(1_162_368);
    assertThat(table.buffers()).isEqualTo(6_848);
  }
}
