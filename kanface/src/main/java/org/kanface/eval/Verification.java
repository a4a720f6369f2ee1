package org.kanface.eval;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/// Face verification from embeddings, in double precision.
///
/// Image `2p` and image `2p + 1` form pair `p`. The embedding of an image is the sum of the
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

  /// Evaluates ten contiguous folds.
  ///
  /// @param embeddings raw network outputs `[2 * pairs, dim]`, row-major
  /// @param mirrored the same for the mirrored images; the very same array where flipping is off
  /// @param same whether each pair shows one person, `[pairs]`
  public static VerificationResult evaluate(
      String name, float[] embeddings, float[] mirrored, int dim, boolean[] same) {
    return evaluate(name, embeddings, mirrored, dim, same, contiguous(name, same));
  }

  /// Evaluates with the given folds. Throws [EvaluationException] where the sizes do not agree.
  public static VerificationResult evaluate(
      String name, float[] embeddings, float[] mirrored, int dim, boolean[] same, Folds folds) {
    long expected = 2L * same.length * dim;
    if (embeddings.length != expected || mirrored.length != expected) {
      throw new EvaluationException(
          "%s: expected 2 * %d * %d = %d values for %d pairs, got %d and %d for the mirrored images"
              .formatted(
                  name,
                  same.length,
                  dim,
                  expected,
                  same.length,
                  embeddings.length,
                  mirrored.length));
    }
    double norms = 0;
    double[] unit = new double[embeddings.length];
    for (int image = 0; image < 2 * same.length; image++) {
      int at = image * dim;
      norms += norm(embeddings, at, dim) + norm(mirrored, at, dim);
      double squares = 0;
      for (int i = at; i < at + dim; i++) {
        unit[i] = (double) embeddings[i] + mirrored[i];
        squares += unit[i] * unit[i];
      }
      double length = squares == 0 ? 1 : Math.sqrt(squares); // a zero row stays zero
      for (int i = at; i < at + dim; i++) {
        unit[i] /= length;
      }
    }
    double xnorm = norms / (4.0 * same.length);
    return evaluate(name, squaredDistances(unit, dim), same, folds, xnorm);
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
    for (int p = 0; p < distances.length; p++) {
      int a = 2 * p * dim;
      double sum = 0;
      for (int i = a; i < a + dim; i++) {
        double difference = rows[i] - rows[i + dim];
        sum += difference * difference;
      }
      distances[p] = sum;
    }
    return distances;
  }

  /// The ten contiguous folds of a set; names the set where it has too few pairs.
  public static Folds contiguous(String name, boolean[] same) {
    if (same.length < FOLDS) {
      throw new EvaluationException(
          "%s: verification needs %d pairs or more, got %d".formatted(name, FOLDS, same.length));
    }
    return Folds.contiguous(same.length, FOLDS);
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
