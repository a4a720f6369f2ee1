package org.kanface.eval;

/// Which fold each pair belongs to: pair `p` is in fold `of(p)`, folds count from 0.
///
/// Cross-validation picks a threshold on all folds but one and measures on that one. Immutable.
public final class Folds {
  private final int[] fold; // [pairs]
  private final int count;

  private Folds(int[] fold, int count) {
    this.fold = fold;
    this.count = count;
  }

  /// Contiguous folds without shuffling: the first `pairs mod count` folds have one pair more than
  /// the others (the rule of scikit-learn's `KFold`).
  ///
  /// Throws [EvaluationException] where there are fewer pairs than folds or fewer than two folds.
  public static Folds contiguous(int pairs, int count) {
    checkCount(count);
    if (pairs < count) {
      throw new EvaluationException(
          "verification needs at least as many pairs as folds: expected %d or more, got %d"
              .formatted(count, pairs));
    }
    int[] fold = new int[pairs];
    int next = 0;
    for (int f = 0; f < count; f++) {
      int size = pairs / count + (f < pairs % count ? 1 : 0);
      for (int end = next + size; next < end; next++) {
        fold[next] = f;
      }
    }
    return new Folds(fold, count);
  }

  /// The folds that a protocol prescribes, one entry a pair, such as the ten sets of LFW's
  /// `pairs.txt`.
  ///
  /// Throws [EvaluationException] where a fold is negative or empty or there are fewer than two
  /// folds.
  public static Folds of(int... foldOfPair) {
    int count = 0;
    for (int f : foldOfPair) {
      if (f < 0) {
        throw new EvaluationException("folds count from 0, got %d".formatted(f));
      }
      count = Math.max(count, f + 1);
    }
    checkCount(count);
    int[] sizes = new int[count];
    for (int f : foldOfPair) {
      sizes[f]++;
    }
    for (int f = 0; f < count; f++) {
      if (sizes[f] == 0) {
        throw new EvaluationException("fold %d of %d has no pairs".formatted(f, count));
      }
    }
    return new Folds(foldOfPair.clone(), count);
  }

  /// The number of folds.
  public int count() {
    return count;
  }

  /// The number of pairs over all folds.
  public int pairs() {
    return fold.length;
  }

  /// The fold of one pair.
  public int of(int pair) {
    return fold[pair];
  }

  private static void checkCount(int count) {
    if (count < 2) {
      throw new EvaluationException(
          "cross-validation needs 2 folds or more, got %d".formatted(count));
    }
  }
}
