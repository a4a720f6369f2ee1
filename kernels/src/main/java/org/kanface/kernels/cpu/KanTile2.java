package org.kanface.kernels.cpu;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/// The KAN layer's inner loops over one input's column and a tile of 2 vectors of outputs.
///
/// For 16 registers, and for the outputs that fill no wider tile. A panel has rows of `BYTES`
/// bytes, one a basis function and the last for silu. `group` says which four of the basis
/// functions around a sample are meant (0, or 1 for orders above 3); the silu row takes part in
/// group 0.
final class KanTile2 {
  static final int VECTORS = 2;
  private static final long VECTOR = Simd.F.vectorByteSize();
  private static final long BYTES = VECTORS * VECTOR;
  private static final int PITCH = SplineColumns.PITCH;
  private static final int SAMPLE = SplineColumns.BLOCK - 1; // a mask: BLOCK is a power of two

  private KanTile2() {}

  /// `y[sample] += Σ_r w_r panel[bucket + r] + w_silu panel[silu]`, with `y` rows of `BYTES` bytes.
  static void forward(
      MemorySegment panels,
      long panelAt,
      long siluRow,
      SplineColumns cols,
      int c,
      int group,
      MemorySegment sums,
      long sumsAt) {
    var y =
        sums.asSlice(sumsAt, SplineColumns.BLOCK * BYTES); // a constant size needs no range checks
    int[] index = cols.index;
    float[] weight = cols.weight;
    int startAt = cols.startAt(c);
    int sampleAt = cols.sampleAt(c);
    int w = cols.weightAt(c) + SplineColumns.GROUP * group * PITCH;
    int silu = cols.siluAt(c, group);
    var base0 =
        FloatVector.fromMemorySegment(Simd.F, panels, panelAt + siluRow * BYTES, Simd.ORDER);
    var base1 =
        FloatVector.fromMemorySegment(
            Simd.F, panels, panelAt + siluRow * BYTES + VECTOR, Simd.ORDER);
    for (int f = 0; f < cols.buckets; f++) {
      int p = index[startAt + f];
      int end = index[startAt + f + 1];
      if (p == end) {
        continue;
      }
      long row = panelAt + (f + SplineColumns.GROUP * group) * BYTES;
      var c00 = FloatVector.fromMemorySegment(Simd.F, panels, row, Simd.ORDER);
      var c01 = FloatVector.fromMemorySegment(Simd.F, panels, row + VECTOR, Simd.ORDER);
      var c10 = FloatVector.fromMemorySegment(Simd.F, panels, row + BYTES, Simd.ORDER);
      var c11 = FloatVector.fromMemorySegment(Simd.F, panels, row + BYTES + VECTOR, Simd.ORDER);
      var c20 = FloatVector.fromMemorySegment(Simd.F, panels, row + 2 * BYTES, Simd.ORDER);
      var c21 = FloatVector.fromMemorySegment(Simd.F, panels, row + 2 * BYTES + VECTOR, Simd.ORDER);
      var c30 = FloatVector.fromMemorySegment(Simd.F, panels, row + 3 * BYTES, Simd.ORDER);
      var c31 = FloatVector.fromMemorySegment(Simd.F, panels, row + 3 * BYTES + VECTOR, Simd.ORDER);
      for (; p < end; p++) {
        long at = (index[sampleAt + p] & SAMPLE) * BYTES;
        var b = FloatVector.broadcast(Simd.F, weight[silu + p]);
        var y0 = b.fma(base0, FloatVector.fromMemorySegment(Simd.F, y, at, Simd.ORDER));
        var y1 = b.fma(base1, FloatVector.fromMemorySegment(Simd.F, y, at + VECTOR, Simd.ORDER));
        b = FloatVector.broadcast(Simd.F, weight[w + p]);
        y0 = b.fma(c00, y0);
        y1 = b.fma(c01, y1);
        b = FloatVector.broadcast(Simd.F, weight[w + p + PITCH]);
        y0 = b.fma(c10, y0);
        y1 = b.fma(c11, y1);
        b = FloatVector.broadcast(Simd.F, weight[w + p + 2 * PITCH]);
        y0 = b.fma(c20, y0);
        y1 = b.fma(c21, y1);
        b = FloatVector.broadcast(Simd.F, weight[w + p + 3 * PITCH]);
        y0 = b.fma(c30, y0);
        y1 = b.fma(c31, y1);
        y0.intoMemorySegment(y, at, Simd.ORDER);
        y1.intoMemorySegment(y, at + VECTOR, Simd.ORDER);
      }
    }
    int end = index[startAt + cols.buckets + 1];
    for (int p = index[startAt + cols.buckets]; p < end; p++) {
      long at = (index[sampleAt + p] & SAMPLE) * BYTES;
      var b = FloatVector.broadcast(Simd.F, weight[silu + p]);
      b.fma(base0, FloatVector.fromMemorySegment(Simd.F, y, at, Simd.ORDER))
          .intoMemorySegment(y, at, Simd.ORDER);
      b.fma(base1, FloatVector.fromMemorySegment(Simd.F, y, at + VECTOR, Simd.ORDER))
          .intoMemorySegment(y, at + VECTOR, Simd.ORDER);
    }
  }

  /// `total[p] += Σ_tile g[sample] (Σ_r w_r panel[bucket + r] + w_silu panel[silu])`, a vector of
  /// partial sums for each sorted position `p`.
  static void gradInput(
      MemorySegment panels,
      long panelAt,
      long siluRow,
      SplineColumns cols,
      int c,
      int group,
      MemorySegment gradient,
      long gAt,
      MemorySegment total) {
    var g = gradient.asSlice(gAt, SplineColumns.BLOCK * BYTES);
    int[] index = cols.index;
    float[] weight = cols.weight;
    int startAt = cols.startAt(c);
    int sampleAt = cols.sampleAt(c);
    int w = cols.weightAt(c) + SplineColumns.GROUP * group * PITCH;
    int silu = cols.siluAt(c, group);
    var base0 =
        FloatVector.fromMemorySegment(Simd.F, panels, panelAt + siluRow * BYTES, Simd.ORDER);
    var base1 =
        FloatVector.fromMemorySegment(
            Simd.F, panels, panelAt + siluRow * BYTES + VECTOR, Simd.ORDER);
    for (int f = 0; f < cols.buckets; f++) {
      int p = index[startAt + f];
      int end = index[startAt + f + 1];
      if (p == end) {
        continue;
      }
      long row = panelAt + (f + SplineColumns.GROUP * group) * BYTES;
      var c00 = FloatVector.fromMemorySegment(Simd.F, panels, row, Simd.ORDER);
      var c01 = FloatVector.fromMemorySegment(Simd.F, panels, row + VECTOR, Simd.ORDER);
      var c10 = FloatVector.fromMemorySegment(Simd.F, panels, row + BYTES, Simd.ORDER);
      var c11 = FloatVector.fromMemorySegment(Simd.F, panels, row + BYTES + VECTOR, Simd.ORDER);
      var c20 = FloatVector.fromMemorySegment(Simd.F, panels, row + 2 * BYTES, Simd.ORDER);
      var c21 = FloatVector.fromMemorySegment(Simd.F, panels, row + 2 * BYTES + VECTOR, Simd.ORDER);
      var c30 = FloatVector.fromMemorySegment(Simd.F, panels, row + 3 * BYTES, Simd.ORDER);
      var c31 = FloatVector.fromMemorySegment(Simd.F, panels, row + 3 * BYTES + VECTOR, Simd.ORDER);
      for (; p < end; p++) {
        long at = (index[sampleAt + p] & SAMPLE) * BYTES;
        var b = FloatVector.broadcast(Simd.F, weight[silu + p]);
        var s0 = b.mul(base0);
        var s1 = b.mul(base1);
        b = FloatVector.broadcast(Simd.F, weight[w + p]);
        s0 = b.fma(c00, s0);
        s1 = b.fma(c01, s1);
        b = FloatVector.broadcast(Simd.F, weight[w + p + PITCH]);
        s0 = b.fma(c10, s0);
        s1 = b.fma(c11, s1);
        b = FloatVector.broadcast(Simd.F, weight[w + p + 2 * PITCH]);
        s0 = b.fma(c20, s0);
        s1 = b.fma(c21, s1);
        b = FloatVector.broadcast(Simd.F, weight[w + p + 3 * PITCH]);
        s0 = b.fma(c30, s0);
        s1 = b.fma(c31, s1);
        var sum = FloatVector.fromMemorySegment(Simd.F, total, p * VECTOR, Simd.ORDER);
        sum = s0.fma(FloatVector.fromMemorySegment(Simd.F, g, at, Simd.ORDER), sum);
        sum = s1.fma(FloatVector.fromMemorySegment(Simd.F, g, at + VECTOR, Simd.ORDER), sum);
        sum.intoMemorySegment(total, p * VECTOR, Simd.ORDER);
      }
    }
    int end = index[startAt + cols.buckets + 1];
    for (int p = index[startAt + cols.buckets]; p < end; p++) {
      long at = (index[sampleAt + p] & SAMPLE) * BYTES;
      var b = FloatVector.broadcast(Simd.F, weight[silu + p]);
      var sum = FloatVector.fromMemorySegment(Simd.F, total, p * VECTOR, Simd.ORDER);
      sum = b.mul(base0).fma(FloatVector.fromMemorySegment(Simd.F, g, at, Simd.ORDER), sum);
      sum =
          b.mul(base1).fma(FloatVector.fromMemorySegment(Simd.F, g, at + VECTOR, Simd.ORDER), sum);
      sum.intoMemorySegment(total, p * VECTOR, Simd.ORDER);
    }
  }

  /// `sums[bucket + r] += Σ_p w_r g[sample]`, `sums[silu] += Σ_p w_silu g[sample]`: rows of `BYTES`
  /// bytes from `sumsAt` on.
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
    int w = cols.weightAt(c) + SplineColumns.GROUP * group * PITCH;
    int silu = cols.siluAt(c, group);
    long base = sumsAt + siluRow * BYTES;
    for (int f = 0; f < cols.buckets; f++) {
      int p = index[startAt + f];
      int end = index[startAt + f + 1];
      if (p == end) {
        continue;
      }
      long row = sumsAt + (f + SplineColumns.GROUP * group) * BYTES;
      var base0 = FloatVector.fromMemorySegment(Simd.F, sums, base, Simd.ORDER);
      var base1 = FloatVector.fromMemorySegment(Simd.F, sums, base + VECTOR, Simd.ORDER);
      var c00 = FloatVector.fromMemorySegment(Simd.F, sums, row, Simd.ORDER);
      var c01 = FloatVector.fromMemorySegment(Simd.F, sums, row + VECTOR, Simd.ORDER);
      var c10 = FloatVector.fromMemorySegment(Simd.F, sums, row + BYTES, Simd.ORDER);
      var c11 = FloatVector.fromMemorySegment(Simd.F, sums, row + BYTES + VECTOR, Simd.ORDER);
      var c20 = FloatVector.fromMemorySegment(Simd.F, sums, row + 2 * BYTES, Simd.ORDER);
      var c21 = FloatVector.fromMemorySegment(Simd.F, sums, row + 2 * BYTES + VECTOR, Simd.ORDER);
      var c30 = FloatVector.fromMemorySegment(Simd.F, sums, row + 3 * BYTES, Simd.ORDER);
      var c31 = FloatVector.fromMemorySegment(Simd.F, sums, row + 3 * BYTES + VECTOR, Simd.ORDER);
      for (; p < end; p++) {
        long at = (index[sampleAt + p] & SAMPLE) * BYTES;
        var g0 = FloatVector.fromMemorySegment(Simd.F, g, at, Simd.ORDER);
        var g1 = FloatVector.fromMemorySegment(Simd.F, g, at + VECTOR, Simd.ORDER);
        var b = FloatVector.broadcast(Simd.F, weight[silu + p]);
        base0 = b.fma(g0, base0);
        base1 = b.fma(g1, base1);
        b = FloatVector.broadcast(Simd.F, weight[w + p]);
        c00 = b.fma(g0, c00);
        c01 = b.fma(g1, c01);
        b = FloatVector.broadcast(Simd.F, weight[w + p + PITCH]);
        c10 = b.fma(g0, c10);
        c11 = b.fma(g1, c11);
        b = FloatVector.broadcast(Simd.F, weight[w + p + 2 * PITCH]);
        c20 = b.fma(g0, c20);
        c21 = b.fma(g1, c21);
        b = FloatVector.broadcast(Simd.F, weight[w + p + 3 * PITCH]);
        c30 = b.fma(g0, c30);
        c31 = b.fma(g1, c31);
      }
      base0.intoMemorySegment(sums, base, Simd.ORDER);
      base1.intoMemorySegment(sums, base + VECTOR, Simd.ORDER);
      c00.intoMemorySegment(sums, row, Simd.ORDER);
      c01.intoMemorySegment(sums, row + VECTOR, Simd.ORDER);
      c10.intoMemorySegment(sums, row + BYTES, Simd.ORDER);
      c11.intoMemorySegment(sums, row + BYTES + VECTOR, Simd.ORDER);
      c20.intoMemorySegment(sums, row + 2 * BYTES, Simd.ORDER);
      c21.intoMemorySegment(sums, row + 2 * BYTES + VECTOR, Simd.ORDER);
      c30.intoMemorySegment(sums, row + 3 * BYTES, Simd.ORDER);
      c31.intoMemorySegment(sums, row + 3 * BYTES + VECTOR, Simd.ORDER);
    }
    int end = index[startAt + cols.buckets + 1];
    var base0 = FloatVector.fromMemorySegment(Simd.F, sums, base, Simd.ORDER);
    var base1 = FloatVector.fromMemorySegment(Simd.F, sums, base + VECTOR, Simd.ORDER);
    for (int p = index[startAt + cols.buckets]; p < end; p++) {
      long at = (index[sampleAt + p] & SAMPLE) * BYTES;
      var b = FloatVector.broadcast(Simd.F, weight[silu + p]);
      base0 = b.fma(FloatVector.fromMemorySegment(Simd.F, g, at, Simd.ORDER), base0);
      base1 = b.fma(FloatVector.fromMemorySegment(Simd.F, g, at + VECTOR, Simd.ORDER), base1);
    }
    base0.intoMemorySegment(sums, base, Simd.ORDER);
    base1.intoMemorySegment(sums, base + VECTOR, Simd.ORDER);
  }
}
