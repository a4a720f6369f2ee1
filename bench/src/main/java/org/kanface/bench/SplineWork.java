package org.kanface.bench;

import java.lang.foreign.ValueLayout;
import java.util.List;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.Spline;

/// The spline basis alone, at the KAN layer's size: all functions of all inputs written out.
final class SplineWork {
  private static final Spline SPLINE = new Spline(192, 25, 3);
  private static final long SAMPLES = 256;
  private static final long INPUTS = SAMPLES * 192;
  private static final String NAME = "bspline_basis_192_g25_k3_b256";

  private SplineWork() {}

  static List<Work> rows() {
    return List.of(
        Work.kernel(NAME + "/forward", SplineWork::basis),
        Work.kernel(NAME + "/derivative", SplineWork::derivative));
  }

  private static Workload basis(Blocks b) {
    var x = b.of(INPUTS);
    var knots = knots(b);
    var y = b.of(INPUTS * SPLINE.basis());
    return b.runs(() -> b.kernels.spline().basis(SPLINE, SAMPLES, x, knots, y));
  }

  private static Workload derivative(Blocks b) {
    var x = b.of(INPUTS);
    var knots = knots(b);
    var y = b.of(INPUTS * SPLINE.basis());
    return b.runs(() -> b.kernels.spline().basisDerivative(SPLINE, SAMPLES, x, knots, y));
  }

  /// Equal intervals over [-1, 1] and `order` more on each side.
  private static HostMemory knots(Blocks b) {
    int each = SPLINE.knots();
    var knots = b.of(SPLINE.inputs() * each);
    for (int i = 0; i < SPLINE.inputs() * each; i++) {
      float t = 2f * (i % each - SPLINE.order()) / SPLINE.gridSize() - 1;
      knots.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, t);
    }
    return knots;
  }
}
