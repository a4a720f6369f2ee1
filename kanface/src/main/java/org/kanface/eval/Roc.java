package org.kanface.eval;

import java.util.Arrays;

/// Receiver operating characteristic: true against false positive rate over all distinct scores.
///
/// Points go from (0, 0) to (1, 1), one for each distinct score in descending order: everything
/// scored that high or higher counts as positive. Where a class is empty, its rate is 0 throughout.
///
/// @param fpr false positive rates, ascending
/// @param tpr true positive rates, ascending
/// @param scores the lowest accepted score of each point; the first is infinite
public record Roc(double[] fpr, double[] tpr, double[] scores) {

  /// The full curve. Higher scores mean more alike; NaN scores rank below all others.
  public static Roc of(double[] scores, boolean[] same) {
    return RocBuilder.build(scores, same, false);
  }

  /// [#of] and [#simplified] in one pass that never holds the full curve: for millions of scores it
  /// needs one more copy of them and the points that are kept.
  public static Roc simplifiedOf(double[] scores, boolean[] same) {
    return RocBuilder.build(scores, same, true);
  }

  /// The curve without the inner points that lie between two steps of equal size: scikit-learn's
  /// `drop_intermediate`. The point after (0, 0) and the last one stay.
  public Roc simplified() {
    int n = fpr.length;
    int[] keep = new int[n];
    int kept = 0;
    for (int i = 0; i < n; i++) {
      if (i < 2 || i == n - 1 || bends(fpr, i) || bends(tpr, i)) {
        keep[kept++] = i;
      }
    }
    int[] index = Arrays.copyOf(keep, kept);
    return new Roc(pick(fpr, index), pick(tpr, index), pick(scores, index));
  }

  // A step is a whole number of pairs over the size of the class; 1e-12 is rounding of the rates.
  private static boolean bends(double[] rate, int i) {
    return Math.abs(rate[i + 1] - 2 * rate[i] + rate[i - 1]) > 1e-12;
  }

  private static double[] pick(double[] values, int[] index) {
    return Arrays.stream(index).mapToDouble(i -> values[i]).toArray();
  }

  /// Area under the curve by the trapezoid rule: the probability that a random pair of one person
  /// scores higher than a random pair of two. 0 where a class is empty.
  public double auc() {
    double area = 0;
    for (int i = 1; i < fpr.length; i++) {
      area += (fpr[i] - fpr[i - 1]) * (tpr[i] + tpr[i - 1]) / 2;
    }
    return area;
  }

  /// TAR@FAR as usually defined: the highest true positive rate among points whose false positive
  /// rate is at most `far`.
  public double tarAtMost(double far) {
    double best = 0;
    for (int i = 0; i < fpr.length && fpr[i] <= far; i++) {
      best = tpr[i];
    }
    return best;
  }

  /// TAR@FAR on the straight lines between the points of the curve; where it stands upright at
  /// `far`, its upper end.
  ///
  /// Never below [#tarAtMost]. Of rates that only a few pairs could resolve it makes neither a jump
  /// up nor one down.
  public double tarInterpolated(double far) {
    int after = 0;
    while (after < fpr.length && fpr[after] <= far) {
      after++;
    }
    if (after == 0 || after == fpr.length) {
      return after == 0 ? 0 : tpr[after - 1];
    }
    double part = (far - fpr[after - 1]) / (fpr[after] - fpr[after - 1]);
    return tpr[after - 1] + part * (tpr[after] - tpr[after - 1]);
  }

  /// TAR@FAR as InsightFace's IJB script reports it: the true positive rate of the point of the
  /// [#simplified] curve whose false positive rate is **nearest** to `far`, the highest of several.
  ///
  /// The nearest point may lie above `far`, so this can exceed [#tarAtMost].
  public double tarNearest(double far) {
    Roc curve = simplified();
    int best = curve.fpr.length - 1;
    for (int i = best - 1; i >= 0; i--) {
      if (Math.abs(curve.fpr[i] - far) < Math.abs(curve.fpr[best] - far)) {
        best = i;
      }
    }
    return curve.tpr[best];
  }
}
