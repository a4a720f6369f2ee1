package org.kanface.kernels.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.kanface.kernels.Spline;

/// One input's knots, ready for local evaluation: a point's interval, then the `order + 1`
/// functions that are not 0 there.
///
/// The row is padded at both ends by made-up knots, so that the recursion needs no special case
/// near the ends: what they touch are functions that do not exist and that the caller drops.
final class SplineKnots {
  private final int order;
  private final int count; // knots stored
  private final int pad;
  private final float[] t; // [pad + count + pad]
  private final float[] inverse; // [order + 1, t.length]: 1/(t[j + q] - t[j])
  private float first;
  private float last;
  private float perUnit;
  private boolean distinct;
  private final double[] value;
  private final double[] slope;

  SplineKnots(Spline spline) {
    order = spline.order();
    count = spline.knots();
    pad = order + 1;
    t = new float[count + 2 * pad];
    inverse = new float[(order + 1) * t.length];
    value = new double[order + 2];
    slope = new double[order + 2];
  }

  /// Takes row `i` of `knots [inputs, count]`.
  void load(MemorySegment knots, long i) {
    MemorySegment.copy(knots, ValueLayout.JAVA_FLOAT, i * count * Float.BYTES, t, pad, count);
    first = t[pad];
    last = t[pad + count - 1];
    float span = last - first;
    float step = span > 0 ? span / (count - 1) : 1;
    perUnit = 1 / step;
    for (int p = 1; p <= pad; p++) {
      t[pad - p] = first - p * step;
      t[pad + count - 1 + p] = last + p * step;
    }
    distinct = true;
    for (int j = pad; j < pad + count - 1; j++) {
      distinct &= t[j] < t[j + 1];
    }
    for (int q = 1; q <= order; q++) {
      int row = q * t.length;
      for (int j = 0; j < t.length - q; j++) {
        inverse[row + j] = 1 / (t[j + q] - t[j]);
      }
    }
  }

  /// Whether no two knots coincide: then [#inverse] is finite.
  boolean distinct() {
    return distinct;
  }

  /// Intervals of the stored row.
  int intervals() {
    return count - 1;
  }

  /// The `m` with `t_m <= x < t_{m+1}`; -1 outside the knots and for NaN.
  int interval(float x) {
    if (!(x >= first && x < last)) {
      return -1;
    }
    int m =
        Math.min(
            (int) ((x - first) * perUnit), count - 2); // exact for uniform knots but for rounding
    while (x < t[pad + m]) {
      m--;
    }
    while (x >= t[pad + m + 1]) {
      m++;
    }
    return m;
  }

  /// Knot `j`, from `-order` on.
  float knot(int j) {
    return t[pad + j];
  }

  /// `1/(t_{j+q} - t_j)`.
  float inverse(int q, int j) {
    return inverse[q * t.length + pad + j];
  }

  /// The functions `m - order … m` at `x` in interval `m`, or their slopes, by the recursion as it
  /// stands: a function of any level whose two denominators are not both above 0 is 0.
  void local(float x, int m, boolean wantSlope, float[] out, int at, int pitch) {
    value[0] = 1;
    slope[0] = 0;
    for (int q = 1; q <= order; q++) {
      for (int r = q; r >= 0; r--) {
        int j = m - q + r; // function B_{j,q} from B_{j,q-1} (at r - 1) and B_{j+1,q-1} (at r)
        double left = (double) knot(j + q) - knot(j);
        double right = (double) knot(j + q + 1) - knot(j + 1);
        double a = 0;
        double da = 0;
        if (left > 0 && right > 0) {
          if (r > 0) {
            double up = (x - (double) knot(j)) / left;
            a = up * value[r - 1];
            da = value[r - 1] / left + up * slope[r - 1];
          }
          if (r < q) {
            double down = ((double) knot(j + q + 1) - x) / right;
            a += down * value[r];
            da += down * slope[r] - value[r] / right;
          }
        }
        value[r] = a;
        slope[r] = da;
      }
    }
    for (int r = 0; r <= order; r++) {
      out[at + r * pitch] = (float) (wantSlope ? slope[r] : value[r]);
    }
  }
}
