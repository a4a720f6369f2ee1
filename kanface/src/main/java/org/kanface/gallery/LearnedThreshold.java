package org.kanface.gallery;

import java.util.Comparator;
import java.util.stream.IntStream;

/// Where to draw the line between one person and two, learned from pairs of which it is known.
///
/// @param value that decides most pairs rightly; of all such, the middle of the widest gap between
///     two neighbouring comparisons
/// @param accuracy part of the pairs that it decides rightly
public record LearnedThreshold(double value, double accuracy) {

  /// Learns from comparisons, one a pair; `same[p]` says whether pair `p` shows one person. Throws
  /// [IllegalArgumentException] where there is no pair, or where one is not finite.
  public static LearnedThreshold of(double[] comparisons, boolean[] same, Metric metric) {
    int n = comparisons.length;
    if (n == 0 || same.length != n) {
      throw new IllegalArgumentException(
          "[threshold] expected as many comparisons as pairs, and one or more, got %d and %d"
              .formatted(n, same.length));
    }
    for (double c : comparisons) {
      if (!Double.isFinite(c)) {
        throw new IllegalArgumentException("[threshold] expected finite comparisons, got " + c);
      }
    }
    Comparator<Integer> likeness = Comparator.comparingDouble(i -> comparisons[i]);
    int[] order = // the most alike first
        IntStream.range(0, n)
            .boxed()
            .sorted(metric == Metric.COSINE ? likeness.reversed() : likeness)
            .mapToInt(Integer::intValue)
            .toArray();
    int right = (int) IntStream.range(0, n).filter(i -> !same[i]).count(); // all are two people
    int best = right;
    double value = beyond(comparisons[order[0]], metric);
    double widest = 0;
    for (int i = 0; i < n; i++) {
      right += same[order[i]] ? 1 : -1;
      boolean last = i == n - 1;
      double here = comparisons[order[i]];
      double next = last ? here : comparisons[order[i + 1]];
      double gap = Math.abs(next - here);
      if ((gap > 0 || last) && (right > best || (right == best && gap > widest))) {
        best = right;
        double middle = (here + next) / 2;
        value = middle == next ? here : middle; // neighbours have nothing between them
        widest = gap;
      }
    }
    return new LearnedThreshold(value, (double) best / n);
  }

  /// The nearest number to `c` that is more alike.
  private static double beyond(double c, Metric metric) {
    return metric == Metric.COSINE ? Math.nextUp(c) : Math.nextDown(c);
  }
}
