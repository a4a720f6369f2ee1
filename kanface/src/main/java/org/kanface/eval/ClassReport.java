package org.kanface.eval;

/// How well images were given to known classes, by scikit-learn's definitions.
///
/// Of a class, precision is the correct part of what was given to it, recall the found part of its
/// own images, and `F1 = 2 precision recall / (precision + recall)`; each is 0 where it would be
/// `0 / 0`. Weighted means count every class by its own images, so that a class without images has
/// no weight; macro means count all classes alike that have images or were given some.
///
/// @param images how many
/// @param accuracy correct part of all images
/// @param present classes that have images
public record ClassReport(int images, double accuracy, int present, Scores weighted, Scores macro) {

  /// Means over classes.
  public record Scores(double precision, double recall, double f1) {}

  /// Judges `predicted[i]` against `truth[i]`, both in `0 … classes − 1`. All scores of no images
  /// are NaN. Throws [EvaluationException] for a class outside.
  public static ClassReport of(int[] truth, int[] predicted, int classes) {
    if (truth.length != predicted.length) {
      throw new EvaluationException(
          "expected one prediction an image, got %d for %d images"
              .formatted(predicted.length, truth.length));
    }
    long[] own = new long[classes];
    long[] given = new long[classes];
    long[] hit = new long[classes];
    long correct = 0;
    for (int i = 0; i < truth.length; i++) {
      own[checked(truth[i], classes)]++;
      given[checked(predicted[i], classes)]++;
      if (truth[i] == predicted[i]) {
        hit[truth[i]]++;
        correct++;
      }
    }
    var weighted = new double[3];
    var macro = new double[3];
    int seen = 0;
    int present = 0;
    for (int c = 0; c < classes; c++) {
      if (own[c] + given[c] == 0) {
        continue;
      }
      seen++;
      present += own[c] > 0 ? 1 : 0;
      double[] scores = {
        ratio(hit[c], given[c]), ratio(hit[c], own[c]), ratio(2 * hit[c], own[c] + given[c])
      };
      for (int s = 0; s < scores.length; s++) {
        macro[s] += scores[s];
        weighted[s] += scores[s] * own[c];
      }
    }
    int n = truth.length;
    return new ClassReport(n, (double) correct / n, present, mean(weighted, n), mean(macro, seen));
  }

  private static double ratio(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }

  private static Scores mean(double[] sums, int count) {
    return new Scores(sums[0] / count, sums[1] / count, sums[2] / count);
  }

  private static int checked(int label, int classes) {
    if (label < 0 || label >= classes) {
      throw new EvaluationException("class %d: expected 0 to %d".formatted(label, classes - 1));
    }
    return label;
  }
}
