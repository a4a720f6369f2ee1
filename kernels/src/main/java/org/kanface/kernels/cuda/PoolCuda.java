package org.kanface.kernels.cuda;

import org.kanface.kernels.Memory;
import org.kanface.kernels.Pool2d;
import org.kanface.kernels.PoolKernels;

/// `pool.cu`. Not cuDNN: it keeps no positions of maxima, rounds sizes down alone and has no
/// adaptive windows.
final class PoolCuda implements PoolKernels {
  private static final int THREADS = 256; // of a block
  private static final int INSIDE = 0; // what a sum is divided by
  private static final int WHOLE = 1;
  private static final int ADAPTIVE = 2;

  private final CudaModule module;
  private final Sums sums;

  PoolCuda(CudaContext context) {
    module = context.module("pool");
    sums = new Sums(context);
  }

  /// Lanes of four channels, or of one, a pixel.
  private Launch pixels(String kernel, Pool2d s, long pixels) {
    long units = s.c() % 4 == 0 ? s.c() / 4 : s.c();
    int across = Launch.blocks(units, 32);
    int lanes = Math.clamp(Math.ceilDiv(units, across), 1, 32);
    int block = THREADS / lanes;
    return module
        .launch(kernel)
        .grid(across, Launch.rows(Math.ceilDiv(pixels, block)), 1)
        .block(lanes, block);
  }

  private static Launch shape(Launch launch, Pool2d s, long outH, long outW) {
    return launch.structure(
        Math.toIntExact(s.n()),
        Math.toIntExact(s.h()),
        Math.toIntExact(s.w()),
        Math.toIntExact(s.c()),
        Math.toIntExact(outH),
        Math.toIntExact(outW),
        s.kh(),
        s.kw(),
        s.strideH(),
        s.strideW(),
        s.padH(),
        s.padW());
  }

  private static long inputs(Pool2d s) {
    return s.n() * s.h() * s.w();
  }

  /// Squares of two by two inputs, those at the edges cut off.
  private static long squares(Pool2d s) {
    return s.n() * Math.ceilDiv(s.h(), 2) * Math.ceilDiv(s.w(), 2);
  }

  private static long outputs(Pool2d s) {
    return s.n() * s.outH() * s.outW();
  }

  @Override
  public void maxForward(Pool2d s, Memory x, Memory y, Memory argmax) {
    var launch =
        pixels("pool_max_forward_f32", s, outputs(s))
            .floats(x, inputs(s) * s.c())
            .floats(y, outputs(s) * s.c())
            .longs(argmax, outputs(s) * s.c());
    shape(launch, s, s.outH(), s.outW()).run();
  }

  @Override
  public void maxBackward(Pool2d s, Memory argmax, Memory dy, Memory dx) {
    var launch =
        pixels("pool_max_backward_f32", s, squares(s))
            .longs(argmax, outputs(s) * s.c())
            .floats(dy, outputs(s) * s.c())
            .floats(dx, inputs(s) * s.c());
    shape(launch, s, s.outH(), s.outW()).run();
  }

  @Override
  public void averageForward(Pool2d s, boolean countPadding, Memory x, Memory y) {
    forward(s, s.outH(), s.outW(), countPadding ? WHOLE : INSIDE, x, y);
  }

  @Override
  public void averageBackward(Pool2d s, boolean countPadding, Memory dy, Memory dx) {
    backward(s, s.outH(), s.outW(), countPadding ? WHOLE : INSIDE, dy, dx);
  }

  @Override
  public void adaptiveAverageForward(
      long n, long h, long w, long c, long outH, long outW, Memory x, Memory y) {
    if (outH == 1 && outW == 1) {
      sums.sum(n, h * w, c, 1.0 / (h * w), x, y);
    } else {
      forward(Pool2d.of(n, h, w, c, 1, 1, 0), outH, outW, ADAPTIVE, x, y);
    }
  }

  @Override
  public void adaptiveAverageBackward(
      long n, long h, long w, long c, long outH, long outW, Memory dy, Memory dx) {
    backward(Pool2d.of(n, h, w, c, 1, 1, 0), outH, outW, ADAPTIVE, dy, dx);
  }

  private void forward(Pool2d s, long outH, long outW, int kind, Memory x, Memory y) {
    long outputs = s.n() * outH * outW;
    var launch =
        pixels("pool_average_forward_f32", s, outputs)
            .floats(x, inputs(s) * s.c())
            .floats(y, outputs * s.c());
    shape(launch, s, outH, outW).i32(kind).run();
  }

  private void backward(Pool2d s, long outH, long outW, int kind, Memory dy, Memory dx) {
    var launch =
        pixels("pool_average_backward_f32", s, inputs(s))
            .floats(dy, s.n() * outH * outW * s.c())
            .floats(dx, inputs(s) * s.c());
    shape(launch, s, outH, outW).i32(kind).run();
  }
}
