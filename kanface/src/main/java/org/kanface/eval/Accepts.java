package org.kanface.eval;

/// How many pairs of each fold and class are accepted at each threshold `i * step`, `0 <= i <
/// count`.
///
/// A pair is accepted where its distance is **below** the threshold (strict).
final class Accepts {
  final double step;
  final int count;
  final int[][] same; // [fold][threshold], accepted pairs of one person
  final int[][] different; // [fold][threshold], accepted pairs of two people
  final int[] sameTotal; // [fold]
  final int[] differentTotal; // [fold]

  Accepts(double[] distances, boolean[] isSame, Folds folds, double step, int count) {
    this.step = step;
    this.count = count;
    same = new int[folds.count()][count];
    different = new int[folds.count()][count];
    sameTotal = new int[folds.count()];
    differentTotal = new int[folds.count()];
    for (int p = 0; p < distances.length; p++) {
      int f = folds.of(p);
      (isSame[p] ? sameTotal : differentTotal)[f]++;
      int first = firstAbove(distances[p]);
      if (first < count) {
        (isSame[p] ? same : different)[f][first]++;
      }
    }
    for (int f = 0; f < folds.count(); f++) {
      for (int i = 1; i < count; i++) {
        same[f][i] += same[f][i - 1];
        different[f][i] += different[f][i - 1];
      }
    }
  }

  /// The threshold of index `i`, with the rounding of `numpy.arange`: one product.
  double threshold(int i) {
    return i * step;
  }

  /// The first index whose threshold is above `distance`; `count` where there is none (NaN too).
  private int firstAbove(double distance) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (distance < threshold(middle)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /// `part / whole`, and 0 where a class is empty.
  static double share(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }
}
