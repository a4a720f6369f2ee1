package org.kanface.kernels.cuda;

import org.jspecify.annotations.Nullable;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.Memory;

/// `depthwise.cu`: the kernels that networks have through [DepthwiseStrips], all others as they
/// come.
final class DepthwiseCuda {
  private static final int LARGEST = 15; // kernel
  private static final int PITCH = 33; // floats of shared memory for a tap of 32 channels
  private static final int WARPS = 8; // of a block
  private static final int PIXELS = 32; // of a block
  private static final int LEAST_ROWS = 16; // of a part of a sum

  private final CudaContext context;
  private final CudaModule module;
  private final Sums sums;
  private final DepthwiseStrips strips;

  DepthwiseCuda(CudaContext context) {
    this.context = context;
    module = context.module("depthwise");
    sums = new Sums(context);
    strips = new DepthwiseStrips(context, sums);
  }

  /// Whether there is a kernel for it.
  static boolean has(Conv2d s) {
    return s.isDepthwise()
        && s.kh() <= LARGEST
        && s.kw() <= LARGEST
        && Math.max(s.h() * s.w(), s.outH() * s.outW()) <= Integer.MAX_VALUE
        && Math.max(s.n(), s.c()) <= Integer.MAX_VALUE;
  }

  /// With a warp a pixel of 32 channels, whose weights lie in shared memory.
  private Launch pixels(String kernel, Conv2d s, long blocks) {
    return module
        .launch(kernel)
        .grid(Launch.blocks(s.c(), 32), Launch.rows(blocks), 1)
        .block(32, WARPS)
        .shared(s.kh() * s.kw() * PITCH * Float.BYTES);
  }

  /// @param vector channels of a thread
  static Launch shape(Launch launch, Conv2d s, int vector) {
    return launch.structure(
        (int) s.n(),
        (int) s.h(),
        (int) s.w(),
        (int) s.c(),
        (int) s.outH(),
        (int) s.outW(),
        s.kh(),
        s.kw(),
        s.strideH(),
        s.strideW(),
        s.padH(),
        s.padW(),
        s.dilationH(),
        s.dilationW(),
        vector);
  }

  void forward(Conv2d shape, Memory x, Memory weight, @Nullable Memory bias, Memory y) {
    if (DepthwiseStrips.has(shape)) {
      strips.forward(shape, x, weight, bias, y);
      return;
    }
    long outputs = shape.n() * shape.outH() * shape.outW();
    var launch =
        pixels("depthwise_forward_f32", shape, Math.ceilDiv(outputs, PIXELS))
            .floats(x, shape.inputNumel())
            .floats(weight, shape.weightNumel())
            .floats(bias, shape.outC())
            .floats(y, shape.outputNumel());
    shape(launch, shape, 1).run();
  }

  void gradInput(Conv2d shape, Memory dy, Memory weight, Memory dx) {
    if (DepthwiseStrips.hasGradInput(shape)) {
      strips.gradInput(shape, dy, weight, dx);
      return;
    }
    var launch =
        pixels("depthwise_backward_input_f32", shape, shape.n() * shape.h())
            .floats(dy, shape.outputNumel())
            .floats(weight, shape.weightNumel())
            .floats(dx, shape.inputNumel());
    shape(launch, shape, 1).run();
  }

  void gradWeight(Conv2d shape, Memory x, Memory dy, Memory dweight) {
    if (DepthwiseStrips.has(shape)) {
      strips.gradWeight(shape, x, dy, dweight);
      return;
    }
    int tiles = Launch.blocks(shape.c(), 32);
    var cut = Cut.of(shape.n() * shape.outH(), LEAST_ROWS, (long) tiles * shape.kh());
    try (var scratch = context.scratch().lease()) {
      CudaMemory partial = scratch.take(cut.parts() * shape.weightNumel());
      var launch =
          module
              .launch("depthwise_backward_weight_f32")
              .grid(tiles, shape.kh(), cut.parts())
              .block(32, WARPS)
              .floats(x, shape.inputNumel())
              .floats(dy, shape.outputNumel())
              .memory(partial);
      shape(launch, shape, 1).i64(cut.span()).run();
      sums.finish(cut.parts(), shape.weightNumel(), partial, dweight);
    }
  }
}
