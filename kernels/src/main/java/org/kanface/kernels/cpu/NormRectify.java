package org.kanface.kernels.cpu;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MUL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// Loops of batch norm with a rectifier behind it, over part of a matrix as in [NormBatch]: `z = (x
/// - mean) scale + offset`, `y = z` where `z > 0`, else `slope z`.
final class NormRectify {
  private static final int STRIP = 2 * Lanes.BYTES; // columns whose sums stay in registers

  private NormRectify() {}

  /// Addresses of one number a column.
  record Columns(long mean, long scale, long offset, long slope) {
    Columns from(int bytes) {
      return new Columns(mean + bytes, scale + bytes, offset + bytes, slope + bytes);
    }
  }

  /// A whole matrix, along its rows: reading the factors again costs less than leaving memory's
  /// order.
  static void apply(long rows, int row, long x, Columns columns, long y) {
    int whole = row / Lanes.BYTES * Lanes.BYTES;
    var last = Lanes.first((row - whole) / Float.BYTES);
    for (long r = 0; r < rows; r++) {
      long in = x + r * row;
      long out = y + r * row;
      for (int j = 0; j < whole; j += Lanes.BYTES) {
        Lanes.store(rectified(Lanes.load(in + j), columns, j), out + j);
      }
      if (whole < row) {
        Lanes.store(rectified(Lanes.load(in + whole, last), columns, whole), out + whole, last);
      }
    }
  }

  /// Part of one in place, whose rows are `stride` bytes apart and in a cache: `cols` columns,
  /// which begin `first` bytes into `columns`.
  static void apply(long rows, int stride, int cols, long x, Columns columns, int first) {
    int bytes = cols * Float.BYTES;
    int j = 0;
    for (; j <= bytes - STRIP; j += STRIP) {
      applyToStrip(rows, stride, x + j, columns, first + j);
    }
    for (; j < bytes; j += Lanes.BYTES) {
      var mask = Lanes.first(Math.min(Lanes.BYTES, bytes - j) / Float.BYTES);
      for (long at = x + j; at < x + j + rows * stride; at += stride) {
        Lanes.store(rectified(Lanes.load(at, mask), columns, first + j), at, mask);
      }
    }
  }

  /// Two rows at a time: long enough that the compiler inlines it nowhere. In a caller that has
  /// much else it would run out of room, and box the vectors.
  private static void applyToStrip(long rows, int stride, long x, Columns c, int j) {
    FloatVector mean0 = Lanes.load(c.mean + j);
    FloatVector mean1 = Lanes.load(c.mean + j + Lanes.BYTES);
    FloatVector scale0 = Lanes.load(c.scale + j);
    FloatVector scale1 = Lanes.load(c.scale + j + Lanes.BYTES);
    FloatVector offset0 = Lanes.load(c.offset + j);
    FloatVector offset1 = Lanes.load(c.offset + j + Lanes.BYTES);
    FloatVector slope0 = Lanes.load(c.slope + j);
    FloatVector slope1 = Lanes.load(c.slope + j + Lanes.BYTES);
    for (long r = 0; r < rows; r += 2) {
      long a = x + r * stride;
      long b = r + 1 < rows ? a + stride : a; // the last row twice, from the same values
      FloatVector z0 = Lanes.load(a).sub(mean0).fma(scale0, offset0);
      FloatVector z1 = Lanes.load(a + Lanes.BYTES).sub(mean1).fma(scale1, offset1);
      FloatVector z2 = Lanes.load(b).sub(mean0).fma(scale0, offset0);
      FloatVector z3 = Lanes.load(b + Lanes.BYTES).sub(mean1).fma(scale1, offset1);
      Lanes.store(z0.lanewise(MUL, slope0, z0.compare(LT, 0f)), a);
      Lanes.store(z1.lanewise(MUL, slope1, z1.compare(LT, 0f)), a + Lanes.BYTES);
      Lanes.store(z2.lanewise(MUL, slope0, z2.compare(LT, 0f)), b);
      Lanes.store(z3.lanewise(MUL, slope1, z3.compare(LT, 0f)), b + Lanes.BYTES);
    }
  }

  private static FloatVector rectified(FloatVector x, Columns c, int j) {
    FloatVector z = x.sub(Lanes.load(c.mean + j));
    z = z.fma(Lanes.load(c.scale + j), Lanes.load(c.offset + j));
    return z.lanewise(MUL, Lanes.load(c.slope + j), z.compare(LT, 0f));
  }

  /// With `dz = dy` where `z > 0`, else `slope dy`: adds `dz`, `dz (x - mean)` and, where `z <= 0`,
  /// `dy z` to three planes of sums, `plane` bytes apart.
  static void gradients(
      long rows, long row, int cols, long x, Columns columns, long dy, long sums, long plane) {
    int j = 0;
    for (; j <= cols - STRIP; j += STRIP) {
      gradientsOfStrip(rows, row, x + j, columns.from(j), dy + j, sums + j, plane);
    }
    for (; j < cols; j += Lanes.BYTES) {
      var mask = Lanes.first(Math.min(Lanes.BYTES, cols - j) / Float.BYTES);
      gradientsOfVector(rows, row, mask, x + j, columns.from(j), dy + j, sums + j, plane);
    }
  }

  private static void gradientsOfStrip(
      long rows, long row, long x, Columns c, long dy, long sums, long plane) {
    FloatVector mean0 = Lanes.load(c.mean);
    FloatVector mean1 = Lanes.load(c.mean + Lanes.BYTES);
    FloatVector scale0 = Lanes.load(c.scale);
    FloatVector scale1 = Lanes.load(c.scale + Lanes.BYTES);
    FloatVector offset0 = Lanes.load(c.offset);
    FloatVector offset1 = Lanes.load(c.offset + Lanes.BYTES);
    FloatVector slope0 = Lanes.load(c.slope);
    FloatVector slope1 = Lanes.load(c.slope + Lanes.BYTES);
    FloatVector sum0 = Lanes.load(sums);
    FloatVector sum1 = Lanes.load(sums + Lanes.BYTES);
    FloatVector dot0 = Lanes.load(sums + plane);
    FloatVector dot1 = Lanes.load(sums + plane + Lanes.BYTES);
    FloatVector below0 = Lanes.load(sums + 2 * plane);
    FloatVector below1 = Lanes.load(sums + 2 * plane + Lanes.BYTES);
    for (long r = 0; r < rows; r++) {
      long at = x + r * row;
      long grad = dy + r * row;
      FloatVector d0 = Lanes.load(at).sub(mean0);
      FloatVector d1 = Lanes.load(at + Lanes.BYTES).sub(mean1);
      FloatVector z0 = d0.fma(scale0, offset0);
      FloatVector z1 = d1.fma(scale1, offset1);
      FloatVector g0 = Lanes.load(grad);
      FloatVector g1 = Lanes.load(grad + Lanes.BYTES);
      VectorMask<Float> above0 = z0.compare(GT, 0f);
      VectorMask<Float> above1 = z1.compare(GT, 0f);
      FloatVector dz0 = g0.mul(slope0).blend(g0, above0);
      FloatVector dz1 = g1.mul(slope1).blend(g1, above1);
      sum0 = sum0.add(dz0);
      sum1 = sum1.add(dz1);
      dot0 = d0.fma(dz0, dot0);
      dot1 = d1.fma(dz1, dot1);
      below0 = z0.blend(0f, above0).fma(g0, below0);
      below1 = z1.blend(0f, above1).fma(g1, below1);
    }
    Lanes.store(sum0, sums);
    Lanes.store(sum1, sums + Lanes.BYTES);
    Lanes.store(dot0, sums + plane);
    Lanes.store(dot1, sums + plane + Lanes.BYTES);
    Lanes.store(below0, sums + 2 * plane);
    Lanes.store(below1, sums + 2 * plane + Lanes.BYTES);
  }

  private static void gradientsOfVector(
      long rows,
      long row,
      VectorMask<Float> mask,
      long x,
      Columns c,
      long dy,
      long sums,
      long plane) {
    FloatVector mean = Lanes.load(c.mean);
    FloatVector scale = Lanes.load(c.scale);
    FloatVector offset = Lanes.load(c.offset);
    FloatVector slope = Lanes.load(c.slope);
    FloatVector sum = Lanes.load(sums);
    FloatVector dot = Lanes.load(sums + plane);
    FloatVector below = Lanes.load(sums + 2 * plane);
    for (long r = 0; r < rows; r++) {
      FloatVector d = Lanes.load(x + r * row, mask).sub(mean);
      FloatVector z = d.fma(scale, offset);
      FloatVector g = Lanes.load(dy + r * row, mask);
      VectorMask<Float> above = z.compare(GT, 0f);
      FloatVector dz = g.mul(slope).blend(g, above);
      sum = sum.add(dz);
      dot = d.fma(dz, dot);
      below = z.blend(0f, above).fma(g, below);
    }
    Lanes.store(sum, sums);
    Lanes.store(dot, sums + plane);
    Lanes.store(below, sums + 2 * plane);
  }

  /// `dx = dz scale + (x - mean) rise + start`.
  static void inputGradient(
      long rows, int row, long x, Columns c, long dy, long rise, long start, long dx) {
    int whole = row / Lanes.BYTES * Lanes.BYTES;
    var last = Lanes.first((row - whole) / Float.BYTES);
    for (long r = 0; r < rows; r++) {
      long in = x + r * row;
      long grad = dy + r * row;
      long out = dx + r * row;
      for (int j = 0; j < whole; j += Lanes.BYTES) {
        FloatVector d = Lanes.load(in + j).sub(Lanes.load(c.mean + j));
        FloatVector dz = rectified(Lanes.load(grad + j), d, c, j);
        FloatVector rest = d.fma(Lanes.load(rise + j), Lanes.load(start + j));
        Lanes.store(dz.fma(Lanes.load(c.scale + j), rest), out + j);
      }
      if (whole < row) {
        FloatVector d = Lanes.load(in + whole, last).sub(Lanes.load(c.mean + whole));
        FloatVector dz = rectified(Lanes.load(grad + whole, last), d, c, whole);
        FloatVector rest = d.fma(Lanes.load(rise + whole), Lanes.load(start + whole));
        Lanes.store(dz.fma(Lanes.load(c.scale + whole), rest), out + whole, last);
      }
    }
  }

  /// `dz` for a gradient `g`, where `d = x - mean`.
  private static FloatVector rectified(FloatVector g, FloatVector d, Columns c, int j) {
    FloatVector z = d.fma(Lanes.load(c.scale + j), Lanes.load(c.offset + j));
    return g.mul(Lanes.load(c.slope + j)).blend(g, z.compare(GT, 0f));
  }
}
