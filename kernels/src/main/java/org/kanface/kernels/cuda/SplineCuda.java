package org.kanface.kernels.cuda;

import static org.kanface.kernels.KanLinear.Reduction.MEAN;
import static org.kanface.kernels.KanLinear.Reduction.NONE;

import org.jspecify.annotations.Nullable;
import org.kanface.kernels.KanLinear;
import org.kanface.kernels.Memory;
import org.kanface.kernels.Spline;
import org.kanface.kernels.SplineKernels;

/// `spline.cu`; the fused KAN layer is `kan.cu`, after `kan_points.cu`, and for gradients
/// `kan_weights.cu`.
final class SplineCuda implements SplineKernels {
  private static final int POINTS = 128; // threads of a block
  private static final int POINT = 8; // numbers of a point
  private static final int TILE = 128; // outputs of a staged kernel's block
  private static final int SAMPLES = 64;
  private static final int FEW = 8; // samples for which nothing is staged
  private static final int SHARED = 48 << 10;
  private static final int LEAST_INPUTS = 4; // of a part
  private static final int LEAST_SAMPLES = 64;
  private static final int WARPS = 8;
  private static final int INPUTS = 4; // of a block of gradients of the weights

  private final CudaContext context;
  private final CudaModule spline;
  private final CudaModule kanPoints;
  private final CudaModule kan;
  private final CudaModule kanWeights;

  SplineCuda(CudaContext context) {
    this.context = context;
    spline = context.module("spline");
    kanPoints = context.module("kan_points");
    kan = context.module("kan");
    kanWeights = context.module("kan_weights");
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
    final CudaMemory points; // [inputs, n, POINT]
    final int buffers; // inputs that find room in a staged kernel's shared memory, at most 2

    Call(KanLinear s, String direction, Memory x, Memory knots) {
      this.s = s;
      n = s.n();
      inputs = s.inputs();
      outputs = s.outputs();
      basis = s.spline().basis();
      order = s.spline().order();
      divisor = s.reduction() == MEAN ? inputs : 1;
      points = scratch.take(inputs * n * POINT);
      buffers = (int) Math.min(2, SHARED / bufferBytes());
      kanPoints
          .launch("kan_points_" + direction + "_f32")
          .grid(Launch.blocks(n, POINTS), Launch.rows(inputs), 1)
          .block(POINTS)
          .floats(x, n * inputs)
          .floats(knots, inputs * s.spline().knots())
          .memory(points)
          .i64(n)
          .i64(inputs)
          .i32(s.spline().gridSize())
          .i32(order)
          .run();
    }

    /// Bytes of an input's coefficients and scales, and of the samples' points.
    private long bufferBytes() {
      return Float.BYTES * ((basis + 2L) * TILE + (long) SAMPLES * POINT);
    }

    int stagedBytes() {
      return Math.toIntExact(buffers * bufferBytes());
    }

    /// Whether a staged kernel is of use: it has no NONE.
    boolean staged() {
      return buffers > 0 && n > FEW && outputs > 0 && s.reduction() != NONE;
    }

    long coefficients() {
      return inputs * basis * outputs;
    }

    Launch sizes(Launch launch) {
      return launch.i64(n).i64(inputs).i64(outputs).i32(basis).i32(order);
    }

    Launch strides(Launch launch) {
      boolean none = s.reduction() == NONE;
      return launch.i64(none ? inputs * outputs : outputs).i64(none ? outputs : 0);
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
        var launch =
            weights(c, kan.launch("kan_forward_edges_f32"), coef, scaleBase, scaleSpline)
                .grid(Launch.blocks(elements, 256))
                .block(256)
                .floats(y, elements);
        c.sizes(launch).run();
        return;
      }
      if (!c.staged()) {
        int warps = Math.clamp(c.inputs, 1, 32);
        var launch =
            weights(c, kan.launch("kan_forward_direct_f32"), coef, scaleBase, scaleSpline)
                .grid(tiles(c.outputs, 32), Launch.rows(c.n), 1)
                .block(32, warps)
                .shared(warps * 32 * Float.BYTES)
                .floats(y, elements);
        c.sizes(launch).f32(c.divisor).run();
        return;
      }
      long blocks = (long) tiles(c.outputs, TILE) * tiles(c.n, SAMPLES);
      var cut = Cut.of(c.inputs, LEAST_INPUTS, blocks);
      boolean whole = cut.parts() == 1;
      Memory sums = whole ? y : c.scratch.take(cut.parts() * elements);
      var launch =
          staged(c, "kan_forward_f32", cut, coef, scaleBase, scaleSpline)
              .floats(sums, cut.parts() * elements);
      c.sizes(launch).i32(c.buffers).f32(whole ? c.divisor : 1).i64(cut.span()).run();
      if (!whole) {
        finish(sums, y, elements, cut.parts(), c.divisor);
      }
    }
  }

  private Launch staged(
      Call c, String kernel, Cut inputs, Memory coef, Memory scaleBase, Memory scaleSpline) {
    var launch =
        kan.launch(kernel)
            .grid(tiles(c.outputs, TILE), Launch.rows(tiles(c.n, SAMPLES)), inputs.parts())
            .block(32, WARPS)
            .shared(c.stagedBytes());
    return weights(c, launch, coef, scaleBase, scaleSpline);
  }

  private void finish(Memory partial, Memory y, long elements, int parts, double divisor) {
    kan.launch("kan_finish_f32")
        .grid(Launch.blocks(elements, 256))
        .block(256)
        .floats(partial, parts * elements)
        .floats(y, elements)
        .i64(elements)
        .i32(parts)
        .f32(divisor)
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
      long elements = c.n * c.inputs;
      if (!c.staged()) {
        var launch =
            weights(c, kan.launch("kan_backward_input_direct_f32"), coef, scaleBase, scaleSpline)
                .grid(tiles(c.inputs, 1), Launch.rows(tiles(c.n, WARPS)), 1)
                .block(32, WARPS)
                .floats(dy, shape.outputNumel())
                .floats(dx, elements);
        c.strides(c.sizes(launch).f32(c.divisor)).run();
        return;
      }
      int parts = Math.max(1, tiles(c.outputs, TILE));
      boolean whole = parts == 1;
      Memory sums = whole ? dx : c.scratch.take(parts * elements);
      var cut = Cut.of(c.inputs, LEAST_INPUTS, (long) parts * tiles(c.n, SAMPLES));
      var launch =
          staged(c, "kan_backward_input_f32", cut, coef, scaleBase, scaleSpline)
              .floats(dy, shape.outputNumel())
              .floats(sums, parts * elements);
      c.sizes(launch).i32(c.buffers).f32(whole ? c.divisor : 1).i64(cut.span()).run();
      if (!whole) {
        finish(sums, dx, elements, parts, c.divisor);
      }
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
      int gridSize = c.s.spline().gridSize();
      long blocks = (long) tiles(c.outputs, 64) * tiles(c.inputs, INPUTS);
      var cut = Cut.of(c.n, LEAST_SAMPLES, blocks);
      int parts = cut.parts();
      boolean fits = (long) WARPS * gridSize * Integer.BYTES <= SHARED;
      CudaMemory sorted = c.scratch.take(c.inputs * c.n * POINT);
      CudaMemory bounds = c.scratch.take(parts * c.inputs * (gridSize + 1));
      kanWeights
          .launch("kan_sort_f32")
          .grid(tiles(c.inputs, 1), parts, 1)
          .block(32, WARPS)
          .shared(fits ? WARPS * gridSize * Integer.BYTES : 0)
          .memory(c.points)
          .memory(fits ? null : c.scratch.take(parts * c.inputs * WARPS * gridSize))
          .memory(sorted)
          .memory(bounds)
          .i64(c.n)
          .i64(c.inputs)
          .i32(gridSize)
          .i64(cut.span())
          .run();
      Memory partial =
          parts == 1 ? null : c.scratch.take(parts * c.inputs * (c.basis + 1) * c.outputs);
      var launch =
          kanWeights
              .launch("kan_backward_weights_f32")
              .grid(tiles(c.outputs, 64), Launch.rows(tiles(c.inputs, INPUTS)), parts)
              .block(32, INPUTS)
              .memory(sorted)
              .memory(bounds)
              .floats(dy, shape.outputNumel())
              .floats(coef, c.coefficients())
              .floats(scaleSpline, c.inputs * c.outputs)
              .memory(partial);
      gradients(c, launch, dcoef, dscaleBase, dscaleSpline)
          .i64(c.n)
          .i64(c.inputs)
          .i64(c.outputs)
          .i32(gridSize)
          .i32(c.order)
          .f32(c.divisor)
          .i64(cut.span());
      c.strides(launch).run();
      if (partial == null) {
        return;
      }
      var finish =
          kanWeights
              .launch("kan_backward_weights_finish_f32")
              .grid(tiles(c.outputs, 32), Launch.rows(c.inputs), 1)
              .block(32, WARPS)
              .memory(partial)
              .floats(coef, c.coefficients())
              .floats(scaleSpline, c.inputs * c.outputs);
      gradients(c, finish, dcoef, dscaleBase, dscaleSpline)
          .i64(c.inputs)
          .i64(c.outputs)
          .i32(c.basis)
          .i32(parts)
          .run();
    }
  }

  private static Launch gradients(
      Call c,
      Launch launch,
      @Nullable Memory dcoef,
      @Nullable Memory dscaleBase,
      @Nullable Memory dscaleSpline) {
    return launch
        .floats(dcoef, c.coefficients())
        .floats(dscaleBase, c.inputs * c.outputs)
        .floats(dscaleSpline, c.inputs * c.outputs);
  }

  /// The arguments with which kernels on edges begin.
  private static Launch weights(
      Call c, Launch launch, Memory coef, Memory scaleBase, Memory scaleSpline) {
    return launch
        .memory(c.points)
        .floats(coef, c.coefficients())
        .floats(scaleBase, c.inputs * c.outputs)
        .floats(scaleSpline, c.inputs * c.outputs);
  }

  private static int tiles(long size, int tile) {
    return Launch.blocks(size, tile);
  }
}
