package org.kanface.kernels.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.KanLinear;
import org.kanface.kernels.Memory;
import org.kanface.kernels.Spline;
import org.kanface.kernels.SplineKernels;

/// B-splines and the KAN layer from local support: only the `order + 1` functions that are not 0.
final class SplineCpu implements SplineKernels {
  private static final int INPUTS = 8; // a chunk of columns: its part of the result stays in the L2

  @Override
  public void basis(Spline spline, long n, Memory x, Memory knots, Memory y) {
    everyBasis(spline, n, Simd.segment(x), Simd.segment(knots), Simd.segment(y), false);
  }

  @Override
  public void basisDerivative(Spline spline, long n, Memory x, Memory knots, Memory y) {
    everyBasis(spline, n, Simd.segment(x), Simd.segment(knots), Simd.segment(y), true);
  }

  @Override
  public void kanForward(
      KanLinear shape,
      Memory x,
      Memory knots,
      Memory coef,
      Memory scaleBase,
      Memory scaleSpline,
      Memory y) {
    new KanForward(
            shape,
            Simd.segment(x),
            Simd.segment(knots),
            Simd.segment(coef),
            Simd.segment(scaleBase),
            Simd.segment(scaleSpline),
            Simd.segment(y))
        .run();
  }

  @Override
  public void kanGradInput(
      KanLinear shape,
      Memory x,
      Memory knots,
      Memory coef,
      Memory scaleBase,
      Memory scaleSpline,
      Memory dy,
      Memory dx) {
    new KanGradInput(
            shape,
            Simd.segment(x),
            Simd.segment(knots),
            Simd.segment(coef),
            Simd.segment(scaleBase),
            Simd.segment(scaleSpline),
            Simd.segment(dy),
            Simd.segment(dx))
        .run();
  }

  @Override
  public void kanGradWeights(
      KanLinear shape,
      Memory x,
      Memory knots,
      Memory coef,
      Memory scaleSpline,
      Memory dy,
      @Nullable Memory dcoef,
      @Nullable Memory dscaleBase,
      @Nullable Memory dscaleSpline) {
    new KanGradWeights(
            shape,
            Simd.segment(x),
            Simd.segment(knots),
            Simd.segment(coef),
            Simd.segment(scaleSpline),
            Simd.segment(dy),
            segment(dcoef),
            segment(dscaleBase),
            segment(dscaleSpline))
        .run();
  }

  private static @Nullable MemorySegment segment(@Nullable Memory memory) {
    return memory == null ? null : Simd.segment(memory);
  }

  private static void everyBasis(
      Spline spline, long n, MemorySegment x, MemorySegment knots, MemorySegment y, boolean slope) {
    long inputs = spline.inputs();
    long groups = (inputs + INPUTS - 1) / INPUTS;
    long blocks = (n + SplineColumns.BLOCK - 1) / SplineColumns.BLOCK;
    SplineWork.forEach(
        n * inputs * SplineWork.A_COLUMN,
        blocks * groups,
        chunk -> {
          long from = chunk / groups * SplineColumns.BLOCK;
          int samples = (int) Math.min(SplineColumns.BLOCK, n - from);
          long first = chunk % groups * INPUTS;
          long end = Math.min(first + INPUTS, inputs);
          clear(spline, from, samples, first, end, y);
          var column = SplineColumns.in(SplineScratch.chunk(), spline, 1);
          var evaluator = SplineEvaluator.of(spline);
          for (long i = first; i < end; i++) {
            evaluator.load(knots, i);
            evaluator.fill(column, 0, x, from * inputs + i, inputs, samples, slope);
            spread(spline, column, from * inputs + i, y);
          }
        });
  }

  private static void clear(
      Spline spline, long from, int samples, long first, long end, MemorySegment y) {
    long row = (long) spline.basis() * Float.BYTES;
    for (long b = from; b < from + samples; b++) {
      y.asSlice((b * spline.inputs() + first) * row, (end - first) * row).fill((byte) 0);
    }
  }

  /// Writes a column's non-zero values to `y [n, inputs, basis]`, its first sample at row
  /// `firstRow`.
  private static void spread(Spline spline, SplineColumns column, long firstRow, MemorySegment y) {
    int weightAt = column.weightAt(0);
    for (int f = 0; f < column.buckets; f++) {
      int end = column.index[column.startAt(0) + f + 1];
      for (int p = column.index[column.startAt(0) + f]; p < end; p++) {
        long row = firstRow + column.index[column.sampleAt(0) + p] * spline.inputs();
        long at = row * spline.basis() + f;
        for (int r = 0; r <= spline.order(); r++) {
          float v = column.weight[weightAt + r * SplineColumns.PITCH + p];
          y.setAtIndex(ValueLayout.JAVA_FLOAT, at + r, v);
        }
      }
    }
  }
}
