package org.kanface.eval;

import java.util.Arrays;

/// Cross-validated verification accuracy, the protocol of LFW as InsightFace computes it.
///
/// Thresholds on the squared distance of unit vectors are 0.00, 0.01, …, 3.99. For each fold the
/// first threshold with the highest accuracy on the *other* folds is applied to the fold:
/// `accuracy = (true accepts + true rejects) / pairs of the fold`.
///
/// @param accuracies one a fold
/// @param thresholds the threshold chosen for each fold
/// @param tpr true accepts over pairs of one person at each threshold, mean over folds
/// @param fpr false accepts over pairs of two people at each threshold, mean over folds
public record FoldAccuracy(double[] accuracies, double[] thresholds, double[] tpr, double[] fpr) {
  private static final double STEP = 0.01;
  private static final int THRESHOLDS = 400;

  /// Measures squared distances, one a pair; `same[p]` says whether pair `p` shows one person.
  public static FoldAccuracy of(double[] distances, boolean[] same, Folds folds) {
    Verification.checkPairs(distances.length, same, folds);
    Accepts accepts = new Accepts(distances, same, folds, STEP, THRESHOLDS);
    int count = folds.count();
    int[][] right = new int[count][THRESHOLDS]; // correct decisions of each fold
    int[] rightTotal = new int[THRESHOLDS];
    double[] tpr = new double[THRESHOLDS];
    double[] fpr = new double[THRESHOLDS];
    for (int i = 0; i < THRESHOLDS; i++) {
      for (int f = 0; f < count; f++) {
        int falseAccepts = accepts.different[f][i];
        right[f][i] = accepts.same[f][i] + accepts.differentTotal[f] - falseAccepts;
        rightTotal[i] += right[f][i];
        tpr[i] += Accepts.share(accepts.same[f][i], accepts.sameTotal[f]) / count;
        fpr[i] += Accepts.share(falseAccepts, accepts.differentTotal[f]) / count;
      }
    }
    double[] accuracies = new double[count];
    double[] thresholds = new double[count];
    for (int f = 0; f < count; f++) {
      int best = 0;
      for (int i = 1; i < THRESHOLDS; i++) {
        if (rightTotal[i] - right[f][i] > rightTotal[best] - right[f][best]) {
          best = i;
        }
      }
      thresholds[f] = accepts.threshold(best);
      accuracies[f] = (double) right[f][best] / (accepts.sameTotal[f] + accepts.differentTotal[f]);
    }
    return new FoldAccuracy(accuracies, thresholds, tpr, fpr);
  }

  /// Mean accuracy over the folds.
  public double mean() {
    return Arrays.stream(accuracies).average().orElseThrow();
  }

  /// Population standard deviation of the folds' accuracies.
  public double std() {
    return std(accuracies);
  }

  /// Mean of the folds' thresholds.
  public double threshold() {
    return Arrays.stream(thresholds).average().orElseThrow();
  }

  static double std(double[] values) {
    double mean = Arrays.stream(values).average().orElseThrow();
    return Math.sqrt(
        Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().orElseThrow());
  }
}
