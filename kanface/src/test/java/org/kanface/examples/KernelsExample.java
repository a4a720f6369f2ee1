package org.kanface.examples;

import java.lang.foreign.ValueLayout;
import org.kanface.kernels.Backends;
import org.kanface.kernels.DType;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.Kernels;
import org.kanface.kernels.Spline;

/// Cubic B-splines on five intervals, at one point, with `kernels` alone.
final class KernelsExample {
  private KernelsExample() {}

  static float[] run() {
    Kernels kernels = Backends.kernels("cpu", DType.F32);
    var spline = new Spline(1, 5, 3); // inputs, intervals, order
    try (var x = HostMemory.of(0.3f);
        var knots =
            HostMemory.of(-2.2f, -1.8f, -1.4f, -1, -0.6f, -0.2f, 0.2f, 0.6f, 1, 1.4f, 1.8f, 2.2f);
        var y = HostMemory.allocate(4L * spline.basis())) {
      kernels.spline().basis(spline, 1, x, knots, y);
      return y.segment().asSlice(0, 4L * spline.basis()).toArray(ValueLayout.JAVA_FLOAT);
    }
  }
}
