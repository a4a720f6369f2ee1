package org.kanface.nn.kan;

import org.kanface.kernels.DType;
import org.kanface.kernels.Spline;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// B-spline bases in double, for fits and plots (training uses the kernels directly).
public final class BSpline {
  private BSpline() {}

  /// Values of all basis functions on one row of knots: `[points][basis]`, in double on the
  /// reference kernels.
  public static double[][] basis(double[] knots, int order, double[] x) {
    var spline = new Spline(1, knots.length - 1 - 2 * order, order);
    Device device = Device.reference();
    try (Tensor points = Tensor.ofDoubles(device, Shape.of(x.length, 1), x);
        Tensor row = Tensor.ofDoubles(device, Shape.of(1, knots.length), knots);
        Tensor y = Tensor.empty(device, DType.F64, Shape.of(x.length, 1, spline.basis()))) {
      y.kernels().spline().basis(spline, x.length, points.memory(), row.memory(), y.memory());
      double[] flat = y.toDoubles();
      var out = new double[x.length][spline.basis()];
      for (int p = 0; p < x.length; p++) {
        System.arraycopy(flat, p * spline.basis(), out[p], 0, spline.basis());
      }
      return out;
    }
  }
}
