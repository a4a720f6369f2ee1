package org.kanface.eval.cost;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.kanface.config.ModelConfig;
import org.kanface.config.TrainConfig;

/// A published size of a network beside ours.
///
/// @param table where it was published
/// @param network its name there
/// @param quantity what was counted, and in which unit
/// @param printed the number, digit by digit as published
/// @param unit what one of it stands for
/// @param computed ours
public record Published(
    String table, String network, String quantity, String printed, long unit, long computed) {
  private static final long MEGA = 1_000_000;
  private static final long GIGA = 1_000_000_000;

  /// Ours in the published unit, rounded half up to as many digits.
  public String rounded() {
    int digits = new BigDecimal(printed).scale();
    return BigDecimal.valueOf(computed)
        .divide(BigDecimal.valueOf(unit), digits, RoundingMode.HALF_UP)
        .toPlainString();
  }

  /// Whether ours is the same to the last published digit.
  public boolean agrees() {
    return rounded().equals(printed);
  }

  /// Every number, in the order of the tables.
  public static List<Published> all() {
    var out = new ArrayList<Published>();
    kanFace(out);
    edgeFace(out);
    iResNets(out);
    insightFace(out);
    efficientFr(out);
    return out;
  }

  private static void kanFace(List<Published> out) {
    String[][] rows = {
      {"0.6", "15", "211.06", "3.75"}, {"0.6", "20", "225.31", "4.25"},
      {"0.6", "25", "239.56", "4.74"}, {"0.6", "30", "253.82", "5.23"},
      {"0.5", "15", "396.85", "6.8"}, {"0.5", "20", "419.42", "7.58"},
      {"0.5", "25", "441.99", "8.35"}, {"0.5", "30", "464.56", "9.13"}
    };
    for (String[] row : rows) {
      double ratio = Double.parseDouble(row[0]);
      int grid = Integer.parseInt(row[1]);
      CostTable ours = CostTable.of(model(Map.of("rank_ratio", ratio, "grid_size", grid)));
      String name = "KANFace %s/%s".formatted(row[0], row[1]);
      out.add(new Published("KANFace", name, "MFLOPs", row[2], MEGA, ours.totalFlops()));
      out.add(new Published("KANFace", name, "MParams", row[3], MEGA, ours.totalParams()));
    }
  }

  private static void edgeFace(List<Published> out) {
    String[][] rows = {
      {"edgeface_xxs", "94.72", "1.24"}, {"edgeface_xs_gamma_06", "154.00", "1.77"},
      {"edgeface_s_gamma_05", "306.12", "3.65"}, {"edgeface_base", "1398.83", "18.23"}
    };
    for (String[] row : rows) {
      CostTable ours = CostTable.of(model(Map.of("network", row[0])));
      out.add(new Published("EdgeFace", row[0], "MFLOPs", row[1], MEGA, ours.totalFlops()));
      out.add(new Published("EdgeFace", row[0], "MParams", row[2], MEGA, ours.totalParams()));
    }
  }

  private static void iResNets(List<Published> out) {
    String[][] rows = { // parameters, trained, with a 3×3 stem; MACs, with a 3×3 stem; counter
      {
        "r18", "11450368", "11449856", "11442688", "14720", "2693709824", "2597371904", "2707158528"
      },
      {
        "r34", "21564096", "21563584", "21556416", "25856", "4543397888", "4447059968", "4561236992"
      },
      {
        "r50", "31015616", "31015104", "31007936", "38144", "6393085952", "6296748032", "6413734912"
      },
      {
        "r100",
        "52580928",
        "52580416",
        "52573248",
        "69632",
        "12173361152",
        "12077023232",
        "12205952000"
      },
      {
        "r200",
        "106258688",
        "106258176",
        "106251008",
        "136064",
        "23502700544",
        "23406362624",
        "23559702016"
      }
    };
    for (String[] row : rows) {
      ConvNet wide = ConvNet.of(model(Map.of("network", row[0])));
      ConvNet narrow = ConvNet.of(model(Map.of("network", row[0], "stem_kernel", 3)));
      long params = wide.cost().params();
      long fixed = TrainConfig.DEFAULTS.model().embeddingSize(); // scales of the last batch norm
      String[] quantities = {
        "params",
        "trained",
        "params, 3x3 stem",
        "running values",
        "MACs",
        "MACs, 3x3 stem",
        "counter"
      };
      long[] ours = {
        params,
        params - fixed,
        narrow.cost().params(),
        wide.runningValues(),
        wide.cost().macs(),
        narrow.cost().macs(),
        wide.cost().counterFlops()
      };
      for (int i = 0; i < ours.length; i++) {
        out.add(new Published("iResNet GWP", row[0], quantities[i], row[i + 1], 1, ours[i]));
      }
    }
  }

  private static void insightFace(List<Published> out) {
    String[][] rows = {
      {"r18", "24025600", ""},
      {"r34", "34139328", ""},
      {"r50", "43590848", "6.309"},
      {"r100", "65156160", "12.090"},
      {"r200", "118833920", ""}
    };
    for (String[] row : rows) {
      Cost ours =
          ConvNet.of(model(Map.of("network", row[0], "pooling", "flatten", "stem_kernel", 3)))
              .cost();
      out.add(new Published("InsightFace", row[0], "params", row[1], 1, ours.params()));
      if (!row[2].isEmpty()) {
        out.add(new Published("InsightFace", row[0], "GMACs", row[2], GIGA, ours.macs()));
      }
    }
  }

  private static void efficientFr(List<Published> out) {
    String[][] rows = {
      {"stem", "928", "10838016"}, {"stage1", "12064", "146513920"},
      {"stage2", "44608", "137482240"}, {"stage3", "171136", "132966400"},
      {"stage4", "669952", "130708480"}, {"embedding", "263680", "262144"}
    };
    Map<String, Cost> parts = new LinkedHashMap<>();
    ConvNet.efficientFrParts(224, 512).forEach((name, net) -> parts.put(name, net.cost()));
    for (String[] row : rows) {
      Cost part = parts.get(row[0]);
      if (part == null) {
        throw new IllegalStateException("EfficientFR has no part called " + row[0]);
      }
      out.add(new Published("EfficientFR", row[0], "params", row[1], 1, part.params()));
      out.add(new Published("EfficientFR", row[0], "MACs at 224", row[2], 1, part.macs()));
    }
    Cost small = ConvNet.of(model(Map.of("network", "EfficientFR"))).cost();
    Cost large = ConvNet.of(model(Map.of("network", "EfficientFR", "image_size", 224))).cost();
    String all = "EfficientFR";
    out.add(new Published("EfficientFR", all, "params", "1162368", 1, large.params()));
    out.add(new Published("EfficientFR", all, "MACs at 224", "558771200", 1, large.macs()));
    out.add(new Published("EfficientFR", all, "GMACs at 224", "0.559", GIGA, large.macs()));
    out.add(new Published("EfficientFR", all, "MACs at 112", "139889408", 1, small.macs()));
  }

  private static ModelConfig model(Map<String, ?> values) {
    return TrainConfig.DEFAULTS.with(values).model();
  }

  /// One line a network and table, `=` between equal numbers and `≠` between others; then every
  /// network as it is; then what differs.
  public static List<String> lines() {
    List<Published> all = all();
    List<String> lines = new ArrayList<>();
    String table = "";
    for (Published cell : all) {
      if (!cell.table.equals(table)) {
        table = cell.table;
        lines.add((lines.isEmpty() ? "" : "\n") + table + ", published and computed");
      }
      lines.add(
          String.format(
              Locale.ROOT,
              "  %-22s %-18s %14s %s %s%s",
              cell.network,
              cell.quantity,
              cell.printed,
              cell.agrees() ? "=" : "≠",
              cell.rounded(),
              cell.unit == 1 ? "" : " (" + cell.computed + ")"));
    }
    lines.add("\nevery network as it is, at its image size");
    for (String network : ModelConfig.NETWORKS) {
      int side = network.equals("EfficientFR") ? 224 : 112;
      CostTable ours = CostTable.of(model(Map.of("network", network, "image_size", side)));
      lines.add(
          String.format(
              Locale.ROOT,
              "  %-22s %9.2f MFLOPs %8.2f MParams at %d",
              network,
              ours.actualTotalFlops() / 1e6,
              ours.actualTotalParams() / 1e6,
              side));
    }
    List<Published> differing = all.stream().filter(cell -> !cell.agrees()).toList();
    lines.add(
        "\n%d of %d published numbers come out to their last digit"
            .formatted(all.size() - differing.size(), all.size()));
    return lines;
  }
}
