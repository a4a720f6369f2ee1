package org.kanface.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.kanface.config.Presets;
import org.kanface.eval.Folds;
import org.kanface.eval.HardPair;
import org.kanface.eval.Verification;
import org.kanface.eval.VerificationResult;

/// A made-up run with everything that a report can show.
final class SampleRun {
  private SampleRun() {}

  static VerificationResult set(String name, double gap) {
    Random random = new Random(name.hashCode());
    int pairs = 600;
    double[] distances = new double[pairs];
    boolean[] same = new boolean[pairs];
    for (int p = 0; p < pairs; p++) {
      same[p] = p % 2 == 0;
      distances[p] = Math.clamp((same[p] ? 2 - gap : 2) + 0.35 * random.nextGaussian(), 0, 4);
    }
    return Verification.evaluate(name, distances, same, Folds.contiguous(pairs, 10), 21.5)
        .withPixelBaseline(0.634);
  }

  static RunResult result() {
    return new RunResult(
        "demo",
        List.of(set("synthetic", 1.1), set("lfw <hard> & \"more\"", 0.7)),
        List.of("agedb_30"),
        3.25,
        new RunStats(412.5, 93.2, 1200, 812.4, 2, "CPU, 512-bit vectors", 42));
  }

  static RunReport report() throws IOException {
    double[] steps = new double[1200];
    double[] loss = new double[1200];
    Random random = new Random(3);
    Arrays.setAll(steps, i -> i + 1);
    Arrays.setAll(loss, i -> 18 * Math.exp(-i / 400.0) + 3 + random.nextGaussian() * 0.4);
    loss[600] = Double.NaN;
    double[] epochs = {200, 400, 600, 800, 1000, 1200};
    RunResult result = result();
    List<PairImages> hardest = new ArrayList<>();
    for (HardPair pair : result.sets().getFirst().hardest()) {
      hardest.add(new PairImages("synthetic", pair, png(pair.pair()), png(pair.pair() + 1)));
    }
    List<EdgeCurve> edges = new ArrayList<>();
    double[] x = new double[61];
    Arrays.setAll(x, i -> -1.5 + i * 0.05);
    for (int e = 0; e < 24; e++) {
      double phase = e;
      double[] spline = Arrays.stream(x).map(v -> 0.2 * Math.sin(4 * v + phase)).toArray();
      double[] y = new double[x.length];
      Arrays.setAll(y, i -> spline[i] + 0.1 * x[i] / (1 + Math.exp(-x[i])));
      edges.add(new EdgeCurve(e * 7, e * 13, x, y, spline));
    }
    return new RunReport(
        "demo on generated faces",
        Map.of("network", "KANFace 0.6, grid 10"),
        Presets.get("demo").toMap(),
        List.of(new Series("loss", steps, loss)),
        List.of(
            new Series(
                "rate", steps, Arrays.stream(steps).map(s -> 2e-3 * (1 - s / 1200)).toArray())),
        List.of(
            new Series("synthetic", epochs, new double[] {.6, .7, .78, .83, .87, .89}),
            new Series("lfw", epochs, new double[] {.55, .6, .65, .7, .72, .74})),
        Map.of(),
        result,
        hardest,
        edges);
  }

  private static byte[] png(int seed) throws IOException {
    BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 256; i++) {
      image.setRGB(i % 16, i / 16, seed * 7919 + i * 257);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }
}
