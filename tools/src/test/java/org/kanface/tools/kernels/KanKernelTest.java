package org.kanface.tools.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kanface.kernels.KanLinear;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.kernels.Spline;
import org.kanface.tools.ptx.Dim3;

/// `kan.cu` against the plain loops: tiles that are not full, parts of the inputs and of the
/// samples, every reduction, grids too large for shared memory.
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
    final Twin first;
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
      b = new Workbench("kan", s.hashCode());
      x = SplineKernelTest.inputs(b, n * inputs, wild);
      knots = SplineKernelTest.knots(b, s.spline());
      coef = b.in("coef", inputs * basis * outputs);
      scaleBase = b.in("scaleBase", inputs * outputs);
      scaleSpline = b.in("scaleSpline", inputs * outputs);
      first = b.outBytes("first", inputs * n, 4);
      points = b.out("points", inputs * (order + 2) * n);
    }

    void points(String direction) {
      b.launch(
          "kan_points_" + direction + "_f32",
          Dim3.of(1, 2),
          Dim3.of(64),
          0,
          x,
          knots,
          first,
          points,
          n,
          inputs,
          s.spline().gridSize(),
          order);
    }

    int rows(int tile) {
      return (basis + 1) * tile * 4;
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
        forward(l, "kan_forward_f32", Dim3.of(1, 1), WARPS, l.rows(128), y);
        reference(l, y);
        l.b.requireSum(y, inputs, 4);
        Twin direct = l.b.out("direct", n * outputs);
        forward(l, "kan_forward_direct_f32", Dim3.of(3), Dim3.of(64), 0, direct);
        reference(l, direct);
        l.b.requireSum(direct, inputs, 4);
      }
    }
  }

  private static void forward(Layer l, String kernel, Dim3 grid, Dim3 block, int shared, Twin y) {
    l.b.launch(
        kernel,
        grid,
        block,
        shared,
        l.first,
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
        grid.z() > 1 ? 1f : l.divisor,
        (l.inputs + grid.z() - 1) / grid.z());
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
      forward(l, "kan_forward_f32", new Dim3(2, 2, parts), WARPS, l.rows(128), partial);
      l.b.launch(
          "kan_forward_finish_f32",
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
          l.first,
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
        for (boolean staged : new boolean[] {true, false}) {
          l.b.launch(
              staged ? "kan_backward_input_f32" : "kan_backward_input_direct_f32",
              Dim3.of(2, 1),
              WARPS,
              staged ? l.rows(128) : 0,
              l.first,
              l.points,
              l.coef,
              l.scaleBase,
              l.scaleSpline,
              dy,
              dx,
              n,
              inputs,
              outputs,
              l.basis,
              order,
              l.divisor,
              l.sampleStride,
              l.inputStride);
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

  @ParameterizedTest
  @CsvSource(textBlock = SIZES + "5,3,33,5,3,NONE")
  void backwardWeights(
      long n, long inputs, long outputs, int gridSize, int order, Reduction reduction) {
    try (var l = new Layer(shape(n, inputs, outputs, gridSize, order, reduction), false)) {
      l.points("forward");
      Twin dy = l.b.in("dy", l.s.outputNumel());
      for (int parts : new int[] {1, 3}) {
        weights(l, dy, parts, 32 << parts / 2, true);
        weights(l, dy, parts, 64, false);
      }
    }
  }

  private static void weights(Layer l, Twin dy, int parts, int tile, boolean staged) {
    Twin partial = l.b.out("partial", parts * l.inputs * (l.basis + 1) * l.outputs);
    int chunk = 32 * (l.order + 3) * 4;
    l.b.launch(
        staged ? "kan_backward_weights_f32" : "kan_backward_weights_direct_f32",
        new Dim3(2, 2, parts),
        Dim3.of(tile),
        staged ? l.rows(tile) + chunk : chunk,
        l.first,
        l.points,
        dy,
        partial,
        l.n,
        l.inputs,
        l.outputs,
        l.basis,
        l.order,
        l.divisor,
        l.sampleStride,
        l.inputStride,
        (l.n + parts - 1) / parts);
    Twin dcoef = l.b.out("dcoef", l.coef.size());
    Twin dbase = l.b.out("dscaleBase", l.scaleBase.size());
    Twin dspline = l.b.out("dscaleSpline", l.scaleSpline.size());
    finish(l, partial, dcoef, dbase, dspline, parts);
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
        Dim3.of(2),
        Dim3.of(64),
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
