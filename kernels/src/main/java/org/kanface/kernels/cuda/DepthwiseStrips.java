package org.kanface.kernels.cuda;

import org.jspecify.annotations.Nullable;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.Memory;

/// `depthwise_strips.cu`, for the kernels that networks have: squares of 3, 5, 7 or 9
/// without dilation. A thread works on a strip of seven neighbouring outputs of a row, of four
/// channels where their number and the addresses allow, else of one.
final class DepthwiseStrips {
  private static final int STRIP = 7;
  private static final int THREADS = 256; // of a block
  private static final int MOST_DEEP = 64;
  private static final int SHARED = 48 << 10; // bytes
  private static final int MOST_CHANNELS = 32; // of a block: whole lines of 128 bytes
  private static final int ALIGNMENT = 16; // of four channels that move at once
  private static final int LEAST_THREADS = 1 << 14; // that are worth four channels each
  private static final long LEAST_STRIPS = 2; // of a thread that sums
  private static final int ENOUGH = 264; // blocks that fill a large GPU twice

  private final CudaContext context;
  private final CudaModule module;
  private final Sums sums;

  DepthwiseStrips(CudaContext context, Sums sums) {
    this.context = context;
    module = context.module("depthwise_strips");
    this.sums = sums;
  }

  /// Whether there is a kernel for it.
  static boolean has(Conv2d s) {
    return s.kh() == s.kw()
        && s.kw() % 2 == 1
        && s.kw() >= 3
        && s.kw() <= 9
        && s.dilationH() == 1
        && s.dilationW() == 1
        && (s.strideW() == 1 || (s.strideW() == 2 && s.kw() == 3));
  }

  /// Whether the gradient of its input is such a convolution again.
  static boolean hasGradInput(Conv2d s) {
    return has(s) && s.strideH() == 1 && s.strideW() == 1;
  }

  /// How a block's threads lie along the channels.
  ///
  /// @param vector channels of a thread
  /// @param tiles blocks side by side
  private record Lanes(int vector, int count, int tiles) {
    /// As even as they get; each for a row of the taps of a square of `kernel`.
    static Lanes of(long channels, int kernel, boolean four) {
      int vector = four && channels % 4 == 0 ? 4 : 1;
      long groups = channels / vector;
      int most = Math.min(MOST_CHANNELS / vector, THREADS / kernel);
      int tiles = Launch.blocks(groups, most);
      return new Lanes(vector, Math.clamp(Math.ceilDiv(groups, tiles), 1, most), tiles);
    }

    /// Bytes of shared memory for all taps of a block's channels.
    int taps(Conv2d s) {
      return s.kh() * s.kw() * (count * vector + 4) * Float.BYTES;
    }
  }

  void forward(Conv2d s, Memory x, Memory weight, @Nullable Memory bias, Memory y) {
    forward(s, false, x, weight, bias, y);
  }

  /// `dx = dy` convolved with the taps in reverse, which are padded by what `x` was not.
  void gradInput(Conv2d s, Memory dy, Memory weight, Memory dx) {
    int padH = s.kh() - 1 - s.padH();
    int padW = s.kw() - 1 - s.padW();
    var back =
        new Conv2d(
            s.n(), s.outH(), s.outW(), s.c(), s.c(), s.kh(), s.kw(), 1, 1, padH, padW, 1, 1, s.c());
    forward(back, true, dy, weight, null, dx);
  }

  private void forward(
      Conv2d s, boolean flip, Memory x, Memory weight, @Nullable Memory bias, Memory y) {
    long strips = strips(s);
    boolean four =
        strips * s.c() >= 4L * LEAST_THREADS
            && aligned(x)
            && aligned(y)
            && (bias == null || aligned(bias));
    var lanes = Lanes.of(s.c(), s.kw(), four);
    int rows = Math.clamp(strips, 1, THREADS / lanes.count);
    var launch =
        module
            .launch("depthwise_forward_k%d_f32".formatted(s.kw()))
            .grid(lanes.tiles, Launch.rows(Math.ceilDiv(strips, rows)), 1)
            .block(lanes.count, rows)
            .shared(lanes.taps(s))
            .floats(x, s.inputNumel())
            .floats(weight, s.weightNumel())
            .floats(bias, s.c())
            .floats(y, s.outputNumel());
    DepthwiseCuda.shape(launch, s, lanes.vector).i32(flip ? 1 : 0).run();
  }

  void gradWeight(Conv2d s, Memory x, Memory dy, Memory dweight) {
    var lanes = Lanes.of(s.c(), s.kw(), aligned(x) && aligned(dy));
    long strips = strips(s);
    int most = Math.min(THREADS / (lanes.count * s.kh()), SHARED / lanes.taps(s));
    int depth = Math.clamp(strips, 1, Math.min(most, MOST_DEEP));
    long parts = Math.min(ENOUGH / lanes.tiles, strips / (LEAST_STRIPS * depth));
    long span = Math.max(1, Math.ceilDiv(strips, Math.max(parts, 1)));
    int cut = (int) Math.max(1, Math.ceilDiv(strips, span));
    try (var scratch = context.scratch().lease()) {
      CudaMemory partial = scratch.take(cut * s.weightNumel());
      var launch =
          module
              .launch("depthwise_backward_weight_k%d_f32".formatted(s.kw()))
              .grid(lanes.tiles, cut, 1)
              .block(lanes.count, s.kh(), depth)
              .shared(depth * lanes.taps(s))
              .floats(x, s.inputNumel())
              .floats(dy, s.outputNumel())
              .memory(partial);
      DepthwiseCuda.shape(launch, s, lanes.vector).i64(span).run();
      sums.finish(cut, s.weightNumel(), partial, dweight);
    }
  }

  private static long strips(Conv2d s) {
    return s.n() * Math.ceilDiv(s.outW(), STRIP) * s.outH();
  }

  private boolean aligned(Memory block) {
    return context.mine(block).pointer().address() % ALIGNMENT == 0;
  }
}
