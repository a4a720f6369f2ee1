package org.kanface.nn.loss;

import java.util.Arrays;
import org.kanface.tensor.Check;

/// The class centres of one process, and which of them a step uses.
///
/// @param first the first class here
/// @param rows how many classes are here
/// @param samples how many of them a step uses
public record ClassShard(long first, long rows, long samples) {
  /// Classes are dealt in runs; the first `classes mod size` processes get one more.
  static ClassShard of(long classes, double sampleRate, int rank, int size) {
    long base = classes / size;
    long rest = classes % size;
    long rows = base + (rank < rest ? 1 : 0);
    return new ClassShard(base * rank + Math.min(rank, rest), rows, (long) (sampleRate * rows));
  }

  /// Row numbers of labels, -1 for classes of other processes.
  long[] local(long[] labels) {
    return Arrays.stream(labels)
        .map(label -> label >= first && label < first + rows ? label - first : -1)
        .toArray();
  }

  /// The rows that a step uses, ascending: all positives, and the rows with the largest draws up to
  /// `samples`, the first ones of equal draws; the positives alone where they are more.
  ///
  /// @param draws in [0, 1)
  long[] sample(long[] local, float[] draws) {
    long[] positives = Arrays.stream(local).filter(l -> l >= 0).sorted().distinct().toArray();
    if (positives.length > samples) {
      return positives;
    }
    Check.that(draws.length == rows, "PartialFC", "expected %d draws, got %d", rows, draws.length);
    float[] keys = draws.clone();
    for (long p : positives) {
      keys[(int) p] = 2; // above every draw
    }
    int count = (int) samples;
    float last = largest(keys, count); // the smallest key that is taken
    long above = 0;
    for (float k : keys) {
      above += k > last ? 1 : 0;
    }
    long ties = count - above;
    var rowsTaken = new long[count];
    int n = 0;
    for (int i = 0; i < keys.length; i++) {
      if (keys[i] > last || (keys[i] == last && ties-- > 0)) {
        rowsTaken[n++] = i;
      }
    }
    return rowsTaken;
  }

  /// The key that `count` keys, of at least as many, are not below. By counting, since a sort takes
  /// longer than the rest of a step where classes are many: bits of floats that are not negative
  /// are in their order, so the keys are counted by their upper 16 bits, then those in question by
  /// their lower ones. Infinite where `count` is 0.
  private static float largest(float[] keys, int count) {
    if (count == 0) {
      return Float.POSITIVE_INFINITY;
    }
    var counts = new int[1 << Short.SIZE];
    for (float k : keys) {
      counts[Float.floatToRawIntBits(k) >>> Short.SIZE]++;
    }
    int upper = counts.length;
    int left = count;
    while (left > 0) {
      left -= counts[--upper];
    }
    left += counts[upper]; // of those that begin so
    Arrays.fill(counts, 0);
    for (float k : keys) {
      int bits = Float.floatToRawIntBits(k);
      if (bits >>> Short.SIZE == upper) {
        counts[bits & 0xFFFF]++;
      }
    }
    int lower = counts.length;
    while (left > 0) {
      left -= counts[--lower];
    }
    return Float.intBitsToFloat(upper << Short.SIZE | lower);
  }

  /// The rows of this shard that a step with these labels uses.
  public long[] rowsOfStep(long[] labels, float[] draws) {
    return sample(local(labels), draws);
  }

  /// Positions of labels in the sampled rows.
  static long[] renumber(long[] local, long[] rows) {
    return Arrays.stream(local).map(l -> l < 0 ? -1 : Arrays.binarySearch(rows, l)).toArray();
  }
}
