package org.kanface.kernels.cpu;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.kanface.kernels.KanLinear;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.kernels.Spline;
import org.kanface.kernels.Workers;

/// The KAN layer's forward pass for a few samples: reads only the coefficients that they need,
/// straight from where they lie.
final class KanDirect {
  /// From so many samples on, packing all coefficients pays ([KanForward]).
  static final int FEW = 16;

  private static final long VECTOR = Simd.F.vectorByteSize();
  private static final int PITCH = SplineColumns.PITCH;
  private static final long SPAN = 64; // outputs that a chunk takes are a multiple of it

  private final KanLinear shape;
  private final Spline spline;
  private final int inputs;
  private final MemorySegment x;
  private final MemorySegment knots;
  private final MemorySegment coef;
  private final MemorySegment scaleBase;
  private final MemorySegment scaleSpline;
  private final MemorySegment y;

  KanDirect(
      KanLinear shape,
      MemorySegment x,
      MemorySegment knots,
      MemorySegment coef,
      MemorySegment scaleBase,
      MemorySegment scaleSpline,
      MemorySegment y) {
    this.shape = shape;
    spline = shape.spline();
    inputs = Math.toIntExact(spline.inputs());
    this.x = x;
    this.knots = knots;
    this.coef = coef;
    this.scaleBase = scaleBase;
    this.scaleSpline = scaleSpline;
    this.y = y;
  }

  void run() {
    int n = (int) shape.n();
    var columns = SplineColumns.in(SplineScratch.call(), spline, inputs);
    var evaluator = SplineEvaluator.of(spline);
    for (int i = 0; i < inputs; i++) {
      evaluator.load(knots, i);
      evaluator.fill(columns, i, x, i, inputs, n, false);
    }
    y.asSlice(0, shape.outputNumel() * Float.BYTES).fill((byte) 0);
    long outputs = shape.outputs();
    long span = Math.ceilDiv(Math.ceilDiv(outputs, Workers.threads()), SPAN) * SPAN; // cuts no sum
    SplineWork.forEach(
        shape.n() * inputs * outputs,
        Math.ceilDiv(outputs, span),
        chunk -> outputs(columns, chunk * span, Math.min((chunk + 1) * span, outputs)));
  }

  private void outputs(SplineColumns columns, long from, long to) {
    boolean each = shape.reduction() == Reduction.NONE;
    for (int i = 0; i < inputs; i++) {
      int sampleAt = columns.sampleAt(i);
      for (int f = 0; f <= columns.buckets; f++) {
        int end = columns.index[columns.startAt(i) + f + 1];
        for (int p = columns.index[columns.startAt(i) + f]; p < end; p++) {
          int b = columns.index[sampleAt + p];
          long yRow = each ? (long) b * inputs + i : b;
          int terms = f < columns.buckets ? spline.order() + 1 : 0;
          add(columns, i, f, p, terms, yRow, from, to);
        }
      }
    }
    if (shape.reduction() == Reduction.MEAN) {
      for (long b = 0; b < shape.n(); b++) {
        scale(b * shape.outputs() + from, to - from, 1f / inputs);
      }
    }
  }

  /// `y += scaleSpline Σ_r w_r coef[f + r] + scaleBase silu` for one sample's edges from input `i`.
  private void add(
      SplineColumns columns, int i, int f, int p, int terms, long yRow, long from, long to) {
    long rowBytes = shape.outputs() * Float.BYTES;
    long coefAt = ((long) i * spline.basis() + f) * rowBytes;
    long scaleAt = i * rowBytes;
    long yAt = yRow * rowBytes;
    float silu = columns.weight[columns.siluAt(i, 0) + p];
    int w = columns.weightAt(i) + p;
    long o = from * Float.BYTES;
    long bytes = to * Float.BYTES;
    for (; o + 2 * VECTOR <= bytes; o += 2 * VECTOR) {
      var s0 = FloatVector.broadcast(Simd.F, 0f);
      var s1 = s0;
      for (int r = 0; r < terms; r++) {
        var b = FloatVector.broadcast(Simd.F, columns.weight[w + r * PITCH]);
        long at = coefAt + r * rowBytes + o;
        s0 = b.fma(FloatVector.fromMemorySegment(Simd.F, coef, at, Simd.ORDER), s0);
        s1 = b.fma(FloatVector.fromMemorySegment(Simd.F, coef, at + VECTOR, Simd.ORDER), s1);
      }
      edge(s0, silu, scaleAt + o, yAt + o);
      edge(s1, silu, scaleAt + o + VECTOR, yAt + o + VECTOR);
    }
    for (; o < bytes; o += VECTOR) {
      VectorMask<Float> mask = Simd.F.indexInRange(o / Float.BYTES, to);
      var s = FloatVector.broadcast(Simd.F, 0f);
      for (int r = 0; r < terms; r++) {
        s =
            KanTiles.load(coef, coefAt + r * rowBytes + o, mask)
                .fma(FloatVector.broadcast(Simd.F, columns.weight[w + r * PITCH]), s);
      }
      var sum = KanTiles.load(y, yAt + o, mask);
      sum =
          KanTiles.load(scaleBase, scaleAt + o, mask).fma(FloatVector.broadcast(Simd.F, silu), sum);
      sum = KanTiles.load(scaleSpline, scaleAt + o, mask).fma(s, sum);
      sum.intoMemorySegment(y, yAt + o, Simd.ORDER, mask);
    }
  }

  private void edge(FloatVector s, float silu, long scaleAt, long yAt) {
    var sum = FloatVector.fromMemorySegment(Simd.F, y, yAt, Simd.ORDER);
    sum =
        FloatVector.fromMemorySegment(Simd.F, scaleBase, scaleAt, Simd.ORDER)
            .fma(FloatVector.broadcast(Simd.F, silu), sum);
    FloatVector.fromMemorySegment(Simd.F, scaleSpline, scaleAt, Simd.ORDER)
        .fma(s, sum)
        .intoMemorySegment(y, yAt, Simd.ORDER);
  }

  private void scale(long first, long count, float factor) {
    for (long o = 0; o < count; o += Simd.LANES) {
      VectorMask<Float> mask = Simd.F.indexInRange(o, count);
      long at = (first + o) * Float.BYTES;
      KanTiles.load(y, at, mask).mul(factor).intoMemorySegment(y, at, Simd.ORDER, mask);
    }
  }
}
