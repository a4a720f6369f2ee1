package org.kanface.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.kanface.config.ConfigException;
import org.kanface.data.image.RgbImage;
import org.kanface.data.verify.PairsFile;
import org.kanface.data.verify.VerificationSet;
import org.kanface.gallery.Embedding;
import org.kanface.gallery.LearnedThreshold;
import org.kanface.gallery.Metric;
import org.kanface.report.ProgressBar;
import org.kanface.report.Terminal;
import picocli.CommandLine.Option;

/// What tells one person from two.
final class DecisionOptions {
  /// The cosine from which EfficientFR takes two faces for one person.
  static final double COSINE_THRESHOLD = 0.5;

  @Option(
      names = "--metric",
      description = "cosine (larger is more alike) or euclidean distance (smaller).")
  private @Nullable Metric metric;

  @Option(
      names = "--threshold",
      description =
          "Cosine from which, or distance up to which, two faces are one person. Default: 0.5 for"
              + " cosine, as EfficientFR; none for euclidean.")
  private double threshold = Double.NaN;

  @Option(
      names = "--learn",
      paramLabel = "PAIRS",
      description =
          "Learn the threshold: that which decides most pairs of this list rightly, in the form of"
              + " LFW's pairs.txt, the images beside it.")
  private Path pairs = Path.of("");

  /// How faces are compared, and where the line is.
  ///
  /// @param threshold empty where there is none
  record Decision(Metric metric, OptionalDouble threshold) {
    /// `one person` or `two people`; empty without a threshold.
    String verdict(double value) {
      if (threshold.isEmpty()) {
        return "";
      }
      return metric.isAlike(value, threshold.getAsDouble()) ? "one person" : "two people";
    }
  }

  /// Whether the user asked for a metric or wants one chosen for a list.
  boolean chosen() {
    return metric != null || learns();
  }

  private boolean learns() {
    return !pairs.toString().isEmpty();
  }

  /// The threshold that the user gave.
  OptionalDouble given() {
    return Double.isNaN(threshold) ? OptionalDouble.empty() : OptionalDouble.of(threshold);
  }

  Metric metric() {
    return metric == null ? Metric.COSINE : metric;
  }

  /// Learns where that was asked for, and says on `out` what was learned.
  ///
  /// @param embed how an image becomes what is compared
  Decision decision(FaceSource faces, Function<RgbImage, Embedding> embed, PrintWriter out) {
    if (learns()) {
      if (given().isPresent()) {
        throw new ConfigException("--threshold and --learn: expected one of them");
      }
      return new Decision(metric(), OptionalDouble.of(learned(faces, embed, out)));
    }
    OptionalDouble limit = given();
    if (limit.isEmpty() && metric() == Metric.COSINE) {
      limit = OptionalDouble.of(COSINE_THRESHOLD);
    }
    return new Decision(metric(), limit);
  }

  private double learned(FaceSource faces, Function<RgbImage, Embedding> embed, PrintWriter out) {
    Path folder = pairs.toAbsolutePath().normalize().resolveSibling(".");
    try (VerificationSet set = PairsFile.open(pairs, folder)) {
      int images = set.images().size();
      var embeddings = new Embedding[images];
      try (var bar = new ProgressBar(Terminal.system(), "learn", images, "images")) {
        for (int i = 0; i < images; i++) {
          embeddings[i] = embed.apply(faces.face(Path.of(set.images().name(i))));
          bar.update(i + 1);
        }
      }
      List<VerificationSet.Pair> list = set.pairs();
      var values = new double[list.size()];
      var same = new boolean[list.size()];
      for (int p = 0; p < values.length; p++) {
        VerificationSet.Pair pair = list.get(p);
        values[p] = metric().compare(embeddings[pair.a()], embeddings[pair.b()]);
        same[p] = pair.same();
      }
      LearnedThreshold found = LearnedThreshold.of(values, same, metric());
      out.printf(
          Locale.ROOT,
          "threshold %.6f learned on %d pairs, of which it decides %.2f %% rightly%n",
          found.value(),
          values.length,
          100 * found.accuracy());
      return found.value();
    }
  }
}
