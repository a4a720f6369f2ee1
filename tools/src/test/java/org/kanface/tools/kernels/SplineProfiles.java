package org.kanface.tools.kernels;

import java.util.Map;
import org.kanface.kernels.Spline;
import org.kanface.tools.ptx.Dim3;

/// Splines and the fused KAN layer.
final class SplineProfiles extends Profiles {
  SplineProfiles(Map<String, double[]> rows) {
    super(rows);
  }

  @Override
  void launch() {
    splines();
  }

  /// The head of KANFace at rank ratio 0.6, made smaller: grid 25, order 3.
  private void splines() {
    long n = 64;
    long in = 16;
    long out = 256;
    int basis = 28;
    var s = new Spline(in, 25, 3);
    try (var b = bench("spline")) {
      Twin x = SplineKernelTest.inputs(b, n * in, false);
      Twin knots = SplineKernelTest.knots(b, s);
      Twin y = b.out("y", n * in * basis);
      for (String f : new String[] {"forward", "derivative"}) {
        run(b, "spline_" + f + "_f32", EIGHT, Dim3.of(128), 0, x, knots, y, n, in, 25, 3);
      }
    }
    try (var b = bench("kan_points", "kan", "kan_weights")) {
      Twin x = SplineKernelTest.inputs(b, n * in, false);
      Twin knots = SplineKernelTest.knots(b, s);
      Twin coef = b.in("coef", in * basis * out);
      Twin base = b.in("scaleBase", in * out);
      Twin scale = b.in("scaleSpline", in * out);
      Twin points = b.out("points", n * in * 8);
      Twin sorted = b.out("sorted", n * in * 8);
      Twin bounds = b.outBytes("bounds", in * 26, 4);
      Twin dy = b.in("dy", n * out);
      Twin dx = b.out("dx", n * in);
      Twin y = b.out("y", n * in * out);
      Twin sums = b.out("sums", in * (basis + 1) * out);
      int buffers = 2 * (basis + 6) * 512;
      for (String f : new String[] {"backward", "forward"}) {
        run(
            b,
            "kan_points_" + f + "_f32",
            Dim3.of(1, 16),
            Dim3.of(64),
            0,
            x,
            knots,
            points,
            n,
            in,
            25,
            3);
      }
      run(
          b,
          "kan_forward_f32",
          Dim3.of(2, 1),
          WARPS,
          buffers,
          points,
          coef,
          base,
          scale,
          y,
          n,
          in,
          out,
          basis,
          3,
          2,
          1f,
          in);
      run(
          b,
          "kan_forward_direct_f32",
          Dim3.of((int) (out + 31) / 32, (int) n),
          WARPS,
          8 * 128,
          points,
          coef,
          base,
          scale,
          y,
          n,
          in,
          out,
          basis,
          3,
          1f);
      run(
          b,
          "kan_forward_edges_f32",
          Dim3.of(64),
          FLAT,
          0,
          points,
          coef,
          base,
          scale,
          y,
          n,
          in,
          out,
          basis,
          3);
      run(b, "kan_finish_f32", EIGHT, FLAT, 0, coef, y, n * out, 2, 1f);
      run(
          b,
          "kan_backward_input_f32",
          new Dim3(2, 1, 4),
          WARPS,
          buffers,
          points,
          coef,
          base,
          scale,
          dy,
          y,
          n,
          in,
          out,
          basis,
          3,
          2,
          1f,
          in / 4);
      run(
          b,
          "kan_backward_input_direct_f32",
          Dim3.of(16, 1),
          WARPS,
          0,
          points,
          coef,
          base,
          scale,
          dy,
          dx,
          n,
          in,
          out,
          basis,
          3,
          1f,
          out,
          0L);
      run(
          b,
          "kan_sort_f32",
          Dim3.of(16),
          WARPS,
          8 * 25 * 4,
          points,
          0L,
          sorted,
          bounds,
          n,
          in,
          25,
          n);
      run(
          b,
          "kan_backward_weights_f32",
          Dim3.of(2, 4),
          Dim3.of(32, 4),
          0,
          sorted,
          bounds,
          dy,
          coef,
          scale,
          0L,
          y,
          base,
          scale,
          n,
          in,
          out,
          25,
          3,
          1f,
          n,
          out,
          0L);
      run(
          b,
          "kan_backward_weights_finish_f32",
          Dim3.of(4, 16),
          WARPS,
          0,
          sums,
          coef,
          scale,
          y,
          base,
          scale,
          in,
          out,
          basis,
          1);
    }
  }
}
