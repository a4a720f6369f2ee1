package org.kanface.tools.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kanface.kernels.KanLinear;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.kernels.Spline;
import org.kanface.tools.ptx.Dim3;

/// `kan.cu`, `kan_points.cu` and `kan_weights.cu` against the plain loops: tiles that are not
/// full, parts of the inputs and of the samples, every reduction, grids too large for shared
/// memory.
final class KanKernelTest {
  private static final Dim3 WARPS = Dim3.of(32, 8);

  /// A layer's blocks, and its points on the device.
  private static final class Layer implements AutoCloseable {
    final Workbench b;
    final KanLinear s;
    final long n;
    final long inputs;
    final long outputs;
    final int basis;
    final int order;
    final float divisor;
    final long sampleStride;
    final long inputStride;
    final Twin x;
    final Twin knots;
    final Twin coef;
    final Twin scaleBase;
    final Twin scaleSpline;
    final Twin points;

    Layer(KanLinear s, boolean wild) {
      this.s = s;
      n = s.n();
      inputs = s.inputs();
      outputs = s.outputs();
      basis = s.spline().basis();
      order = s.spline().order();
      divisor = s.reduction() == Reduction.MEAN ? inputs : 1;
      boolean none = s.reduction() == Reduction.NONE;
      sampleStride = none ? inputs * outputs : outputs;
      inputStride = none ? outputs : 0;
      b = new Workbench(List.of("kan_points", "kan", "kan_weights"), s.hashCode());
      x = SplineKernelTest.inputs(b, n * inputs, wild);
      knots = SplineKernelTest.knots(b, s.spline());
      coef = b.in("coef", inputs * basis * outputs);
      scaleBase = b.in("scaleBase", inputs * outputs);
      scaleSpline = b.in("scaleSpline", inputs * outputs);
      points = b.out("points", inputs * n * 8);
    }

    void points(String direction) {
      b.launch(
          "kan_points_" + direction + "_f32",
          Dim3.of(1, 2),
          Dim3.of(64),
          0,
          x,
          knots,
          points,
          n,
          inputs,
          s.spline().gridSize(),
          order);
    }

    /// Bytes of a staged kernel's buffers.
    int staged(int buffers) {
      return buffers * (basis + 6) * 512;
    }

    @Override
    public void close() {
      b.close();
    }
  }

  private static KanLinear shape(
      long n, long inputs, long outputs, int gridSize, int order, Reduction reduction) {
    return new KanLinear(new Spline(inputs, gridSize, order), n, outputs, reduction);
  }

  private static final String SIZES =
      """
      0,3,4,5,3,SUM
      3,2,0,5,3,MEAN
      1,1,1,1,0,SUM
      3,5,7,15,3,MEAN
      65,2,129,5,3,SUM
      33,3,33,4,2,MEAN
      31,3,127,6,1,SUM
      9,4,32,3,5,MEAN
      17,2,31,2,4,SUM
      4,3,5,4,0,MEAN
      70,6,36,25,3,MEAN
      """;

  @ParameterizedTest
  @CsvSource(textBlock = SIZES)
  void forward(long n, long inputs, long outputs, int gridSize, int order, Reduction reduction) {
    for (boolean wild : new boolean[] {false, true}) {
      try (var l = new Layer(shape(n, inputs, outputs, gridSize, order, reduction), wild)) {
        l.points("forward");
        Twin y = l.b.out("y", n * outputs);
        for (int buffers = 1; buffers <= 2; buffers++) {
          forward(l, Dim3.of(1, 1), buffers, y);
          reference(l, y);
          l.b.requireSum(y, inputs, 4);
        }
        for (int warps : new int[] {1, 4}) {
          Twin direct = l.b.out("direct" + warps, n * outputs);
          direct(l, warps, direct);
          reference(l, direct);
          l.b.requireSum(direct, inputs, 4);
        }
      }
    }
  }

  private static void forward(Layer l, Dim3 grid, int buffers, Twin y) {
    l.b.launch(
        "kan_forward_f32",
        grid,
        WARPS,
        l.staged(buffers),
        l.points,
        l.coef,
        l.scaleBase,
        l.scaleSpline,
        y,
        l.n,
        l.inputs,
        l.outputs,
        l.basis,
        l.order,
        buffers,
        grid.z() > 1 ? 1f : l.divisor,
        (l.inputs + grid.z() - 1) / grid.z());
  }

  private static void direct(Layer l, int warps, Twin y) {
    l.b.launch(
        "kan_forward_direct_f32",
        Dim3.of(2, 3),
        Dim3.of(32, warps),
        warps * 128,
        l.points,
        l.coef,
        l.scaleBase,
        l.scaleSpline,
        y,
        l.n,
        l.inputs,
        l.outputs,
        l.basis,
        l.order,
        l.divisor);
  }

  private static void reference(Layer l, Twin y) {
    Workbench.REFERENCE
        .spline()
        .kanForward(
            l.s,
            l.x.host(),
            l.knots.host(),
            l.coef.host(),
            l.scaleBase.host(),
            l.scaleSpline.host(),
            y.host());
  }

  @Test
  void forwardInParts() {
    try (var l = new Layer(shape(70, 7, 150, 5, 3, Reduction.MEAN), false)) {
      l.points("forward");
      int parts = 3;
      Twin partial = l.b.out("partial", parts * l.n * l.outputs);
      Twin y = l.b.out("y", l.n * l.outputs);
      forward(l, new Dim3(2, 2, parts), 2, partial);
      l.b.launch(
          "kan_finish_f32",
          Dim3.of(2),
          Dim3.of(256),
          0,
          partial,
          y,
          l.n * l.outputs,
          parts,
          l.divisor);
      reference(l, y);
      l.b.requireSum(y, l.inputs, 4);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 3, 4, 5, 3", "5, 3, 33, 5, 3", "3, 2, 7, 2, 0"})
  void edges(long n, long inputs, long outputs, int gridSize, int order) {
    try (var l = new Layer(shape(n, inputs, outputs, gridSize, order, Reduction.NONE), true)) {
      l.points("forward");
      Twin y = l.b.out("y", n * inputs * outputs);
      l.b.launch(
          "kan_forward_edges_f32",
          Dim3.of(2),
          Dim3.of(64),
          0,
          l.points,
          l.coef,
          l.scaleBase,
          l.scaleSpline,
          y,
          n,
          inputs,
          outputs,
          l.basis,
          order);
      reference(l, y);
      l.b.requireSum(y, 4, 4);
    }
  }

  @ParameterizedTest
  @CsvSource(textBlock = SIZES + "5,3,33,5,3,NONE")
  void backwardInput(
      long n, long inputs, long outputs, int gridSize, int order, Reduction reduction) {
    for (boolean wild : new boolean[] {false, true}) {
      try (var l = new Layer(shape(n, inputs, outputs, gridSize, order, reduction), wild)) {
        l.points("backward");
        Twin dy = l.b.in("dy", l.s.outputNumel());
        Twin dx = l.b.out("dx", n * inputs);
        for (int buffers = reduction == Reduction.NONE ? 0 : 2; buffers >= 0; buffers--) {
          if (buffers == 0) {
            direct(l, dy, dx);
          } else {
            staged(l, buffers, dy, dx);
          }
          Workbench.REFERENCE
              .spline()
              .kanGradInput(
                  l.s,
                  l.x.host(),
                  l.knots.host(),
                  l.coef.host(),
                  l.scaleBase.host(),
                  l.scaleSpline.host(),
                  dy.host(),
                  dx.host());
          l.b.requireSum(dx, outputs, 64); // derivatives are about gridSize
        }
      }
    }
  }

  private static void staged(Layer l, int buffers, Twin dy, Twin dx) {
    int parts = Math.clamp((l.outputs + 127) / 128, 1, 8);
    Twin partial = l.b.out("partial" + buffers, parts * l.n * l.inputs);
    int spans = 2;
    l.b.launch(
        "kan_backward_input_f32",
        new Dim3(1, 2, spans),
        WARPS,
        l.staged(buffers),
        l.points,
        l.coef,
        l.scaleBase,
        l.scaleSpline,
        dy,
        partial,
        l.n,
        l.inputs,
        l.outputs,
        l.basis,
        l.order,
        buffers,
        1f,
        (l.inputs + spans - 1) / spans);
    l.b.launch(
        "kan_finish_f32",
        Dim3.of(2),
        Dim3.of(64),
        0,
        partial,
        dx,
        l.n * l.inputs,
        l.outputs == 0 ? 0 : parts,
        l.divisor);
  }

  private static void direct(Layer l, Twin dy, Twin dx) {
    l.b.launch(
        "kan_backward_input_direct_f32",
        Dim3.of(2, 1),
        WARPS,
        0,
        l.points,
        l.coef,
        l.scaleBase,
        l.scaleSpline,
        dy,
        dx,
        l.n,
        l.inputs,
        l.outputs,
        l.basis,
        l.order,
        l.divisor,
        l.sampleStride,
        l.inputStride);
  }

  @ParameterizedTest
  @CsvSource(textBlock = SIZES + "5,3,33,5,3,NONE")
  void backwardWeights(
      long n, long inputs, long outputs, int gridSize, int order, Reduction reduction) {
    try (var l = new Layer(shape(n, inputs, outputs, gridSize, order, reduction), false)) {
      l.points("forward");
      Twin dy = l.b.in("dy", l.s.outputNumel());
      weights(l, dy, 0, 4, true);
      weights(l, dy, 1, 8, false);
      weights(l, dy, Math.clamp(n, 1, 3), 8, true);
    }
  }

  /// @param parts 0: one, and no partial sums
  private static void weights(Layer l, Twin dy, int parts, int warps, boolean shared) {
    int gridSize = l.s.spline().gridSize();
    int cuts = Math.max(1, parts);
    long span = (l.n + cuts - 1) / cuts;
    Twin partial = l.b.out("partial", cuts * l.inputs * (l.basis + 1) * l.outputs);
    Twin sorted = l.b.out("sorted", l.inputs * l.n * 8);
    Twin bounds = l.b.outBytes("bounds", cuts * l.inputs * (gridSize + 1), 4);
    Twin counts = l.b.outBytes("counts", cuts * l.inputs * warps * gridSize, 4);
    l.b.launch(
        "kan_sort_f32",
        Dim3.of(2, cuts),
        Dim3.of(32, warps),
        shared ? warps * gridSize * 4 : 0,
        l.points,
        shared ? 0L : counts,
        sorted,
        bounds,
        l.n,
        l.inputs,
        gridSize,
        span);
    Twin dcoef = l.b.out("dcoef", l.coef.size());
    Twin dbase = l.b.out("dscaleBase", l.scaleBase.size());
    Twin dspline = l.b.out("dscaleSpline", l.scaleSpline.size());
    l.b.launch(
        "kan_backward_weights_f32",
        new Dim3(2, 1, cuts),
        WARPS,
        0,
        sorted,
        bounds,
        dy,
        l.coef,
        l.scaleSpline,
        parts == 0 ? 0L : partial,
        dcoef,
        dbase,
        dspline,
        l.n,
        l.inputs,
        l.outputs,
        gridSize,
        l.order,
        l.divisor,
        span,
        l.sampleStride,
        l.inputStride);
    if (parts > 0) {
      finish(l, partial, dcoef, dbase, dspline, parts);
    }
    Workbench.REFERENCE
        .spline()
        .kanGradWeights(
            l.s,
            l.x.host(),
            l.knots.host(),
            l.coef.host(),
            l.scaleSpline.host(),
            dy.host(),
            dcoef.host(),
            dbase.host(),
            dspline.host());
    l.b.requireSum(dcoef, l.n, 4);
    l.b.requireSum(dbase, l.n, 4);
    l.b.requireSum(dspline, l.n, 4);
    if (parts == 0) {
      return;
    }
    float[] before = l.b.floats(dcoef);
    finish(l, partial, 0L, 0L, dspline, parts);
    finish(l, partial, 0L, dbase, 0L, parts);
    assertThat(l.b.floats(dcoef)).isEqualTo(before);
    l.b.requireSum(dspline, l.n, 4);
  }

  private static void finish(
      Layer l, Twin partial, Object dcoef, Object dbase, Object dspline, int parts) {
    l.b.launch(
        "kan_backward_weights_finish_f32",
        Dim3.of(1, 2),
        WARPS,
        0,
        partial,
        l.coef,
        l.scaleSpline,
        dcoef,
        dbase,
        dspline,
        l.inputs,
        l.outputs,
        l.basis,
        parts);
  }
}
