package org.kanface.eval;

import java.util.Arrays;

/// VAL@FAR: the share of genuine pairs accepted where the false accept rate is held at a target,
/// cross-validated (Schroff et al. 2015, "FaceNet", arXiv:1503.03832, section 4).
///
/// For each fold the threshold comes from the other folds: over thresholds 0.000, 0.001, …, 3.999
/// it is interpolated linearly as a function of the false accept rate. That rate is a staircase;
/// the segment used starts at the **last** threshold whose rate is at most the target. Where the
/// rate never reaches the target, the threshold is 0. Rates of an empty class are 0.
///
/// @param val mean share of accepted pairs of one person
/// @param std population standard deviation of the folds' shares
/// @param far mean share of accepted pairs of two people, as measured on the held-out folds
public record ValidationRate(double val, double std, double far) {
  private static final double STEP = 0.001;
  private static final int THRESHOLDS = 4000;

  /// Measures squared distances, one a pair, at the false accept rate `target`.
  public static ValidationRate of(double[] distances, boolean[] same, Folds folds, double target) {
    Verification.checkPairs(distances.length, same, folds);
    Accepts accepts = new Accepts(distances, same, folds, STEP, THRESHOLDS);
    int count = folds.count();
    long differentTotal = Arrays.stream(accepts.differentTotal).asLongStream().sum();
    int[] falseTotal = new int[THRESHOLDS];
    for (int[] accepted : accepts.different) {
      for (int i = 0; i < THRESHOLDS; i++) {
        falseTotal[i] += accepted[i];
      }
    }
    double[] thresholds = new double[count];
    for (int f = 0; f < count; f++) {
      double[] far = new double[THRESHOLDS];
      for (int i = 0; i < THRESHOLDS; i++) {
        far[i] =
            Accepts.share(
                falseTotal[i] - accepts.different[f][i],
                differentTotal - accepts.differentTotal[f]);
      }
      thresholds[f] = interpolate(far, target);
    }
    double[] val = new double[count];
    double far = 0;
    int[] sameAccepted = new int[count];
    int[] differentAccepted = new int[count];
    for (int p = 0; p < distances.length; p++) {
      int f = folds.of(p);
      if (distances[p] < thresholds[f]) {
        (same[p] ? sameAccepted : differentAccepted)[f]++;
      }
    }
    for (int f = 0; f < count; f++) {
      val[f] = Accepts.share(sameAccepted[f], accepts.sameTotal[f]);
      far += Accepts.share(differentAccepted[f], accepts.differentTotal[f]) / count;
    }
    return new ValidationRate(
        Arrays.stream(val).average().orElseThrow(), FoldAccuracy.std(val), far);
  }

  private static double interpolate(double[] far, double target) {
    int last = far.length - 1;
    if (far[last] < target) { // the rates never fall, so the last one is the largest
      return 0;
    }
    int j = last;
    while (j > 0 && far[j] > target) {
      j--;
    }
    double from = j * STEP;
    if (j == last) {
      return from;
    }
    double to = (j + 1) * STEP;
    return from + (target - far[j]) / (far[j + 1] - far[j]) * (to - from);
  }
}
