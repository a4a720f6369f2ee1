package org.kanface.eval.megaface;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.kanface.eval.EvaluationException;
import org.kanface.kernels.Backends;
import org.kanface.kernels.DType;
import org.kanface.kernels.Gemm;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.Kernels;

/// Probes looked for in galleries of one image of the same person among many of others.
///
/// Each ordered pair `(i, j)` of probes of one person is a search: `j` is put among the first `n`
/// distractors and `i` is compared with all of them. Its rank is one more than the number of
/// distractors that are as similar to `i` as `j` is, or more. Rank-1 of `n` is the share of
/// searches with rank 1.
///
/// Distractors are taken in blocks and not kept; memory is that of the probes, of one block, and
/// eight bytes a search. Similarities are cosines in single precision.
///
/// Source: Kemelmacher-Shlizerman et al., "The MegaFace Benchmark", CVPR 2016, arXiv:1512.00596.
public final class DistractorSearch implements AutoCloseable {
  /// Shares of searches with rank 1 and with rank 10 or better, among `distractors` distractors.
  public record Point(long distractors, double rank1, double rank10) {}

  private static final int TEN = 10;

  private final Kernels kernels = Backends.kernels("cpu", DType.F32);
  private final int probes;
  private final int dim;
  private final HostMemory rows; // [probes, dim], unit length
  private final float[][] mates; // by probe: similarities with the others of its person, descending
  private final long[][] ahead; // by probe: distractors that beat mates from this place on
  private final long searches;
  private final long[] sizes; // ascending
  private final List<Point> points = new ArrayList<>();
  private long taken;

  /// @param embeddings `[probes, dim]` row-major; brought to length 1 here
  /// @param labels the person of each probe
  /// @param sizes numbers of distractors to report; throws [EvaluationException] where they do not
  ///     ascend, or no person has two probes
  public DistractorSearch(float[] embeddings, int dim, int[] labels, long[] sizes) {
    for (int i = 0; i < sizes.length; i++) {
      if (sizes[i] < 0 || i > 0 && sizes[i] <= sizes[i - 1]) {
        throw new EvaluationException(
            "numbers of distractors: expected ascending ones, got " + Arrays.toString(sizes));
      }
    }
    this.dim = dim;
    this.sizes = sizes.clone();
    probes = labels.length;
    float[] unit = unit(embeddings, dim);
    rows = HostMemory.allocate(4L * unit.length);
    rows.segment().copyFrom(MemorySegment.ofArray(unit));
    mates = new float[probes][];
    ahead = new long[probes][];
    searches = findMates(labels);
    if (searches == 0) {
      rows.close();
      throw new EvaluationException(
          "identification needs a person with two probes or more, got %d probes of as many people"
              .formatted(probes));
    }
    report();
  }

  private static float[] unit(float[] embeddings, int dim) {
    float[] unit = embeddings.clone();
    for (int at = 0; at < unit.length; at += dim) {
      double squares = 0;
      for (int i = at; i < at + dim; i++) {
        squares += (double) unit[i] * unit[i];
      }
      if (!Double.isFinite(squares)) {
        throw new EvaluationException("an embedding is not finite");
      }
      double length = squares == 0 ? 1 : Math.sqrt(squares);
      for (int i = at; i < at + dim; i++) {
        unit[i] = (float) (unit[i] / length);
      }
    }
    return unit;
  }

  private long findMates(int[] labels) {
    long count = 0;
    try (var similar = HostMemory.allocate(4L * probes)) {
      for (int i = 0; i < probes; i++) {
        try (var one = HostMemory.allocate(4L * dim)) {
          one.segment().copyFrom(rows.segment().asSlice(4L * dim * i, 4L * dim));
          kernels.gemm().gemm(Gemm.of(false, true, 1, probes, dim), one, rows, similar);
        }
        float[] found = new float[probes];
        int n = 0;
        for (int j = 0; j < probes; j++) {
          if (j != i && labels[j] == labels[i]) {
            found[n++] = -similar.segment().getAtIndex(ValueLayout.JAVA_FLOAT, j);
          }
        }
        mates[i] = Arrays.copyOf(found, n);
        Arrays.sort(mates[i]);
        for (int m = 0; m < n; m++) {
          mates[i][m] = -mates[i][m];
        }
        ahead[i] = new long[n];
        count += n;
      }
    }
    return count;
  }

  /// The next `count` distractors, `[count, dim]` row-major.
  public void accept(int count, float[] embeddings) {
    float[] unit = unit(Arrays.copyOf(embeddings, count * dim), dim);
    for (int from = 0; from < count; ) {
      long next = nextSize();
      int some = (int) Math.min(count - from, next - taken);
      block(unit, from, some);
      from += some;
      taken += some;
      report();
    }
  }

  private long nextSize() {
    return points.size() < sizes.length ? sizes[points.size()] : Long.MAX_VALUE;
  }

  private void block(float[] unit, int from, int count) {
    try (var others = HostMemory.allocate(4L * count * dim);
        var similar = HostMemory.allocate(4L * count * probes)) {
      MemorySegment.copy(
          unit, from * dim, others.segment(), ValueLayout.JAVA_FLOAT, 0, count * dim);
      kernels.gemm().gemm(Gemm.of(false, true, probes, count, dim), rows, others, similar);
      for (int i = 0; i < probes; i++) {
        for (int d = 0; d < count; d++) {
          beat(i, similar.segment().getAtIndex(ValueLayout.JAVA_FLOAT, (long) i * count + d));
        }
      }
    }
  }

  /// Counts a distractor at the first mate that is not more similar than it.
  private void beat(int probe, float similarity) {
    float[] own = mates[probe];
    int low = 0;
    int high = own.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (own[middle] > similarity) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low < own.length) {
      ahead[probe][low]++;
    }
  }

  private void report() {
    while (points.size() < sizes.length && sizes[points.size()] == taken) {
      points.add(point());
    }
  }

  private Point point() {
    long first = 0;
    long tenth = 0;
    for (long[] counts : ahead) {
      long sum = 0;
      for (long count : counts) {
        sum += count;
        first += sum == 0 ? 1 : 0;
        tenth += sum < TEN ? 1 : 0;
      }
    }
    return new Point(taken, (double) first / searches, (double) tenth / searches);
  }

  /// How many searches each number of distractors is tried with.
  public long searches() {
    return searches;
  }

  /// The sizes reached so far, and the number of all distractors taken if it is none of them.
  public List<Point> points() {
    List<Point> all = new ArrayList<>(points);
    if (all.isEmpty() || all.getLast().distractors() != taken) {
      all.add(point());
    }
    return all;
  }

  @Override
  public void close() {
    rows.close();
  }
}
