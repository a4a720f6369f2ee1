package org.kanface.kernels.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.Spline;

/// Fills columns of [SplineColumns]: finds each sample's interval, sorts by it, and evaluates a
/// whole interval at once, so that its knots are constants. Scratch of one chunk.
final class SplineEvaluator {
  private static final int PITCH = SplineColumns.PITCH;

  private static final ThreadLocal<@Nullable SplineEvaluator> LAST = new ThreadLocal<>();

  private final Spline spline;
  private final int order;
  private final SplineKnots knots;
  private final int[] interval = new int[PITCH]; // of each sample
  private final int[] bound; // where each interval's samples start, then where they end
  private final float[] x = new float[PITCH]; // samples, then the same sorted
  private final float[] sorted = new float[PITCH];

  private SplineEvaluator(Spline spline) {
    this.spline = spline;
    order = spline.order();
    knots = new SplineKnots(spline);
    bound = new int[knots.intervals() + 2];
  }

  /// The calling thread's evaluator for `spline`, kept for its next call.
  static SplineEvaluator of(Spline spline) {
    SplineEvaluator last = LAST.get();
    if (last == null || !last.spline.equals(spline)) {
      last = new SplineEvaluator(spline);
      LAST.set(last);
    }
    return last;
  }

  /// The knots of input `i` for the calls of [#fill] that follow.
  void load(MemorySegment allKnots, long i) {
    knots.load(allKnots, i);
  }

  /// Evaluates `n <= BLOCK` samples `xs[at + b * stride]` into column `c`.
  void fill(
      SplineColumns out, int c, MemorySegment xs, long at, long stride, int n, boolean slope) {
    for (int b = 0; b < n; b++) {
      x[b] = xs.getAtIndex(ValueLayout.JAVA_FLOAT, at + b * stride);
    }
    sort(out, c, n);
    int weightAt = out.weightAt(c);
    silu(out.weight, weightAt + out.rows * PITCH, n, slope);
    for (int r = order + 1; r < out.rows; r++) {
      Arrays.fill(out.weight, weightAt + r * PITCH, weightAt + r * PITCH + n, 0);
    }
    boolean fast = order >= 1 && order <= 3 && knots.distinct();
    for (int m = 0; m < knots.intervals(); m++) {
      int p = m == 0 ? 0 : bound[m - 1];
      int end = bound[m];
      if (p < end) {
        if (fast) {
          interval(m, p, end, slope, out.weight, weightAt);
        } else {
          for (int s = p; s < end; s++) {
            knots.local(sorted[s], m, slope, out.weight, weightAt + s, PITCH);
          }
        }
        align(out, m - order, p, end, weightAt);
      }
    }
  }

  /// Counting sort by interval, those outside last; leaves in `bound[m]` where interval m ends.
  private void sort(SplineColumns out, int c, int n) {
    int intervals = knots.intervals();
    Arrays.fill(bound, 0);
    for (int b = 0; b < n; b++) {
      int m = knots.interval(x[b]);
      m = m < 0 ? intervals : m;
      interval[b] = m;
      bound[m + 1]++;
    }
    for (int m = 0; m < intervals; m++) {
      bound[m + 1] += bound[m];
    }
    int startAt = out.startAt(c);
    out.index[startAt] = 0;
    for (int f = 1; f <= out.buckets; f++) {
      out.index[startAt + f] = bound[f == out.buckets ? intervals : f + order];
    }
    out.index[startAt + out.buckets + 1] = n;
    int sampleAt = out.sampleAt(c);
    for (int b = 0; b < n; b++) {
      int p = bound[interval[b]]++;
      sorted[p] = x[b];
      out.index[sampleAt + p] = b;
    }
  }

  private void silu(float[] weight, int at, int n, boolean slope) {
    for (int p = 0; p < n; p += Simd.LANES) {
      var v = FloatVector.fromArray(Simd.F, sorted, p);
      var e = VectorMath.exp(v.neg()).add(1f);
      if (slope) {
        var s = FloatVector.broadcast(Simd.F, 1f).div(e);
        v.mul(s.neg().add(1f)).add(1f).mul(s).intoArray(weight, at + p); // s (1 + x (1 - s))
      } else {
        v.div(e).intoArray(weight, at + p);
      }
    }
  }

  /// Cox–de Boor by levels for the sorted positions `p … end - 1`, all in interval `m`; `up_q = x -
  /// t_{m+1-q}`, `down_q = t_{m+q} - x`. With `s_r` the functions of the level below divided by
  /// their support, the level's functions are `up s_{r-1} + down s_r`, and their slopes `q (s_{r-1}
  /// - s_r)`.
  private void interval(int m, int p, int end, boolean slope, float[] weight, int weightAt) {
    float up1 = knots.knot(m);
    float down1 = knots.knot(m + 1);
    float d1 = knots.inverse(1, m);
    if (order == 1) {
      for (; p < end; p += Simd.LANES) {
        var v = FloatVector.fromArray(Simd.F, sorted, p);
        int at = weightAt + p;
        if (slope) {
          FloatVector.broadcast(Simd.F, -d1).intoArray(weight, at);
          FloatVector.broadcast(Simd.F, d1).intoArray(weight, at + PITCH);
        } else {
          v.sub(down1).mul(-d1).intoArray(weight, at);
          v.sub(up1).mul(d1).intoArray(weight, at + PITCH);
        }
      }
      return;
    }
    float up2 = knots.knot(m - 1);
    float down2 = knots.knot(m + 2);
    float d20 = knots.inverse(2, m - 1);
    float d21 = knots.inverse(2, m);
    if (order == 2) {
      for (; p < end; p += Simd.LANES) {
        var v = FloatVector.fromArray(Simd.F, sorted, p);
        var u1 = v.sub(up1);
        var w1 = v.neg().add(down1);
        var s0 = w1.mul(d1).mul(d20);
        var s1 = u1.mul(d1).mul(d21);
        int at = weightAt + p;
        if (slope) {
          s0.mul(-2f).intoArray(weight, at);
          s0.sub(s1).mul(2f).intoArray(weight, at + PITCH);
          s1.mul(2f).intoArray(weight, at + 2 * PITCH);
        } else {
          w1.mul(s0).intoArray(weight, at);
          v.sub(up2).mul(s0).add(v.neg().add(down2).mul(s1)).intoArray(weight, at + PITCH);
          u1.mul(s1).intoArray(weight, at + 2 * PITCH);
        }
      }
      return;
    }
    float up3 = knots.knot(m - 2);
    float down3 = knots.knot(m + 3);
    float d30 = knots.inverse(3, m - 2);
    float d31 = knots.inverse(3, m - 1);
    float d32 = knots.inverse(3, m);
    for (; p < end; p += Simd.LANES) {
      var v = FloatVector.fromArray(Simd.F, sorted, p);
      var u1 = v.sub(up1);
      var u2 = v.sub(up2);
      var w1 = v.neg().add(down1);
      var w2 = v.neg().add(down2);
      var s0 = w1.mul(d1).mul(d20);
      var s1 = u1.mul(d1).mul(d21);
      var t0 = w1.mul(s0).mul(d30);
      var t1 = u2.mul(s0).add(w2.mul(s1)).mul(d31);
      var t2 = u1.mul(s1).mul(d32);
      int at = weightAt + p;
      if (slope) {
        t0.mul(-3f).intoArray(weight, at);
        t0.sub(t1).mul(3f).intoArray(weight, at + PITCH);
        t1.sub(t2).mul(3f).intoArray(weight, at + 2 * PITCH);
        t2.mul(3f).intoArray(weight, at + 3 * PITCH);
      } else {
        w1.mul(t0).intoArray(weight, at);
        v.sub(up3).mul(t0).add(w2.mul(t1)).intoArray(weight, at + PITCH);
        u2.mul(t1).add(v.neg().add(down3).mul(t2)).intoArray(weight, at + 2 * PITCH);
        u1.mul(t2).intoArray(weight, at + 3 * PITCH);
      }
    }
  }

  /// Near an end some of the functions `from … from + order` do not exist: moves the others to
  /// where the bucket's first function, 0 or `buckets - 1`, is first, and drops the made-up ones.
  private void align(SplineColumns out, int from, int p, int end, int weightAt) {
    int first = Math.clamp(from, 0, out.buckets - 1);
    int shift = from - first;
    if (shift == 0) {
      return;
    }
    for (; p < end; p++) {
      int at = weightAt + p;
      if (shift < 0) {
        for (int r = 0; r <= order; r++) {
          out.weight[at + r * PITCH] =
              r - shift <= order ? out.weight[at + (r - shift) * PITCH] : 0;
        }
      } else {
        for (int r = order; r >= 0; r--) {
          out.weight[at + r * PITCH] = r - shift >= 0 ? out.weight[at + (r - shift) * PITCH] : 0;
        }
      }
    }
  }
}
