package org.kanface.eval;

import java.util.Arrays;

/// Builds a [Roc] from scores: both classes are sorted by themselves and merged from the top.
final class RocBuilder {
  private final boolean simplify;
  private final int same;
  private final int different;
  private double[] fpr = new double[1024]; // counts until the end
  private double[] tpr = new double[1024];
  private double[] scores = new double[1024];
  private int points;

  private int seen; // points of the full curve so far, the waiting one included
  private int waitingFalse; // the last of them, kept or not once its successor is known
  private int waitingTrue;
  private double waitingScore;
  private int stepFalse; // from its predecessor to it
  private int stepTrue;

  private RocBuilder(int same, int different, boolean simplify) {
    this.same = same;
    this.different = different;
    this.simplify = simplify;
  }

  static Roc build(double[] scores, boolean[] same, boolean simplify) {
    if (scores.length != same.length) {
      throw new EvaluationException(
          "a ROC needs a label for each score: got %d scores and %d labels"
              .formatted(scores.length, same.length));
    }
    int positives = 0;
    for (boolean s : same) {
      positives += s ? 1 : 0;
    }
    double[] of = ranked(scores, same, true, positives);
    double[] others = ranked(scores, same, false, same.length - positives);
    return new RocBuilder(of.length, others.length, simplify).merge(of, others);
  }

  /// The scores of one class, ascending; NaN as negative infinity and -0 as 0.
  private static double[] ranked(double[] scores, boolean[] same, boolean which, int count) {
    double[] some = new double[count];
    int at = 0;
    for (int i = 0; i < scores.length; i++) {
      if (same[i] == which) {
        some[at++] = Double.isNaN(scores[i]) ? Double.NEGATIVE_INFINITY : scores[i] + 0.0;
      }
    }
    Arrays.sort(some);
    return some;
  }

  private Roc merge(double[] of, double[] others) {
    add(0, 0, Double.POSITIVE_INFINITY);
    int s = of.length;
    int d = others.length;
    while (s > 0 || d > 0) {
      double score =
          Math.max(
              s > 0 ? of[s - 1] : Double.NEGATIVE_INFINITY,
              d > 0 ? others[d - 1] : Double.NEGATIVE_INFINITY);
      while (s > 0 && of[s - 1] == score) {
        s--;
      }
      while (d > 0 && others[d - 1] == score) {
        d--;
      }
      add(others.length - d, of.length - s, score);
    }
    keep();
    for (int i = 0; i < points; i++) {
      fpr[i] = different == 0 ? 0 : fpr[i] / different;
      tpr[i] = same == 0 ? 0 : tpr[i] / same;
    }
    return new Roc(
        Arrays.copyOf(fpr, points), Arrays.copyOf(tpr, points), Arrays.copyOf(scores, points));
  }

  /// Takes the next point of the full curve, and keeps the one before it unless that one lies
  /// between two equal steps and `simplify` says so. The point after (0, 0) is kept.
  private void add(int accepted, int right, double score) {
    int acrossFalse = accepted - waitingFalse;
    int acrossTrue = right - waitingTrue;
    boolean between = seen > 2 && acrossFalse == stepFalse && acrossTrue == stepTrue;
    if (seen > 0 && !(simplify && between)) {
      keep();
    }
    seen++;
    waitingFalse = accepted;
    waitingTrue = right;
    waitingScore = score;
    stepFalse = acrossFalse;
    stepTrue = acrossTrue;
  }

  private void keep() {
    if (points == fpr.length) {
      fpr = Arrays.copyOf(fpr, 2 * points);
      tpr = Arrays.copyOf(tpr, 2 * points);
      scores = Arrays.copyOf(scores, 2 * points);
    }
    fpr[points] = waitingFalse;
    tpr[points] = waitingTrue;
    scores[points++] = waitingScore;
  }
}
