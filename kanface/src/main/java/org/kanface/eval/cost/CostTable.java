package org.kanface.eval.cost;

import java.util.List;
import java.util.Locale;
import org.kanface.config.ModelConfig;

/// Parameters and operations of a whole network: by the formulas behind the published tables, and
/// as they are.
///
/// @param baseFlops operations of the backbone by the published convention
/// @param headFlops operations of the head by the published formula
/// @param baseParams parameters of the backbone, trainable
/// @param headParams parameters of the head by the published formula
/// @param actualBaseFlops two operations a multiply-add, attention included, and the bias additions
/// @param actualHeadFlops operations of the head where a spline is evaluated locally
/// @param actualHeadParams trainable parameters of the head
/// @param buffers values stored with the weights but not trained: knots, running statistics
/// @param activations values that the backward pass reads, an estimate
public record CostTable(
    long baseFlops,
    long headFlops,
    long baseParams,
    long headParams,
    long actualBaseFlops,
    long actualHeadFlops,
    long actualHeadParams,
    long buffers,
    long activations) {

  /// Of any network. A head that is a linear layer is counted with the backbone and the head is 0,
  /// as in the published tables.
  public static CostTable of(ModelConfig model) {
    if (ConvNet.covers(model)) {
      ConvNet net = ConvNet.of(model);
      Cost all = net.cost();
      return new CostTable(
          all.counterFlops(),
          0,
          all.params(),
          0,
          all.actualFlops(),
          0,
          0,
          net.runningValues(),
          all.activations());
    }
    if (model.network().equals("KANFace")) {
      Backbone backbone = Backbone.kanFace(model);
      Cost base = backbone.cost();
      KanHead head =
          new KanHead(
              backbone.width(), model.embeddingSize(), model.gridSize(), model.splineOrder());
      return new CostTable(
          base.referenceFlops(),
          head.referenceFlops(),
          base.params(),
          head.referenceParams(),
          base.actualFlops(),
          head.actualFlops(),
          head.actualParams(),
          head.gridEntries(),
          base.activations());
    }
    Backbone backbone = Backbone.edgeFace(model.network(), model.imageSize());
    Cost all = backbone.cost().plus(backbone.linearHead(model.embeddingSize()));
    boolean own = model.network().equals("EdgeFace"); // counted by KANFace's tool
    long published = own ? all.referenceFlops() : all.edgeFaceFlops();
    return new CostTable(
        published, 0, all.params(), 0, all.actualFlops(), 0, 0, 0, all.activations());
  }

  public long totalFlops() {
    return baseFlops + headFlops;
  }

  public long totalParams() {
    return baseParams + headParams;
  }

  public long actualTotalFlops() {
    return actualBaseFlops + actualHeadFlops;
  }

  public long actualTotalParams() {
    return baseParams + actualHeadParams;
  }

  /// Bytes of all floating tensors of a state dict in float32, [#buffers] included.
  public long weightBytes() {
    return Float.BYTES * (actualTotalParams() + buffers);
  }

  /// Six lines (operations of base, head and total, then parameters), each in millions and in full,
  /// with the actual numbers beside, and the size of the weights.
  public List<String> lines() {
    return List.of(
        line("base FLOPs", baseFlops, "MFLOPs", actualBaseFlops),
        line("head FLOPs", headFlops, "MFLOPs", actualHeadFlops),
        line("total FLOPs", totalFlops(), "MFLOPs", actualTotalFlops()),
        line("base params", baseParams, "MParams", baseParams),
        line("head params", headParams, "MParams", actualHeadParams),
        line("total params", totalParams(), "MParams", actualTotalParams()),
        format(
            "%-12s  %7.2f %11s MB in float32", "weights", weightBytes() / 1e6, raw(weightBytes())));
  }

  private static String line(String name, long claimed, String unit, long actual) {
    return format(
        "%-12s  %7.2f %11s %-7s   actual %7.2f %11s",
        name, claimed / 1e6, raw(claimed), unit, actual / 1e6, raw(actual));
  }

  private static String raw(long value) {
    return "(" + value + ")";
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency of its own
  private static String format(String format, Object... args) {
    return String.format(Locale.ROOT, format, args);
  }
}
