package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.GemmTile.LAST;
import static org.kanface.kernels.cpu.Simd.F;
import static org.kanface.kernels.cpu.Simd.LANES;
import static org.kanface.kernels.cpu.Simd.ORDER;

import java.lang.foreign.ValueLayout;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import org.kanface.kernels.Memory;
import org.kanface.kernels.Pool2d;
import org.kanface.kernels.PoolKernels;
import org.kanface.kernels.Workers;

/// Pooling, vectors along channels. An average and its gradient are the same weighted sum over a
/// rectangle of pixels; only who reads whom differs.
final class PoolCpu implements PoolKernels {
  private static final long TASK = 1 << 15; // elements read by a task, about 5 µs
  private static final long PAIR = 2L * LANES;
  private static final int FLOAT = Float.BYTES;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  @Override
  public void maxForward(Pool2d s, Memory x, Memory y, Memory argmax) {
    var rows = PoolAxis.window(s.h(), s.outH(), s.kh(), s.strideH(), s.padH());
    var columns = PoolAxis.window(s.w(), s.outW(), s.kw(), s.strideW(), s.padW());
    long outputs = s.n() * s.outH() * s.outW() * s.c();
    try (var addresses = new Address("max pool")) {
      long from = addresses.input("x", x, s.n() * s.h() * s.w() * s.c());
      long to = addresses.output("y", y, outputs);
      long indices = addresses.output("argmax", argmax, outputs * 2);
      forEachRow(
          s.n(),
          rows.outputs(),
          s.outW() * s.kh() * s.kw() * s.c(),
          (n, i) -> {
            long image = from + n * s.h() * s.w() * s.c() * FLOAT;
            long out = (n * s.outH() + i) * s.outW() * s.c();
            var window = new PoolWindow(rows, columns);
            for (int j = 0; j < columns.outputs(); j++) {
              long at = out + j * s.c();
              window.set(rows, columns, i, j);
              maximum(image, s.c(), window, to + at * FLOAT, indices + at * Long.BYTES);
            }
          });
    }
  }

  /// One output pixel: for each channel the first maximum of a rectangle, and where it lies.
  private static void maximum(long image, long channels, PoolWindow window, long y, long argmax) {
    long whole = channels / LANES * LANES;
    PoolMaximum.vectors(
        image, (int) whole, channels * FLOAT, window.pixels, window.count, y, argmax);
    if (whole < channels) {
      long c = whole * FLOAT;
      PoolMaximum.last(
          image + c,
          (int) (channels - whole),
          channels * FLOAT,
          window.pixels,
          window.count,
          y + c,
          argmax + 2 * c);
    }
  }

  @Override
  public void maxBackward(Pool2d s, Memory argmax, Memory dy, Memory dx) {
    long pixels = s.outH() * s.outW();
    long image = s.h() * s.w() * s.c();
    try (var addresses = new Address("max pool backward")) {
      long indices = addresses.input("argmax", argmax, s.n() * pixels * s.c() * 2);
      long from = addresses.input("dy", dy, s.n() * pixels * s.c());
      long to = addresses.output("dx", dx, s.n() * image);
      Workers.forEach(
          s.n(),
          n -> {
            long target = to + n * image * FLOAT;
            SPACE.asSlice(target, image * FLOAT).fill((byte) 0);
            for (long p = n * pixels; p < (n + 1) * pixels; p++) {
              long at = p * s.c();
              scatter((int) s.c(), indices + at * 8, s.h() * s.w(), from + at * FLOAT, target);
            }
          });
    }
  }

  /// Adds one output pixel's gradients to those of the pixels that were the maxima.
  private static void scatter(int channels, long indices, long pixels, long dy, long target) {
    for (int c = 0; c < channels; c++) {
      long pixel = Objects.checkIndex(SPACE.get(LONG, indices + c * 8L), pixels);
      long cell = target + (pixel * channels + c) * FLOAT;
      float grad = SPACE.get(Address.FLOAT, dy + c * 4L);
      SPACE.set(Address.FLOAT, cell, SPACE.get(Address.FLOAT, cell) + grad);
    }
  }

  @Override
  public void averageForward(Pool2d s, boolean countPadding, Memory x, Memory y) {
    var rows = PoolAxis.window(s.h(), s.outH(), s.kh(), s.strideH(), s.padH());
    var columns = PoolAxis.window(s.w(), s.outW(), s.kw(), s.strideW(), s.padW());
    forward(
        s.n(), s.c(), rows, columns, countPadding ? s.kh() : 0, countPadding ? s.kw() : 0, x, y);
  }

  @Override
  public void averageBackward(Pool2d s, boolean countPadding, Memory dy, Memory dx) {
    var rows = PoolAxis.window(s.h(), s.outH(), s.kh(), s.strideH(), s.padH());
    var columns = PoolAxis.window(s.w(), s.outW(), s.kw(), s.strideW(), s.padW());
    backward(
        s.n(), s.c(), rows, columns, countPadding ? s.kh() : 0, countPadding ? s.kw() : 0, dy, dx);
  }

  @Override
  public void adaptiveAverageForward(
      long n, long h, long w, long c, long outH, long outW, Memory x, Memory y) {
    forward(n, c, PoolAxis.adaptive(h, outH), PoolAxis.adaptive(w, outW), 0, 0, x, y);
  }

  @Override
  public void adaptiveAverageBackward(
      long n, long h, long w, long c, long outH, long outW, Memory dy, Memory dx) {
    backward(n, c, PoolAxis.adaptive(h, outH), PoolAxis.adaptive(w, outW), 0, 0, dy, dx);
  }

  private static void forward(
      long n,
      long c,
      PoolAxis rows,
      PoolAxis columns,
      int wholeRows,
      int wholeColumns,
      Memory x,
      Memory y) {
    sums(
        n,
        c,
        new Reader(rows, PoolAxis.ones(rows.size()), rows.shares(wholeRows)),
        new Reader(columns, PoolAxis.ones(columns.size()), columns.shares(wholeColumns)),
        x,
        y);
  }

  private static void backward(
      long n,
      long c,
      PoolAxis rows,
      PoolAxis columns,
      int wholeRows,
      int wholeColumns,
      Memory dy,
      Memory dx) {
    sums(
        n,
        c,
        new Reader(rows.transposed(), rows.shares(wholeRows), PoolAxis.ones(rows.size())),
        new Reader(
            columns.transposed(), columns.shares(wholeColumns), PoolAxis.ones(columns.size())),
        dy,
        dx);
  }

  /// Along one axis: what each target reads, the weight of each source, the factor of each target.
  private record Reader(PoolAxis axis, float[] weights, float[] factors) {}

  /// Each target pixel = factors · Σ weights · source, over its rectangle.
  private static void sums(
      long images, long channels, Reader rows, Reader columns, Memory source, Memory target) {
    long sourceImage = (long) rows.axis.size() * columns.axis.size() * channels;
    long targetRow = columns.axis.outputs() * channels;
    try (var addresses = new Address("average pool")) {
      long from = addresses.input("source", source, images * sourceImage);
      long to = addresses.output("target", target, images * rows.axis.outputs() * targetRow);
      long work = Math.max(sourceImage / Math.max(rows.axis.outputs(), 1), targetRow);
      forEachRow(
          images,
          rows.axis.outputs(),
          work,
          (n, i) -> {
            long image = from + n * sourceImage * FLOAT;
            long row = to + (n * rows.axis.outputs() + i) * targetRow * FLOAT;
            var window = new PoolWindow(rows.axis, columns.axis);
            for (int j = 0; j < columns.axis.outputs(); j++) {
              window.set(rows.axis, columns.axis, i, j, rows.weights, columns.weights);
              float factor = rows.factors[i] * columns.factors[j];
              weightedSum(image, channels, window, factor, row + j * channels * FLOAT);
            }
          });
    }
  }

  /// One target pixel, two vectors of channels at a time: each sum is a chain of dependent steps.
  private static void weightedSum(
      long image, long channels, PoolWindow window, float factor, long target) {
    int[] pixels = window.pixels;
    float[] weights = window.weights;
    int count = window.count;
    long step = channels * FLOAT;
    long half = (long) LANES * FLOAT;
    long c = 0;
    for (; c + PAIR <= channels; c += PAIR) {
      long base = image + c * FLOAT;
      var sum0 = FloatVector.zero(F);
      var sum1 = FloatVector.zero(F);
      for (int p = 0; p < count; p++) {
        long at = base + pixels[p] * step;
        var w = FloatVector.broadcast(F, weights[p]);
        sum0 = FloatVector.fromMemorySegment(F, SPACE, at, ORDER).fma(w, sum0);
        sum1 = FloatVector.fromMemorySegment(F, SPACE, at + half, ORDER).fma(w, sum1);
      }
      sum0.mul(factor).intoMemorySegment(SPACE, target + c * FLOAT, ORDER);
      sum1.mul(factor).intoMemorySegment(SPACE, target + c * FLOAT + half, ORDER);
    }
    for (; c < channels; c += LANES) {
      var mask = LAST[(int) Math.min(LANES, channels - c)];
      long base = image + c * FLOAT;
      var sum = FloatVector.zero(F);
      for (int p = 0; p < count; p++) {
        var v = FloatVector.fromMemorySegment(F, SPACE, base + pixels[p] * step, ORDER, mask);
        sum = v.fma(FloatVector.broadcast(F, weights[p]), sum);
      }
      sum.mul(factor).intoMemorySegment(SPACE, target + c * FLOAT, ORDER, mask);
    }
  }

  private interface RowTask {
    void run(long n, int i);
  }

  /// Runs `task` for every row of every image, as many rows a chunk as make it worth a thread.
  private static void forEachRow(long images, int rows, long workPerRow, RowTask task) {
    long total = images * rows;
    long group = Math.max(1, TASK / Math.max(1, workPerRow));
    Workers.forEach(
        Math.ceilDiv(total, group),
        chunk -> {
          long end = Math.min(total, (chunk + 1) * group);
          for (long r = chunk * group; r < end; r++) {
            task.run(r / rows, (int) (r % rows));
          }
        });
  }
}
