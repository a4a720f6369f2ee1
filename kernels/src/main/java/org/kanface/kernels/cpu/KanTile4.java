package org.kanface.kernels.cpu;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/// The KAN layer's inner loops over one input's column and a tile of 4 vectors of outputs.
///
/// For 32 registers: the four rows of coefficients that a bucket needs stay in sixteen of them.
/// They slide: a bucket shares three of its rows with the one before it. `group` says which four of
/// the basis functions around a sample are meant (0, or 1 for orders above 3); silu takes part in
/// group 0. Slices of a constant size need no range checks within.
final class KanTile4 {
  static final int VECTORS = 4;
  private static final long VECTOR = Simd.F.vectorByteSize();
  private static final long BYTES = VECTORS * VECTOR;
  private static final int GROUP = SplineColumns.GROUP;
  private static final int PITCH = SplineColumns.PITCH;
  private static final int SAMPLE = SplineColumns.BLOCK - 1; // a mask: BLOCK is a power of two

  private KanTile4() {}

  /// `y[sample] += Σ_r w_r scale coef[bucket + r] + w_silu base`, with `y` rows of `BYTES` bytes.
  static void forward(
      KanPanel panel, SplineColumns cols, int c, int group, MemorySegment sums, long sumsAt) {
    var y = sums.asSlice(sumsAt, SplineColumns.BLOCK * BYTES);
    int[] index = cols.index;
    float[] weight = cols.weight;
    int startAt = cols.startAt(c);
    int sampleAt = cols.sampleAt(c);
    int w = cols.weightAt(c) + GROUP * group * PITCH;
    int silu = cols.siluAt(c, group);
    var base = panel.bases.asSlice(panel.basesAt, BYTES);
    var scale = panel.scales.asSlice(panel.scalesAt, BYTES);
    var base0 = FloatVector.fromMemorySegment(Simd.F, base, 0, Simd.ORDER);
    var base1 = FloatVector.fromMemorySegment(Simd.F, base, VECTOR, Simd.ORDER);
    var base2 = FloatVector.fromMemorySegment(Simd.F, base, 2 * VECTOR, Simd.ORDER);
    var base3 = FloatVector.fromMemorySegment(Simd.F, base, 3 * VECTOR, Simd.ORDER);
    var s0 = FloatVector.fromMemorySegment(Simd.F, scale, 0, Simd.ORDER);
    var s1 = FloatVector.fromMemorySegment(Simd.F, scale, VECTOR, Simd.ORDER);
    var s2 = FloatVector.fromMemorySegment(Simd.F, scale, 2 * VECTOR, Simd.ORDER);
    var s3 = FloatVector.fromMemorySegment(Simd.F, scale, 3 * VECTOR, Simd.ORDER);
    var coef = panel.rows;
    long pitch = panel.pitch;
    long next = panel.rowsAt + (long) GROUP * group * pitch;
    var row0 = coef.asSlice(next, BYTES);
    var row1 = coef.asSlice(next + pitch, BYTES);
    var row2 = coef.asSlice(next + 2 * pitch, BYTES);
    var c00 = FloatVector.fromMemorySegment(Simd.F, row0, 0, Simd.ORDER).mul(s0);
    var c01 = FloatVector.fromMemorySegment(Simd.F, row0, VECTOR, Simd.ORDER).mul(s1);
    var c02 = FloatVector.fromMemorySegment(Simd.F, row0, 2 * VECTOR, Simd.ORDER).mul(s2);
    var c03 = FloatVector.fromMemorySegment(Simd.F, row0, 3 * VECTOR, Simd.ORDER).mul(s3);
    var c10 = FloatVector.fromMemorySegment(Simd.F, row1, 0, Simd.ORDER).mul(s0);
    var c11 = FloatVector.fromMemorySegment(Simd.F, row1, VECTOR, Simd.ORDER).mul(s1);
    var c12 = FloatVector.fromMemorySegment(Simd.F, row1, 2 * VECTOR, Simd.ORDER).mul(s2);
    var c13 = FloatVector.fromMemorySegment(Simd.F, row1, 3 * VECTOR, Simd.ORDER).mul(s3);
    var c20 = FloatVector.fromMemorySegment(Simd.F, row2, 0, Simd.ORDER).mul(s0);
    var c21 = FloatVector.fromMemorySegment(Simd.F, row2, VECTOR, Simd.ORDER).mul(s1);
    var c22 = FloatVector.fromMemorySegment(Simd.F, row2, 2 * VECTOR, Simd.ORDER).mul(s2);
    var c23 = FloatVector.fromMemorySegment(Simd.F, row2, 3 * VECTOR, Simd.ORDER).mul(s3);
    next += 3 * pitch;
    for (int f = 0; f < cols.buckets; f++, next += pitch) {
      int p = index[startAt + f];
      int end = index[startAt + f + 1];
      var row = coef.asSlice(next, BYTES);
      var c30 = FloatVector.fromMemorySegment(Simd.F, row, 0, Simd.ORDER).mul(s0);
      var c31 = FloatVector.fromMemorySegment(Simd.F, row, VECTOR, Simd.ORDER).mul(s1);
      var c32 = FloatVector.fromMemorySegment(Simd.F, row, 2 * VECTOR, Simd.ORDER).mul(s2);
      var c33 = FloatVector.fromMemorySegment(Simd.F, row, 3 * VECTOR, Simd.ORDER).mul(s3);
      for (; p < end; p++) {
        long at = (index[sampleAt + p] & SAMPLE) * BYTES;
        var b = FloatVector.broadcast(Simd.F, weight[silu + p]);
        var y0 = b.fma(base0, FloatVector.fromMemorySegment(Simd.F, y, at, Simd.ORDER));
        var y1 = b.fma(base1, FloatVector.fromMemorySegment(Simd.F, y, at + VECTOR, Simd.ORDER));
        var y2 =
            b.fma(base2, FloatVector.fromMemorySegment(Simd.F, y, at + 2 * VECTOR, Simd.ORDER));
        var y3 =
            b.fma(base3, FloatVector.fromMemorySegment(Simd.F, y, at + 3 * VECTOR, Simd.ORDER));
        b = FloatVector.broadcast(Simd.F, weight[w + p]);
        y0 = b.fma(c00, y0);
        y1 = b.fma(c01, y1);
        y2 = b.fma(c02, y2);
        y3 = b.fma(c03, y3);
        b = FloatVector.broadcast(Simd.F, weight[w + p + PITCH]);
        y0 = b.fma(c10, y0);
        y1 = b.fma(c11, y1);
        y2 = b.fma(c12, y2);
        y3 = b.fma(c13, y3);
        b = FloatVector.broadcast(Simd.F, weight[w + p + 2 * PITCH]);
        y0 = b.fma(c20, y0);
        y1 = b.fma(c21, y1);
        y2 = b.fma(c22, y2);
        y3 = b.fma(c23, y3);
        b = FloatVector.broadcast(Simd.F, weight[w + p + 3 * PITCH]);
        y0 = b.fma(c30, y0);
        y1 = b.fma(c31, y1);
        y2 = b.fma(c32, y2);
        y3 = b.fma(c33, y3);
        y0.intoMemorySegment(y, at, Simd.ORDER);
        y1.intoMemorySegment(y, at + VECTOR, Simd.ORDER);
        y2.intoMemorySegment(y, at + 2 * VECTOR, Simd.ORDER);
        y3.intoMemorySegment(y, at + 3 * VECTOR, Simd.ORDER);
      }
      c00 = c10;
      c01 = c11;
      c02 = c12;
      c03 = c13;
      c10 = c20;
      c11 = c21;
      c12 = c22;
      c13 = c23;
      c20 = c30;
      c21 = c31;
      c22 = c32;
      c23 = c33;
    }
    int end = index[startAt + cols.buckets + 1];
    for (int p = index[startAt + cols.buckets]; p < end; p++) {
      long at = (index[sampleAt + p] & SAMPLE) * BYTES;
      var b = FloatVector.broadcast(Simd.F, weight[silu + p]);
      b.fma(base0, FloatVector.fromMemorySegment(Simd.F, y, at, Simd.ORDER))
          .intoMemorySegment(y, at, Simd.ORDER);
      b.fma(base1, FloatVector.fromMemorySegment(Simd.F, y, at + VECTOR, Simd.ORDER))
          .intoMemorySegment(y, at + VECTOR, Simd.ORDER);
      b.fma(base2, FloatVector.fromMemorySegment(Simd.F, y, at + 2 * VECTOR, Simd.ORDER))
          .intoMemorySegment(y, at + 2 * VECTOR, Simd.ORDER);
      b.fma(base3, FloatVector.fromMemorySegment(Simd.F, y, at + 3 * VECTOR, Simd.ORDER))
          .intoMemorySegment(y, at + 3 * VECTOR, Simd.ORDER);
    }
  }

  /// `total[p] += Σ_tile g[sample] (Σ_r w_r scale coef[bucket + r] + w_silu base)`, a vector of
  /// partial sums for each sorted position `p`.
  static void gradInput(
      KanPanel panel,
      SplineColumns cols,
      int c,
      int group,
      MemorySegment gradient,
      long gAt,
      MemorySegment total) {
    var g = gradient.asSlice(gAt, SplineColumns.BLOCK * BYTES);
    var sums = total.asSlice(0, SplineColumns.BLOCK * VECTOR);
    int[] index = cols.index;
    float[] weight = cols.weight;
    int startAt = cols.startAt(c);
    int sampleAt = cols.sampleAt(c);
    int w = cols.weightAt(c) + GROUP * group * PITCH;
    int silu = cols.siluAt(c, group);
    var base = panel.bases.asSlice(panel.basesAt, BYTES);
    var scale = panel.scales.asSlice(panel.scalesAt, BYTES);
    var base0 = FloatVector.fromMemorySegment(Simd.F, base, 0, Simd.ORDER);
    var base1 = FloatVector.fromMemorySegment(Simd.F, base, VECTOR, Simd.ORDER);
    var base2 = FloatVector.fromMemorySegment(Simd.F, base, 2 * VECTOR, Simd.ORDER);
    var base3 = FloatVector.fromMemorySegment(Simd.F, base, 3 * VECTOR, Simd.ORDER);
    var s0 = FloatVector.fromMemorySegment(Simd.F, scale, 0, Simd.ORDER);
    var s1 = FloatVector.fromMemorySegment(Simd.F, scale, VECTOR, Simd.ORDER);
    var s2 = FloatVector.fromMemorySegment(Simd.F, scale, 2 * VECTOR, Simd.ORDER);
    var s3 = FloatVector.fromMemorySegment(Simd.F, scale, 3 * VECTOR, Simd.ORDER);
    var coef = panel.rows;
    long pitch = panel.pitch;
    long next = panel.rowsAt + (long) GROUP * group * pitch;
    var row0 = coef.asSlice(next, BYTES);
    var row1 = coef.asSlice(next + pitch, BYTES);
    var row2 = coef.asSlice(next + 2 * pitch, BYTES);
    var c00 = FloatVector.fromMemorySegment(Simd.F, row0, 0, Simd.ORDER).mul(s0);
    var c01 = FloatVector.fromMemorySegment(Simd.F, row0, VECTOR, Simd.ORDER).mul(s1);
    var c02 = FloatVector.fromMemorySegment(Simd.F, row0, 2 * VECTOR, Simd.ORDER).mul(s2);
    var c03 = FloatVector.fromMemorySegment(Simd.F, row0, 3 * VECTOR, Simd.ORDER).mul(s3);
    var c10 = FloatVector.fromMemorySegment(Simd.F, row1, 0, Simd.ORDER).mul(s0);
    var c11 = FloatVector.fromMemorySegment(Simd.F, row1, VECTOR, Simd.ORDER).mul(s1);
    var c12 = FloatVector.fromMemorySegment(Simd.F, row1, 2 * VECTOR, Simd.ORDER).mul(s2);
    var c13 = FloatVector.fromMemorySegment(Simd.F, row1, 3 * VECTOR, Simd.ORDER).mul(s3);
    var c20 = FloatVector.fromMemorySegment(Simd.F, row2, 0, Simd.ORDER).mul(s0);
    var c21 = FloatVector.fromMemorySegment(Simd.F, row2, VECTOR, Simd.ORDER).mul(s1);
    var c22 = FloatVector.fromMemorySegment(Simd.F, row2, 2 * VECTOR, Simd.ORDER).mul(s2);
    var c23 = FloatVector.fromMemorySegment(Simd.F, row2, 3 * VECTOR, Simd.ORDER).mul(s3);
    next += 3 * pitch;
    for (int f = 0; f < cols.buckets; f++, next += pitch) {
      int p = index[startAt + f];
      int end = index[startAt + f + 1];
      var row = coef.asSlice(next, BYTES);
      var c30 = FloatVector.fromMemorySegment(Simd.F, row, 0, Simd.ORDER).mul(s0);
      var c31 = FloatVector.fromMemorySegment(Simd.F, row, VECTOR, Simd.ORDER).mul(s1);
      var c32 = FloatVector.fromMemorySegment(Simd.F, row, 2 * VECTOR, Simd.ORDER).mul(s2);
      var c33 = FloatVector.fromMemorySegment(Simd.F, row, 3 * VECTOR, Simd.ORDER).mul(s3);
      for (; p < end; p++) {
        long at = (index[sampleAt + p] & SAMPLE) * BYTES;
        var b = FloatVector.broadcast(Simd.F, weight[silu + p]);
        var t0 = b.mul(base0);
        var t1 = b.mul(base1);
        var t2 = b.mul(base2);
        var t3 = b.mul(base3);
        b = FloatVector.broadcast(Simd.F, weight[w + p]);
        t0 = b.fma(c00, t0);
        t1 = b.fma(c01, t1);
        t2 = b.fma(c02, t2);
        t3 = b.fma(c03, t3);
        b = FloatVector.broadcast(Simd.F, weight[w + p + PITCH]);
        t0 = b.fma(c10, t0);
        t1 = b.fma(c11, t1);
        t2 = b.fma(c12, t2);
        t3 = b.fma(c13, t3);
        b = FloatVector.broadcast(Simd.F, weight[w + p + 2 * PITCH]);
        t0 = b.fma(c20, t0);
        t1 = b.fma(c21, t1);
        t2 = b.fma(c22, t2);
        t3 = b.fma(c23, t3);
        b = FloatVector.broadcast(Simd.F, weight[w + p + 3 * PITCH]);
        t0 = b.fma(c30, t0);
        t1 = b.fma(c31, t1);
        t2 = b.fma(c32, t2);
        t3 = b.fma(c33, t3);
        long sumAt = (p & SAMPLE) * VECTOR;
        var sum = FloatVector.fromMemorySegment(Simd.F, sums, sumAt, Simd.ORDER);
        sum = t0.fma(FloatVector.fromMemorySegment(Simd.F, g, at, Simd.ORDER), sum);
        sum = t1.fma(FloatVector.fromMemorySegment(Simd.F, g, at + VECTOR, Simd.ORDER), sum);
        sum = t2.fma(FloatVector.fromMemorySegment(Simd.F, g, at + 2 * VECTOR, Simd.ORDER), sum);
        sum = t3.fma(FloatVector.fromMemorySegment(Simd.F, g, at + 3 * VECTOR, Simd.ORDER), sum);
        sum.intoMemorySegment(sums, sumAt, Simd.ORDER);
      }
      c00 = c10;
      c01 = c11;
      c02 = c12;
      c03 = c13;
      c10 = c20;
      c11 = c21;
      c12 = c22;
      c13 = c23;
      c20 = c30;
      c21 = c31;
      c22 = c32;
      c23 = c33;
    }
    int end = index[startAt + cols.buckets + 1];
    for (int p = index[startAt + cols.buckets]; p < end; p++) {
      long at = (index[sampleAt + p] & SAMPLE) * BYTES;
      var b = FloatVector.broadcast(Simd.F, weight[silu + p]);
      long sumAt = (p & SAMPLE) * VECTOR;
      var sum = FloatVector.fromMemorySegment(Simd.F, sums, sumAt, Simd.ORDER);
      sum = b.mul(base0).fma(FloatVector.fromMemorySegment(Simd.F, g, at, Simd.ORDER), sum);
      sum =
          b.mul(base1).fma(FloatVector.fromMemorySegment(Simd.F, g, at + VECTOR, Simd.ORDER), sum);
      sum =
          b.mul(base2)
              .fma(FloatVector.fromMemorySegment(Simd.F, g, at + 2 * VECTOR, Simd.ORDER), sum);
      sum =
          b.mul(base3)
              .fma(FloatVector.fromMemorySegment(Simd.F, g, at + 3 * VECTOR, Simd.ORDER), sum);
      sum.intoMemorySegment(sums, sumAt, Simd.ORDER);
    }
  }

  /// `sums[bucket + r] += Σ_p w_r g[sample]`, and at the row `siluRow` `Σ_p w_silu g[sample]`: rows
  /// of `BYTES` bytes from `sumsAt` on.
  static void gradWeights(
      MemorySegment sums,
      long sumsAt,
      long siluRow,
      SplineColumns cols,
      int c,
      int group,
      MemorySegment gradient,
      long gAt) {
    var g = gradient.asSlice(gAt, SplineColumns.BLOCK * BYTES);
    int[] index = cols.index;
    float[] weight = cols.weight;
    int startAt = cols.startAt(c);
    int sampleAt = cols.sampleAt(c);
    int w = cols.weightAt(c) + GROUP * group * PITCH;
    int silu = cols.siluAt(c, group);
    long base = sumsAt + siluRow * BYTES;
    var base0 = FloatVector.fromMemorySegment(Simd.F, sums, base, Simd.ORDER);
    var base1 = FloatVector.fromMemorySegment(Simd.F, sums, base + VECTOR, Simd.ORDER);
    var base2 = FloatVector.fromMemorySegment(Simd.F, sums, base + 2 * VECTOR, Simd.ORDER);
    var base3 = FloatVector.fromMemorySegment(Simd.F, sums, base + 3 * VECTOR, Simd.ORDER);
    long first = sumsAt + (long) GROUP * group * BYTES;
    var c00 = FloatVector.fromMemorySegment(Simd.F, sums, first, Simd.ORDER);
    var c01 = FloatVector.fromMemorySegment(Simd.F, sums, first + VECTOR, Simd.ORDER);
    var c02 = FloatVector.fromMemorySegment(Simd.F, sums, first + 2 * VECTOR, Simd.ORDER);
    var c03 = FloatVector.fromMemorySegment(Simd.F, sums, first + 3 * VECTOR, Simd.ORDER);
    var c10 = FloatVector.fromMemorySegment(Simd.F, sums, first + BYTES, Simd.ORDER);
    var c11 = FloatVector.fromMemorySegment(Simd.F, sums, first + BYTES + VECTOR, Simd.ORDER);
    var c12 = FloatVector.fromMemorySegment(Simd.F, sums, first + BYTES + 2 * VECTOR, Simd.ORDER);
    var c13 = FloatVector.fromMemorySegment(Simd.F, sums, first + BYTES + 3 * VECTOR, Simd.ORDER);
    var c20 = FloatVector.fromMemorySegment(Simd.F, sums, first + 2 * BYTES, Simd.ORDER);
    var c21 = FloatVector.fromMemorySegment(Simd.F, sums, first + 2 * BYTES + VECTOR, Simd.ORDER);
    var c22 =
        FloatVector.fromMemorySegment(Simd.F, sums, first + 2 * BYTES + 2 * VECTOR, Simd.ORDER);
    var c23 =
        FloatVector.fromMemorySegment(Simd.F, sums, first + 2 * BYTES + 3 * VECTOR, Simd.ORDER);
    for (int f = 0; f < cols.buckets; f++) {
      int p = index[startAt + f];
      int end = index[startAt + f + 1];
      var four = sums.asSlice(first + f * BYTES, GROUP * BYTES);
      var c30 = FloatVector.fromMemorySegment(Simd.F, four, 3 * BYTES, Simd.ORDER);
      var c31 = FloatVector.fromMemorySegment(Simd.F, four, 3 * BYTES + VECTOR, Simd.ORDER);
      var c32 = FloatVector.fromMemorySegment(Simd.F, four, 3 * BYTES + 2 * VECTOR, Simd.ORDER);
      var c33 = FloatVector.fromMemorySegment(Simd.F, four, 3 * BYTES + 3 * VECTOR, Simd.ORDER);
      for (; p < end; p++) {
        long at = (index[sampleAt + p] & SAMPLE) * BYTES;
        var g0 = FloatVector.fromMemorySegment(Simd.F, g, at, Simd.ORDER);
        var g1 = FloatVector.fromMemorySegment(Simd.F, g, at + VECTOR, Simd.ORDER);
        var g2 = FloatVector.fromMemorySegment(Simd.F, g, at + 2 * VECTOR, Simd.ORDER);
        var g3 = FloatVector.fromMemorySegment(Simd.F, g, at + 3 * VECTOR, Simd.ORDER);
        var b = FloatVector.broadcast(Simd.F, weight[silu + p]);
        base0 = b.fma(g0, base0);
        base1 = b.fma(g1, base1);
        base2 = b.fma(g2, base2);
        base3 = b.fma(g3, base3);
        b = FloatVector.broadcast(Simd.F, weight[w + p]);
        c00 = b.fma(g0, c00);
        c01 = b.fma(g1, c01);
        c02 = b.fma(g2, c02);
        c03 = b.fma(g3, c03);
        b = FloatVector.broadcast(Simd.F, weight[w + p + PITCH]);
        c10 = b.fma(g0, c10);
        c11 = b.fma(g1, c11);
        c12 = b.fma(g2, c12);
        c13 = b.fma(g3, c13);
        b = FloatVector.broadcast(Simd.F, weight[w + p + 2 * PITCH]);
        c20 = b.fma(g0, c20);
        c21 = b.fma(g1, c21);
        c22 = b.fma(g2, c22);
        c23 = b.fma(g3, c23);
        b = FloatVector.broadcast(Simd.F, weight[w + p + 3 * PITCH]);
        c30 = b.fma(g0, c30);
        c31 = b.fma(g1, c31);
        c32 = b.fma(g2, c32);
        c33 = b.fma(g3, c33);
      }
      c00.intoMemorySegment(four, 0, Simd.ORDER);
      c01.intoMemorySegment(four, VECTOR, Simd.ORDER);
      c02.intoMemorySegment(four, 2 * VECTOR, Simd.ORDER);
      c03.intoMemorySegment(four, 3 * VECTOR, Simd.ORDER);
      c00 = c10;
      c01 = c11;
      c02 = c12;
      c03 = c13;
      c10 = c20;
      c11 = c21;
      c12 = c22;
      c13 = c23;
      c20 = c30;
      c21 = c31;
      c22 = c32;
      c23 = c33;
    }
    long last = first + cols.buckets * BYTES;
    c00.intoMemorySegment(sums, last, Simd.ORDER);
    c01.intoMemorySegment(sums, last + VECTOR, Simd.ORDER);
    c02.intoMemorySegment(sums, last + 2 * VECTOR, Simd.ORDER);
    c03.intoMemorySegment(sums, last + 3 * VECTOR, Simd.ORDER);
    c10.intoMemorySegment(sums, last + BYTES, Simd.ORDER);
    c11.intoMemorySegment(sums, last + BYTES + VECTOR, Simd.ORDER);
    c12.intoMemorySegment(sums, last + BYTES + 2 * VECTOR, Simd.ORDER);
    c13.intoMemorySegment(sums, last + BYTES + 3 * VECTOR, Simd.ORDER);
    c20.intoMemorySegment(sums, last + 2 * BYTES, Simd.ORDER);
    c21.intoMemorySegment(sums, last + 2 * BYTES + VECTOR, Simd.ORDER);
    c22.intoMemorySegment(sums, last + 2 * BYTES + 2 * VECTOR, Simd.ORDER);
    c23.intoMemorySegment(sums, last + 2 * BYTES + 3 * VECTOR, Simd.ORDER);
    int end = index[startAt + cols.buckets + 1];
    for (int p = index[startAt + cols.buckets]; p < end; p++) {
      long at = (index[sampleAt + p] & SAMPLE) * BYTES;
      var b = FloatVector.broadcast(Simd.F, weight[silu + p]);
      base0 = b.fma(FloatVector.fromMemorySegment(Simd.F, g, at, Simd.ORDER), base0);
      base1 = b.fma(FloatVector.fromMemorySegment(Simd.F, g, at + VECTOR, Simd.ORDER), base1);
      base2 = b.fma(FloatVector.fromMemorySegment(Simd.F, g, at + 2 * VECTOR, Simd.ORDER), base2);
      base3 = b.fma(FloatVector.fromMemorySegment(Simd.F, g, at + 3 * VECTOR, Simd.ORDER), base3);
    }
    base0.intoMemorySegment(sums, base, Simd.ORDER);
    base1.intoMemorySegment(sums, base + VECTOR, Simd.ORDER);
    base2.intoMemorySegment(sums, base + 2 * VECTOR, Simd.ORDER);
    base3.intoMemorySegment(sums, base + 3 * VECTOR, Simd.ORDER);
  }
}
