package org.kanface.kernels.cpu;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MUL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// Loops of batch norm with a rectifier behind it, over part of a matrix as in [NormBatch]: `z = (x
/// - mean) scale + offset`, `y = z` where `z > 0`, else `slope z`.
final class NormRectify {
  private static final int STRIP = 2 * Lanes.BYTES; // columns whose factors stay in registers
  private static final int BLOCK = 8 << 10; // bytes of rows

  private NormRectify() {}

  /// Addresses of one number a column.
  record Columns(long mean, long scale, long offset, long slope) {
    Columns from(int bytes) {
      return new Columns(mean + bytes, scale + bytes, offset + bytes, slope + bytes);
    }
  }

  static void apply(long rows, int row, long x, Columns columns, long y) {
    long block = block(row);
    for (long r = 0; r < rows; r += block) {
      long count = Math.min(block, rows - r);
      long from = x + r * row;
      long to = y + r * row;
      CacheLines.read(from, 1, 0, count * row);
      int j = 0;
      for (; j <= row - STRIP; j += STRIP) {
        applyToStrip(count, row, from + j, columns.from(j), to + j);
      }
      for (; j < row; j += Lanes.BYTES) {
        var mask = Lanes.first(Math.min(Lanes.BYTES, row - j) / Float.BYTES);
        applyToVector(count, row, mask, from + j, columns.from(j), to + j);
      }
    }
  }

  /// Rows that stay in the first cache from one strip of columns to the next.
  private static long block(int row) {
    return Math.max(1, BLOCK / row);
  }

  private static void applyToStrip(long rows, int row, long x, Columns c, long y) {
    FloatVector mean0 = Lanes.load(c.mean);
    FloatVector mean1 = Lanes.load(c.mean + Lanes.BYTES);
    FloatVector scale0 = Lanes.load(c.scale);
    FloatVector scale1 = Lanes.load(c.scale + Lanes.BYTES);
    FloatVector offset0 = Lanes.load(c.offset);
    FloatVector offset1 = Lanes.load(c.offset + Lanes.BYTES);
    FloatVector slope0 = Lanes.load(c.slope);
    FloatVector slope1 = Lanes.load(c.slope + Lanes.BYTES);
    for (long at = 0; at < rows * row; at += row) {
      FloatVector z0 = Lanes.load(x + at).sub(mean0).fma(scale0, offset0);
      FloatVector z1 = Lanes.load(x + at + Lanes.BYTES).sub(mean1).fma(scale1, offset1);
      Lanes.store(z0.lanewise(MUL, slope0, z0.compare(LT, 0f)), y + at);
      Lanes.store(z1.lanewise(MUL, slope1, z1.compare(LT, 0f)), y + at + Lanes.BYTES);
    }
  }

  private static void applyToVector(
      long rows, int row, VectorMask<Float> mask, long x, Columns c, long y) {
    FloatVector mean = Lanes.load(c.mean);
    FloatVector scale = Lanes.load(c.scale);
    FloatVector offset = Lanes.load(c.offset);
    FloatVector slope = Lanes.load(c.slope);
    for (long at = 0; at < rows * row; at += row) {
      FloatVector z = Lanes.load(x + at, mask).sub(mean).fma(scale, offset);
      Lanes.store(z.lanewise(MUL, slope, z.compare(LT, 0f)), y + at, mask);
    }
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
      long rows, int row, long x, Columns columns, long dy, long rise, long start, long dx) {
    long block = block(row);
    for (long r = 0; r < rows; r += block) {
      long count = Math.min(block, rows - r);
      long at = r * row;
      CacheLines.read(x + at, 1, 0, count * row);
      CacheLines.read(dy + at, 1, 0, count * row);
      int j = 0;
      for (; j <= row - STRIP; j += STRIP, at += STRIP) {
        inputGradientOfStrip(
            count, row, x + at, columns.from(j), dy + at, rise + j, start + j, dx + at);
      }
      for (; j < row; j += Lanes.BYTES, at += Lanes.BYTES) {
        var mask = Lanes.first(Math.min(Lanes.BYTES, row - j) / Float.BYTES);
        inputGradientOfVector(
            count, row, mask, x + at, columns.from(j), dy + at, rise + j, start + j, dx + at);
      }
    }
  }

  private static void inputGradientOfStrip(
      long rows, int row, long x, Columns c, long dy, long rise, long start, long dx) {
    FloatVector mean0 = Lanes.load(c.mean);
    FloatVector mean1 = Lanes.load(c.mean + Lanes.BYTES);
    FloatVector scale0 = Lanes.load(c.scale);
    FloatVector scale1 = Lanes.load(c.scale + Lanes.BYTES);
    FloatVector offset0 = Lanes.load(c.offset);
    FloatVector offset1 = Lanes.load(c.offset + Lanes.BYTES);
    FloatVector slope0 = Lanes.load(c.slope);
    FloatVector slope1 = Lanes.load(c.slope + Lanes.BYTES);
    FloatVector rise0 = Lanes.load(rise);
    FloatVector rise1 = Lanes.load(rise + Lanes.BYTES);
    FloatVector start0 = Lanes.load(start);
    FloatVector start1 = Lanes.load(start + Lanes.BYTES);
    for (long at = 0; at < rows * row; at += row) {
      FloatVector d0 = Lanes.load(x + at).sub(mean0);
      FloatVector d1 = Lanes.load(x + at + Lanes.BYTES).sub(mean1);
      FloatVector g0 = Lanes.load(dy + at);
      FloatVector g1 = Lanes.load(dy + at + Lanes.BYTES);
      FloatVector dz0 = g0.mul(slope0).blend(g0, d0.fma(scale0, offset0).compare(GT, 0f));
      FloatVector dz1 = g1.mul(slope1).blend(g1, d1.fma(scale1, offset1).compare(GT, 0f));
      Lanes.store(dz0.fma(scale0, d0.fma(rise0, start0)), dx + at);
      Lanes.store(dz1.fma(scale1, d1.fma(rise1, start1)), dx + at + Lanes.BYTES);
    }
  }

  private static void inputGradientOfVector(
      long rows,
      int row,
      VectorMask<Float> mask,
      long x,
      Columns c,
      long dy,
      long rise,
      long start,
      long dx) {
    FloatVector mean = Lanes.load(c.mean);
    FloatVector scale = Lanes.load(c.scale);
    FloatVector offset = Lanes.load(c.offset);
    FloatVector slope = Lanes.load(c.slope);
    FloatVector rises = Lanes.load(rise);
    FloatVector starts = Lanes.load(start);
    for (long at = 0; at < rows * row; at += row) {
      FloatVector d = Lanes.load(x + at, mask).sub(mean);
      FloatVector g = Lanes.load(dy + at, mask);
      FloatVector dz = g.mul(slope).blend(g, d.fma(scale, offset).compare(GT, 0f));
      Lanes.store(dz.fma(scale, d.fma(rises, starts)), dx + at, mask);
    }
  }
}
