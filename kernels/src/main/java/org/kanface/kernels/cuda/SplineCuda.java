package org.kanface.kernels.cuda;

import static org.kanface.kernels.KanLinear.Reduction.MEAN;
import static org.kanface.kernels.KanLinear.Reduction.NONE;

import org.jspecify.annotations.Nullable;
import org.kanface.kernels.KanLinear;
import org.kanface.kernels.Memory;
import org.kanface.kernels.Spline;
import org.kanface.kernels.SplineKernels;

/// `spline.cu` and `kan.cu`.
final class SplineCuda implements SplineKernels {
  private static final int POINTS = 128; // threads of a block
  private static final int TILE = 128; // outputs of a block
  private static final int SAMPLES = 64;
  private static final int SHARED = 48 << 10;
  private static final int LEAST_INPUTS = 16; // of a part
  private static final int LEAST_SAMPLES = 64;

  private final CudaContext context;
  private final CudaModule spline;
  private final CudaModule kan;

  SplineCuda(CudaContext context) {
    this.context = context;
    spline = context.module("spline");
    kan = context.module("kan");
  }

  @Override
  public void basis(Spline s, long n, Memory x, Memory knots, Memory y) {
    every("spline_forward_f32", s, n, x, knots, y);
  }

  @Override
  public void basisDerivative(Spline s, long n, Memory x, Memory knots, Memory y) {
    every("spline_derivative_f32", s, n, x, knots, y);
  }

  private void every(String kernel, Spline s, long n, Memory x, Memory knots, Memory y) {
    spline
        .launch(kernel)
        .grid(Launch.blocks(n * s.inputs(), POINTS))
        .block(POINTS)
        .floats(x, n * s.inputs())
        .floats(knots, s.inputs() * s.knots())
        .floats(y, n * s.inputs() * s.basis())
        .i64(n)
        .i64(s.inputs())
        .i32(s.gridSize())
        .i32(s.order())
        .run();
  }

  /// A call's sizes, and its points on the device.
  private final class Call implements AutoCloseable {
    final Scratch.Lease scratch = context.scratch().lease();
    final KanLinear s;
    final long n;
    final long inputs;
    final long outputs;
    final int basis;
    final int order;
    final double divisor;
    final CudaMemory first; // [inputs, n]
    final CudaMemory points; // [inputs, order + 2, n]

    Call(KanLinear s, String direction, Memory x, Memory knots) {
      this.s = s;
      n = s.n();
      inputs = s.inputs();
      outputs = s.outputs();
      basis = s.spline().basis();
      order = s.spline().order();
      divisor = s.reduction() == MEAN ? inputs : 1;
      first = scratch.take(inputs * n);
      points = scratch.take(inputs * (order + 2) * n);
      kan.launch("kan_points_" + direction + "_f32")
          .grid(Launch.blocks(n, POINTS), Launch.rows(inputs), 1)
          .block(POINTS)
          .floats(x, n * inputs)
          .floats(knots, inputs * s.spline().knots())
          .memory(first)
          .memory(points)
          .i64(n)
          .i64(inputs)
          .i32(s.spline().gridSize())
          .i32(order)
          .run();
    }

    /// Bytes of a tile's coefficients and base scales.
    int tileBytes(int tile) {
      return (basis + 1) * tile * Float.BYTES;
    }

    long coefficients() {
      return inputs * basis * outputs;
    }

    Launch strides(Launch launch) {
      boolean none = s.reduction() == NONE;
      return launch
          .i64(n)
          .i64(inputs)
          .i64(outputs)
          .i32(basis)
          .i32(order)
          .f32(divisor)
          .i64(none ? inputs * outputs : outputs)
          .i64(none ? outputs : 0);
    }

    @Override
    public void close() {
      scratch.close();
    }
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
    try (var c = new Call(shape, "forward", x, knots)) {
      long elements = shape.outputNumel();
      if (shape.reduction() == NONE) {
        weights(c, kan.launch("kan_forward_edges_f32"), coef, scaleBase, scaleSpline)
            .grid(Launch.blocks(elements, 256))
            .block(256)
            .floats(y, elements)
            .i64(c.n)
            .i64(c.inputs)
            .i64(c.outputs)
            .i32(c.basis)
            .i32(c.order)
            .run();
        return;
      }
      int blocks = tiles(c.outputs, TILE) * tiles(c.n, SAMPLES);
      var cut = Cut.of(c.inputs, LEAST_INPUTS, blocks);
      if (cut.parts() == 1) {
        forward(c, coef, scaleBase, scaleSpline, y, cut);
        return;
      }
      CudaMemory partial = c.scratch.take(cut.parts() * elements);
      forward(c, coef, scaleBase, scaleSpline, partial, cut);
      kan.launch("kan_forward_finish_f32")
          .grid(Launch.blocks(elements, 256))
          .block(256)
          .memory(partial)
          .floats(y, elements)
          .i64(elements)
          .i32(cut.parts())
          .f32(c.divisor)
          .run();
    }
  }

  private void forward(
      Call c, Memory coef, Memory scaleBase, Memory scaleSpline, Memory y, Cut cut) {
    boolean staged = c.tileBytes(TILE) <= SHARED;
    var launch = kan.launch(staged ? "kan_forward_f32" : "kan_forward_direct_f32");
    if (staged) {
      launch
          .grid(tiles(c.outputs, TILE), Launch.rows(tiles(c.n, SAMPLES)), cut.parts())
          .block(32, 8)
          .shared(c.tileBytes(TILE));
    } else {
      launch.grid(Launch.blocks(c.n * c.outputs, 256), 1, cut.parts()).block(256);
    }
    weights(c, launch, coef, scaleBase, scaleSpline)
        .floats(y, cut.parts() * c.n * c.outputs)
        .i64(c.n)
        .i64(c.inputs)
        .i64(c.outputs)
        .i32(c.basis)
        .i32(c.order)
        .f32(cut.parts() > 1 ? 1 : c.divisor)
        .i64(cut.span())
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
    try (var c = new Call(shape, "backward", x, knots)) {
      boolean staged = c.tileBytes(TILE) <= SHARED;
      var launch =
          kan.launch(staged ? "kan_backward_input_f32" : "kan_backward_input_direct_f32")
              .grid(tiles(c.inputs, 1), Launch.rows(tiles(c.n, SAMPLES)), 1)
              .block(32, 8)
              .shared(staged ? c.tileBytes(TILE) : 0);
      weights(c, launch, coef, scaleBase, scaleSpline)
          .floats(dy, shape.outputNumel())
          .floats(dx, c.n * c.inputs);
      c.strides(launch).run();
    }
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
    try (var c = new Call(shape, "forward", x, knots)) {
      int chunk = 32 * (c.order + 3) * Float.BYTES;
      int tile = c.outputs <= 32 ? 32 : c.outputs <= 64 ? 64 : TILE;
      while (tile > 32 && c.tileBytes(tile) + chunk > SHARED) {
        tile /= 2;
      }
      boolean staged = c.tileBytes(tile) + chunk <= SHARED;
      long blocks = tiles(c.outputs, tile) * c.inputs;
      var cut = Cut.of(c.n, LEAST_SAMPLES, blocks);
      CudaMemory partial = c.scratch.take(cut.parts() * c.inputs * (c.basis + 1) * c.outputs);
      var launch =
          kan.launch(staged ? "kan_backward_weights_f32" : "kan_backward_weights_direct_f32")
              .grid(tiles(c.outputs, tile), Launch.rows(c.inputs), cut.parts())
              .block(tile)
              .shared(chunk + (staged ? c.tileBytes(tile) : 0))
              .memory(c.first)
              .memory(c.points)
              .floats(dy, shape.outputNumel())
              .memory(partial);
      c.strides(launch).i64(cut.span()).run();
      kan.launch("kan_backward_weights_finish_f32")
          .grid(Launch.blocks(c.inputs * c.outputs, TILE))
          .block(TILE)
          .memory(partial)
          .floats(coef, c.coefficients())
          .floats(scaleSpline, c.inputs * c.outputs)
          .floats(dcoef, c.coefficients())
          .floats(dscaleBase, c.inputs * c.outputs)
          .floats(dscaleSpline, c.inputs * c.outputs)
          .i64(c.inputs)
          .i64(c.outputs)
          .i32(c.basis)
          .i32(cut.parts())
          .run();
    }
  }

  /// The arguments with which most kernels of the family begin.
  private static Launch weights(
      Call c, Launch launch, Memory coef, Memory scaleBase, Memory scaleSpline) {
    return launch
        .memory(c.first)
        .memory(c.points)
        .floats(coef, c.coefficients())
        .floats(scaleBase, c.inputs * c.outputs)
        .floats(scaleSpline, c.inputs * c.outputs);
  }

  private static int tiles(long size, int tile) {
    return Launch.blocks(size, tile);
  }
}
