package org.kanface.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.kanface.config.TrainConfig;
import org.kanface.data.image.ImageCodec;
import org.kanface.data.image.RgbImage;
import org.kanface.data.verify.VerificationSet;
import org.kanface.eval.HardPair;
import org.kanface.eval.VerificationResult;
import org.kanface.nn.Module;
import org.kanface.nn.backbone.KanFace;
import org.kanface.nn.kan.KANLinear;
import org.kanface.report.EdgeCurve;
import org.kanface.report.HtmlReport;
import org.kanface.report.PairImages;
import org.kanface.report.RunReport;
import org.kanface.report.RunResult;

/// Gathers what the report of a run shows.
final class ReportPage {
  private static final int EDGES = 24;
  private static final int POINTS = 121;
  private static final double REACH = 1.5; // edges are drawn on [-1.5, 1.5]

  private ReportPage() {}

  static void write(
      Path path,
      TrainConfig config,
      History history,
      RunResult result,
      List<PairImages> hardest,
      Module network)
      throws IOException {
    var facts = new LinkedHashMap<String, String>();
    facts.put("network", config.model().network());
    facts.put("data", config.data().rec());
    HtmlReport.write(
        path,
        new RunReport(
            config.name(),
            facts,
            config.toMap(),
            history.lossSeries(),
            history.rateSeries(),
            history.accuracySeries(),
            EpochJudge.curves(history.epochs()),
            result,
            hardest,
            edges(network)));
  }

  /// Images of the worst pairs, of generated people only: nobody's photograph goes into a report.
  static List<PairImages> hardest(TrainConfig config, RunResult result, List<VerificationSet> sets)
      throws IOException {
    var out = new ArrayList<PairImages>();
    for (VerificationSet set : sets) {
      if (!set.name().equals("synthetic")) {
        continue;
      }
      var faces = set.faces(config.model().imageSize(), Networks.fit(config.model()));
      for (VerificationResult r : result.sets()) {
        if (r.name().equals(set.name())) {
          for (HardPair hard : r.hardest()) {
            VerificationSet.Pair pair = set.pairs().get(hard.pair());
            out.add(
                new PairImages(
                    set.name(), hard, png(faces.image(pair.a())), png(faces.image(pair.b()))));
          }
        }
      }
    }
    return out;
  }

  private static byte[] png(RgbImage image) {
    return ImageCodec.encodePng(image);
  }

  /// Edge functions spread over the inputs and outputs of a KAN head.
  private static List<EdgeCurve> edges(Module network) {
    if (!(network instanceof KanFace kanFace)) {
      return List.of();
    }
    KANLinear head = kanFace.head();
    var x = new double[POINTS];
    for (int i = 0; i < POINTS; i++) {
      x[i] = REACH * (2.0 * i / (POINTS - 1) - 1);
    }
    var out = new ArrayList<EdgeCurve>();
    for (int e = 0; e < EDGES; e++) {
      long input = e * head.config().in() / EDGES;
      long output = e * 7919L % head.config().out(); // a prime spreads them
      KANLinear.Edge edge = head.edge(input, output, x);
      out.add(new EdgeCurve((int) input, (int) output, x, edge.whole(), edge.spline()));
    }
    return out;
  }
}
