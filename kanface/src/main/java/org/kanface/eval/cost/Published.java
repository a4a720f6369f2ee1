package org.kanface.eval.cost;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.kanface.config.ModelConfig;
import org.kanface.config.TrainConfig;

/// The published sizes of the eight KANFace networks beside ours.
///
/// @param rankRatio of the backbone
/// @param gridSize of the head
/// @param megaFlops millions of operations, as published
/// @param megaParams millions of parameters, as published
public record Published(double rankRatio, int gridSize, double megaFlops, double megaParams) {
  /// All eight rows.
  public static final List<Published> ALL =
      List.of(
          new Published(0.6, 15, 211.06, 3.75),
          new Published(0.6, 20, 225.31, 4.25),
          new Published(0.6, 25, 239.56, 4.74),
          new Published(0.6, 30, 253.82, 5.23),
          new Published(0.5, 15, 396.85, 6.8),
          new Published(0.5, 20, 419.42, 7.58),
          new Published(0.5, 25, 441.99, 8.35),
          new Published(0.5, 30, 464.56, 9.13));

  /// What this project computes for the same network.
  public CostTable computed() {
    ModelConfig model =
        TrainConfig.DEFAULTS.with(Map.of("rank_ratio", rankRatio, "grid_size", gridSize)).model();
    return CostTable.of(model);
  }

  /// A table of all rows: published, recomputed by the published formulas, actual.
  public static List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "ratio grid | MFLOPs published  recomputed     actual | MParams published  recomputed"
            + "     actual");
    for (Published row : ALL) {
      CostTable ours = row.computed();
      lines.add(
          String.format(
              Locale.ROOT,
              "%5.1f %4d | %16.2f %11d %10d | %17.2f %11d %10d",
              row.rankRatio,
              row.gridSize,
              row.megaFlops,
              ours.totalFlops(),
              ours.actualTotalFlops(),
              row.megaParams,
              ours.totalParams(),
              ours.actualTotalParams()));
    }
    return lines;
  }

  /// EdgeFace's networks, published beside counted.
  public static List<String> edgeFaceLines() {
    List<String> lines = new ArrayList<>();
    lines.add("network              | MFLOPs published    counted | MParams published    counted");
    edgeFaceLine(lines, "edgeface_xxs", 94.72, 1.24);
    edgeFaceLine(lines, "edgeface_xs_gamma_06", 154.00, 1.77);
    edgeFaceLine(lines, "edgeface_s_gamma_05", 306.12, 3.65);
    edgeFaceLine(lines, "edgeface_base", 1398.83, 18.23);
    return lines;
  }

  private static void edgeFaceLine(List<String> lines, String name, double flops, double params) {
    CostTable ours = CostTable.of(TrainConfig.DEFAULTS.with(Map.of("network", name)).model());
    lines.add(
        String.format(
            Locale.ROOT,
            "%-20s | %16.2f %10.2f | %17.2f %10.2f",
            name,
            flops,
            ours.totalFlops() / 1e6,
            params,
            ours.totalParams() / 1e6));
  }
}
