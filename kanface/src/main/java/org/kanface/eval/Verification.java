package org.kanface.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.kanface.data.verify.VerificationSet;

/// Face verification from embeddings, in double precision.
///
/// The embedding of an image is the sum of the
/// network's outputs for the image and its mirror image, divided by its L2 norm; pairs are judged
/// by the squared distance `d = |a - b|²` in [0, 4], which for unit vectors is `2 - 2 cos(a, b)`.
public final class Verification {
  /// The false accept rates at which TAR is reported.
  public static final List<String> FALSE_ACCEPT_RATES = List.of("1e-1", "1e-2", "1e-3", "1e-4");

  private static final int FOLDS = 10;
  private static final double VAL_FAR = 1e-3;
  private static final int HISTOGRAM_BINS = 80;
  private static final int HARDEST = 12; // of each class
  private static final double FARTHEST = 4;

  private Verification() {}

  /// Evaluates a set in its own folds.
  ///
  /// @param embeddings raw network outputs `[images of the set, dim]`, row-major
  /// @param mirrored the same for the mirrored images; the very same array where flipping is off
  public static VerificationResult evaluate(
      VerificationSet set, float[] embeddings, float[] mirrored, int dim) {
    boolean[] same = new boolean[set.pairs().size()];
    double[] distances = new double[same.length];
    double[] rows = unitRows(set.name(), set.images().size(), embeddings, mirrored, dim);
    for (int p = 0; p < same.length; p++) {
      VerificationSet.Pair pair = set.pairs().get(p);
      same[p] = pair.same();
      distances[p] = squaredDistance(rows, pair.a() * dim, pair.b() * dim, dim);
    }
    return evaluate(set.name(), distances, same, folds(set), xnorm(embeddings, mirrored, dim));
  }

  /// Evaluates images `2p` and `2p + 1` as pair `p`, in ten contiguous folds.
  ///
  /// @param embeddings raw network outputs `[2 * pairs, dim]`, row-major
  /// @param mirrored the same for the mirrored images
  /// @param same whether each pair shows one person, `[pairs]`
  public static VerificationResult evaluate(
      String name, float[] embeddings, float[] mirrored, int dim, boolean[] same) {
    double[] rows = unitRows(name, 2 * same.length, embeddings, mirrored, dim);
    double xnorm = xnorm(embeddings, mirrored, dim);
    return evaluate(name, squaredDistances(rows, dim), same, contiguous(name, same.length), xnorm);
  }

  /// Evaluates squared distances in [0, 4], one a pair, from any other source of similarity.
  public static VerificationResult evaluate(
      String name, double[] distances, boolean[] same, Folds folds, double xnorm) {
    checkPairs(distances.length, same, folds);
    int pairs = distances.length;
    double[] clean = new double[pairs];
    double[] similarity = new double[pairs];
    int nonFinite = 0;
    for (int p = 0; p < pairs; p++) {
      boolean finite = Double.isFinite(distances[p]);
      nonFinite += finite ? 0 : 1;
      clean[p] = finite ? distances[p] : FARTHEST;
      similarity[p] = 1 - clean[p] / 2;
    }
    FoldAccuracy accuracy = FoldAccuracy.of(clean, same, folds);
    Roc roc = Roc.of(similarity, same);
    return new VerificationResult(
        name,
        pairs,
        accuracy.mean(),
        accuracy.std(),
        accuracy.threshold(),
        roc.auc(),
        byRate(roc::tarAtMost),
        byRate(roc::tarNearest),
        ValidationRate.of(clean, same, folds, VAL_FAR),
        xnorm,
        nonFinite,
        roc,
        SimilarityHistogram.of(similarity, same, HISTOGRAM_BINS),
        hardest(similarity, same),
        OptionalDouble.empty());
  }

  /// Squared distances of the rows `2p` and `2p + 1` of `[2 * pairs, dim]`.
  public static double[] squaredDistances(double[] rows, int dim) {
    double[] distances = new double[rows.length / dim / 2];
    Arrays.setAll(distances, p -> squaredDistance(rows, 2 * p * dim, (2 * p + 1) * dim, dim));
    return distances;
  }

  /// The folds of a set as its pairs name them.
  static Folds folds(VerificationSet set) {
    if (set.folds() < 2) {
      throw new EvaluationException(
          "%s: too few pairs (%d) to cross-validate".formatted(set.name(), set.pairs().size()));
    }
    return Folds.of(set.pairs().stream().mapToInt(VerificationSet.Pair::fold).toArray());
  }

  private static Folds contiguous(String name, int pairs) {
    if (pairs < FOLDS) {
      throw new EvaluationException(
          "%s: verification needs %d pairs or more, got %d".formatted(name, FOLDS, pairs));
    }
    return Folds.contiguous(pairs, FOLDS);
  }

  /// Sums of original and mirrored rows divided by their norms, `[images, dim]`; a zero row stays
  /// zero.
  private static double[] unitRows(
      String name, int images, float[] embeddings, float[] mirrored, int dim) {
    long expected = (long) images * dim;
    if (embeddings.length != expected || mirrored.length != expected) {
      throw new EvaluationException(
          "%s: expected %d * %d = %d values for %d images, got %d and %d for the mirrored ones"
              .formatted(name, images, dim, expected, images, embeddings.length, mirrored.length));
    }
    double[] rows = new double[embeddings.length];
    for (int at = 0; at < rows.length; at += dim) {
      double squares = 0;
      for (int i = at; i < at + dim; i++) {
        rows[i] = (double) embeddings[i] + mirrored[i];
        squares += rows[i] * rows[i];
      }
      double length = squares == 0 ? 1 : Math.sqrt(squares);
      for (int i = at; i < at + dim; i++) {
        rows[i] /= length;
      }
    }
    return rows;
  }

  /// Mean L2 norm of all rows of both arrays.
  private static double xnorm(float[] embeddings, float[] mirrored, int dim) {
    double norms = 0;
    for (int at = 0; at < embeddings.length; at += dim) {
      norms += norm(embeddings, at, dim) + norm(mirrored, at, dim);
    }
    return norms / (2.0 * embeddings.length / dim);
  }

  private static double squaredDistance(double[] rows, int a, int b, int dim) {
    double sum = 0;
    for (int i = 0; i < dim; i++) {
      double difference = rows[a + i] - rows[b + i];
      sum += difference * difference;
    }
    return sum;
  }

  static void checkPairs(int pairs, boolean[] same, Folds folds) {
    if (pairs != same.length || pairs != folds.pairs()) {
      throw new EvaluationException(
          "verification: got %d distances, %d labels and folds for %d pairs"
              .formatted(pairs, same.length, folds.pairs()));
    }
  }

  private static double norm(float[] values, int at, int dim) {
    double squares = 0;
    for (int i = at; i < at + dim; i++) {
      squares += (double) values[i] * values[i];
    }
    return Math.sqrt(squares);
  }

  private static Map<String, Double> byRate(ToDoubleFunction<Double> tar) {
    Map<String, Double> rates = new LinkedHashMap<>();
    for (String far : FALSE_ACCEPT_RATES) {
      rates.put(far, tar.applyAsDouble(Double.valueOf(far)));
    }
    return Collections.unmodifiableMap(rates);
  }

  private static List<HardPair> hardest(double[] similarity, boolean[] same) {
    List<HardPair> all =
        IntStream.range(0, same.length)
            .mapToObj(p -> new HardPair(p, same[p], similarity[p]))
            .toList();
    Comparator<HardPair> ascending = Comparator.comparingDouble(HardPair::similarity);
    List<HardPair> hardest = new ArrayList<>();
    all.stream().filter(HardPair::same).sorted(ascending).limit(HARDEST).forEach(hardest::add);
    all.stream()
        .filter(p -> !p.same())
        .sorted(ascending.reversed())
        .limit(HARDEST)
        .forEach(hardest::add);
    return List.copyOf(hardest);
  }
}
