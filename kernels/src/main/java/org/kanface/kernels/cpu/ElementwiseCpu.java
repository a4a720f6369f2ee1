package org.kanface.kernels.cpu;

import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.kanface.kernels.Binary;
import org.kanface.kernels.ElementwiseKernels;
import org.kanface.kernels.Memory;
import org.kanface.kernels.Strided;
import org.kanface.kernels.Unary;

/// Elementwise work on vectors, in chunks of fixed size.
final class ElementwiseCpu implements ElementwiseKernels {
  @Override
  public void fill(long n, double value, Memory y) {
    try (var memory = new Address("fill")) {
      long to = memory.output("y", y, n);
      float v = (float) value;
      Chunks.elements(n, (from, end) -> fill(v, at(to, from), (int) (end - from)));
    }
  }

  private static void fill(float value, long y, int n) {
    FloatVector v = Lanes.all(value);
    int i = 0;
    for (; i < Simd.F.loopBound(n); i += Simd.LANES) {
      Lanes.store(v, at(y, i));
    }
    Lanes.store(v, at(y, i), Lanes.first(n - i));
  }

  @Override
  public void affine(long n, double scale, double shift, Memory x, Memory y) {
    try (var memory = new Address("affine")) {
      long source = memory.input("x", x, n);
      long target = memory.output("y", y, n);
      Chunks.elements(
          n,
          (from, to) ->
              affine(
                  (float) scale,
                  (float) shift,
                  at(source, from),
                  at(target, from),
                  (int) (to - from)));
    }
  }

  private static void affine(float scale, float shift, long x, long y, int n) {
    FloatVector a = Lanes.all(scale);
    FloatVector b = Lanes.all(shift);
    int i = 0;
    for (; i < Simd.F.loopBound(n); i += Simd.LANES) {
      Lanes.store(Lanes.load(at(x, i)).fma(a, b), at(y, i));
    }
    VectorMask<Float> mask = Lanes.first(n - i);
    Lanes.store(Lanes.load(at(x, i), mask).fma(a, b), at(y, i), mask);
  }

  @Override
  public void axpy(long n, double alpha, Memory x, Memory y) {
    try (var memory = new Address("axpy")) {
      long source = memory.input("x", x, n);
      long target = memory.output("y", y, n);
      Chunks.elements(
          n,
          (from, to) -> axpy((float) alpha, at(source, from), at(target, from), (int) (to - from)));
    }
  }

  private static void axpy(float alpha, long x, long y, int n) {
    FloatVector a = Lanes.all(alpha);
    int i = 0;
    for (; i < Simd.F.loopBound(n); i += Simd.LANES) {
      Lanes.store(Lanes.load(at(x, i)).fma(a, Lanes.load(at(y, i))), at(y, i));
    }
    VectorMask<Float> mask = Lanes.first(n - i);
    Lanes.store(Lanes.load(at(x, i), mask).fma(a, Lanes.load(at(y, i), mask)), at(y, i), mask);
  }

  @Override
  public void unary(Unary f, long n, Memory x, Memory y) {
    try (var memory = new Address("unary")) {
      long source = memory.input("x", x, n);
      long target = memory.output("y", y, n);
      Chunks.elements(
          n,
          (from, to) ->
              ElementwiseUnary.run(f, at(source, from), at(target, from), (int) (to - from)));
    }
  }

  @Override
  public void unaryBackward(Unary f, long n, Memory x, Memory dy, Memory dx) {
    try (var memory = new Address("unary backward")) {
      long in = memory.input("x", x, n);
      long grad = memory.input("dy", dy, n);
      long out = memory.output("dx", dx, n);
      Chunks.elements(
          n,
          (from, to) ->
              ElementwiseUnaryBackward.run(
                  f, at(in, from), at(grad, from), at(out, from), (int) (to - from)));
    }
  }

  @Override
  public void binary(Binary f, Strided walk, Memory a, Memory b, Memory y) {
    try (var memory = new Address("binary")) {
      int inner = walk.rank() - 1;
      long as = memory.input("a", a, extent(walk, true));
      long bs = memory.input("b", b, extent(walk, false));
      long ys = memory.output("y", y, walk.numel());
      ElementwiseWalk.forEach(
          walk,
          (first, second, place, length) ->
              ElementwiseBinary.run(
                  f,
                  at(as, first),
                  walk.first(inner),
                  at(bs, second),
                  walk.second(inner),
                  at(ys, place),
                  length));
    }
  }

  @Override
  public void copy(Strided walk, Memory source, Memory target) {
    try (var memory = new Address("copy")) {
      ElementwiseCopy.run(
          walk,
          memory.input("source", source, extent(walk, true)),
          memory.output("target", target, extent(walk, false)));
    }
  }

  /// Elements up to the last one that an operand of the walk reaches; its strides are not negative.
  private static long extent(Strided walk, boolean first) {
    long last = 0;
    for (int axis = 0; axis < walk.rank(); axis++) {
      if (walk.dim(axis) == 0) {
        return 0;
      }
      last += (walk.dim(axis) - 1) * (first ? walk.first(axis) : walk.second(axis));
    }
    return last + 1;
  }

  @Override
  public void clamp(long n, double low, double high, Memory x, Memory y) {
    try (var memory = new Address("clamp")) {
      long source = memory.input("x", x, n);
      long target = memory.output("y", y, n);
      Chunks.elements(
          n,
          (from, to) ->
              clamp(
                  (float) low,
                  (float) high,
                  at(source, from),
                  at(target, from),
                  (int) (to - from)));
    }
  }

  private static void clamp(float low, float high, long x, long y, int n) {
    int i = 0;
    for (; i < Simd.F.loopBound(n); i += Simd.LANES) {
      Lanes.store(clamp(low, high, Lanes.load(at(x, i))), at(y, i));
    }
    VectorMask<Float> mask = Lanes.first(n - i);
    Lanes.store(clamp(low, high, Lanes.load(at(x, i), mask)), at(y, i), mask);
  }

  private static FloatVector clamp(float low, float high, FloatVector v) {
    FloatVector raised = v.blend(low, v.compare(LT, low));
    return raised.blend(high, raised.compare(GT, high));
  }

  @Override
  public void clampBackward(long n, double low, double high, Memory x, Memory dy, Memory dx) {
    try (var memory = new Address("clamp backward")) {
      long in = memory.input("x", x, n);
      long grad = memory.input("dy", dy, n);
      long out = memory.output("dx", dx, n);
      Chunks.elements(
          n,
          (from, to) ->
              clampBackward(
                  (float) low,
                  (float) high,
                  at(in, from),
                  at(grad, from),
                  at(out, from),
                  (int) (to - from)));
    }
  }

  private static void clampBackward(float low, float high, long x, long dy, long dx, int n) {
    int i = 0;
    for (; i < Simd.F.loopBound(n); i += Simd.LANES) {
      Lanes.store(inside(low, high, Lanes.load(at(x, i)), Lanes.load(at(dy, i))), at(dx, i));
    }
    VectorMask<Float> mask = Lanes.first(n - i);
    FloatVector v = Lanes.load(at(x, i), mask);
    Lanes.store(inside(low, high, v, Lanes.load(at(dy, i), mask)), at(dx, i), mask);
  }

  // dy where low <= x <= high, else 0
  private static FloatVector inside(float low, float high, FloatVector x, FloatVector dy) {
    VectorMask<Float> kept = x.compare(GE, low).and(x.compare(LE, high));
    return Lanes.all(0f).blend(dy, kept);
  }

  @Override
  public void scaleResidual(
      long rows, long cols, Memory x, Memory scale, Memory residual, Memory y) {
    try (var memory = new Address("scale residual")) {
      long in = memory.input("x", x, rows * cols);
      long scales = memory.input("scale", scale, cols);
      long residuals = memory.input("residual", residual, rows * cols);
      long out = memory.output("y", y, rows * cols);
      int row = Math.toIntExact(cols * Float.BYTES);
      Chunks.rows(
          rows,
          cols,
          (from, to) ->
              ElementwiseRows.scaleResidual(
                  to - from,
                  row,
                  in + from * row,
                  scales,
                  residuals + from * row,
                  out + from * row));
    }
  }

  @Override
  public void prelu(long rows, long cols, Memory x, Memory weight, Memory y) {
    try (var memory = new Address("prelu")) {
      long in = memory.input("x", x, rows * cols);
      long weights = memory.input("weight", weight, cols);
      long out = memory.output("y", y, rows * cols);
      int row = Math.toIntExact(cols * Float.BYTES);
      Chunks.rows(
          rows,
          cols,
          (from, to) ->
              ElementwiseRows.prelu(to - from, row, in + from * row, weights, out + from * row));
    }
  }

  @Override
  public void preluBackward(
      long rows, long cols, Memory x, Memory weight, Memory dy, Memory dx, Memory dweight) {
    try (var memory = new Address("prelu backward")) {
      long in = memory.input("x", x, rows * cols);
      long weights = memory.input("weight", weight, cols);
      long grad = memory.input("dy", dy, rows * cols);
      long out = memory.output("dx", dx, rows * cols);
      long dweights = memory.output("dweight", dweight, cols);
      long row = cols * Float.BYTES;
      ReduceColumns.run(
          1,
          1,
          rows,
          cols,
          (_, from, to, column, count, sums, _) -> {
            long at = from * row + column * Float.BYTES;
            ElementwiseRows.preluBackward(
                to - from,
                row,
                count * Float.BYTES,
                in + at,
                at(weights, column),
                grad + at,
                out + at,
                sums);
          },
          (_, column, count, totals, _) ->
              ReduceColumns.round(1, totals, at(dweights, column), count));
    }
  }

  private static long at(long address, long element) {
    return address + element * Float.BYTES;
  }
}
