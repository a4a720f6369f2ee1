package org.kanface.golden;

import java.util.Arrays;
import org.kanface.kernels.DType;
import org.kanface.kernels.Spline;
import org.kanface.nn.kan.BSpline;
import org.kanface.nn.kan.CurveToCoef;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// B-spline bases, and the least squares that initialise a KAN layer.
final class SplineCases {
  private static final double FLOOR = 2e-6;

  private SplineCases() {}

  static Outcome basis(GoldenCase golden, Device device) {
    var comparison = new Comparison(golden, FLOOR);
    Shape x = golden.shape("x");
    var spline =
        new Spline(x.dim(1), (int) golden.integer("grid_size"), (int) golden.integer("order"));
    try (Tensor points = Images.load(device, golden.tensor("x"));
        Tensor knots = Images.load(device, golden.tensor("grid"));
        Tensor basis =
            Tensor.empty(device, DType.F32, Shape.of(x.dim(0), x.dim(1), spline.basis()))) {
      device
          .kernels(DType.F32)
          .spline()
          .basis(spline, x.dim(0), points.memory(), knots.memory(), basis.memory());
      comparison.check("basis", basis.toFloats());
    }
    return comparison.outcome();
  }

  static Outcome initialCoefficients(GoldenCase golden) {
    var comparison = new Comparison(golden, FLOOR);
    Shape noise = golden.shape("noise"); // [points, in, out]
    int points = (int) noise.dim(0);
    int in = (int) noise.dim(1);
    int out = (int) noise.dim(2);
    int order = (int) golden.integer("order");
    double[] knots = golden.tensor("grid").toDoubles();
    double[] y = golden.tensor("noise").toDoubles();
    int width = knots.length / in;
    int basis = points - 1 + order;
    var coef = new double[in * out * basis];
    for (int i = 0; i < in; i++) {
      double[] row = Arrays.copyOfRange(knots, i * width, (i + 1) * width);
      double[] at = Arrays.copyOfRange(row, order, order + points);
      var curves = new double[points][out];
      for (int p = 0; p < points; p++) {
        System.arraycopy(y, (p * in + i) * out, curves[p], 0, out);
      }
      double[][] fit = new CurveToCoef(BSpline.basis(row, order, at)).solve(curves);
      for (int o = 0; o < out; o++) {
        for (int j = 0; j < basis; j++) {
          coef[(i * out + o) * basis + j] = fit[j][o];
        }
      }
    }
    comparison.check("coef", coef);
    return comparison.outcome();
  }
}
