package org.kanface.report.tensorboard;

import org.kanface.data.proto.ProtoWriter;

/// Counts over neighbouring buckets. Bucket `i` ends at `limits[i]` and begins where the one before
/// it ends.
///
/// @param min smallest value, the beginning of the first bucket
/// @param max largest value
/// @param sum of the values
/// @param sumOfSquares of the values
/// @param limits upper ends of the buckets, ascending
/// @param counts as many as limits
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record Histogram(
    double min, double max, double sum, double sumOfSquares, double[] limits, double[] counts) {
  public Histogram {
    if (limits.length != counts.length) {
      throw new IllegalArgumentException(
          "[histogram] expected a count for each of %d limits, got %d"
              .formatted(limits.length, counts.length));
    }
  }

  /// Of counts over equal buckets from `from` to `to`; a value counts as its bucket's middle.
  public static Histogram equal(double from, double to, long[] counts) {
    int n = counts.length;
    double width = (to - from) / n;
    var limits = new double[n];
    var heights = new double[n];
    double sum = 0;
    double squares = 0;
    int first = n;
    int last = -1;
    for (int i = 0; i < n; i++) {
      limits[i] = i + 1 == n ? to : from + width * (i + 1);
      heights[i] = counts[i];
      double middle = from + width * (i + 0.5);
      sum += counts[i] * middle;
      squares += counts[i] * middle * middle;
      if (counts[i] > 0) {
        first = Math.min(first, i);
        last = i;
      }
    }
    double min = last < 0 ? from : from + width * first;
    double max = last < 0 ? from : limits[last];
    return new Histogram(min, max, sum, squares, limits, heights);
  }

  /// `HistogramProto`.
  ProtoWriter toProto() {
    double number = 0;
    for (double count : counts) {
      number += count;
    }
    return new ProtoWriter()
        .float64(1, min)
        .float64(2, max)
        .float64(3, number)
        .float64(4, sum)
        .float64(5, sumOfSquares)
        .packedFloat64(6, limits)
        .packedFloat64(7, counts);
  }
}
