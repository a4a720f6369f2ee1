package org.kanface.data.split;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.kanface.kernels.Mt19937;

/// Draws a share of labelled rows so that every label gives about that share: the rows of
/// scikit-learn's `train_test_split(stratify=labels, random_state=seed)`.
///
/// Of `n` rows `⌈share · n⌉` are drawn. What is due to a label is rounded down; the units missing
/// go to the labels with the largest remainders, ties by lot. Rows and lots come from MT19937 as
/// NumPy permutes with it.
///
/// @param kept rows that were not drawn, in drawn order
/// @param drawn the share, in drawn order
record StratifiedShuffle(int[] kept, int[] drawn) {

  /// Cuts the rows `0 … labels.length − 1`; `share` in (0, 1).
  static StratifiedShuffle of(int[] labels, double share, long seed) {
    int n = labels.length;
    int wanted = (int) Math.ceil(share * n);
    int[][] rows = rowsByLabel(labels);
    long[] counts = Arrays.stream(rows).mapToLong(r -> r.length).toArray();
    var random = new Mt19937(seed);
    long[] keep = allocate(counts, n - wanted, random);
    long[] rest = IntStream.range(0, counts.length).mapToLong(i -> counts[i] - keep[i]).toArray();
    long[] draw = allocate(rest, wanted, random);
    int[] kept = new int[n - wanted];
    int[] drawn = new int[wanted];
    int k = 0;
    int d = 0;
    for (int label = 0; label < rows.length; label++) {
      int[] order = permutation(rows[label].length, random);
      for (int i = 0; i < keep[label]; i++) {
        kept[k++] = rows[label][order[i]];
      }
      for (int i = 0; i < draw[label]; i++) {
        drawn[d++] = rows[label][order[(int) keep[label] + i]];
      }
    }
    return new StratifiedShuffle(shuffled(kept, random), shuffled(drawn, random));
  }

  /// The rows of each label that occurs, labels ascending.
  private static int[][] rowsByLabel(int[] labels) {
    int[] distinct = Arrays.stream(labels).distinct().sorted().toArray();
    int[] sizes = new int[distinct.length];
    for (int label : labels) {
      sizes[Arrays.binarySearch(distinct, label)]++;
    }
    int[][] rows = new int[distinct.length][];
    Arrays.setAll(rows, i -> new int[sizes[i]]);
    int[] filled = new int[distinct.length];
    for (int i = 0; i < labels.length; i++) {
      int label = Arrays.binarySearch(distinct, labels[i]);
      rows[label][filled[label]++] = i;
    }
    return rows;
  }

  /// Deals `draws` units by `counts`: the mode of a multivariate hypergeometric distribution,
  /// nearly.
  private static long[] allocate(long[] counts, long draws, Mt19937 random) {
    double total = Arrays.stream(counts).sum();
    int n = counts.length;
    double[] remainder = new double[n];
    long[] dealt = new long[n];
    for (int i = 0; i < n; i++) {
      double due = counts[i] / total * draws;
      dealt[i] = (long) Math.floor(due);
      remainder[i] = due - dealt[i];
    }
    long missing = draws - Arrays.stream(dealt).sum();
    double[] values = Arrays.stream(remainder).distinct().sorted().toArray();
    for (int v = values.length - 1; v >= 0 && missing > 0; v--) {
      double value = values[v];
      int[] tied = IntStream.range(0, n).filter(i -> remainder[i] == value).toArray();
      int[] order = permutation(tied.length, random); // drawn even where all get one
      int take = (int) Math.min(tied.length, missing);
      for (int i = 0; i < take; i++) {
        dealt[tied[order[i]]]++;
      }
      missing -= take;
    }
    return dealt;
  }

  private static int[] shuffled(int[] values, Mt19937 random) {
    return Arrays.stream(permutation(values.length, random)).map(i -> values[i]).toArray();
  }

  /// NumPy's legacy permutation: from the last place down, each is swapped with one up to itself.
  static int[] permutation(int n, Mt19937 random) {
    int[] order = IntStream.range(0, n).toArray();
    for (int i = n - 1; i > 0; i--) {
      int j = bounded(i, random);
      int held = order[i];
      order[i] = order[j];
      order[j] = held;
    }
    return order;
  }

  /// Uniform in `0 … max`: 32-bit draws, cut to as many bits as `max` has, until one is not above.
  private static int bounded(int max, Mt19937 random) {
    int mask = -1 >>> Integer.numberOfLeadingZeros(max);
    int value;
    do {
      value = random.nextInt32() & mask;
    } while (value > max);
    return value;
  }
}
