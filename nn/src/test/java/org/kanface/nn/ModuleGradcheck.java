package org.kanface.nn;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.kernels.DType;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Checks a module's gradients, those of its input and of every parameter, against central
/// differences in float64: `dL/dx[i] ≈ (L(x + h) - L(x - h))/2h`, `L = Σ w y` with fixed `w`.
public final class ModuleGradcheck {
  private static final double STEP = 1e-6;
  private static final double TOLERANCE = 3e-6;
  private static final int MOST = 12; // elements a tensor that are checked, spread over it

  private ModuleGradcheck() {}

  /// Where float64 modules for this check are made.
  public static Init init(long seed) {
    return new Init(Device.reference(), DType.F64, seed);
  }

  /// Draws `x` of this shape; throws [AssertionError] naming the first element that differs.
  public static void check(Module module, Shape shape, long seed) {
    double[] x = new SplittableRandom(seed).doubles(shape.numel(), -1, 1).toArray();
    try (Var in = Var.parameter("x", Tensor.ofDoubles(Device.reference(), shape, x))) {
      try (Graph graph = Graph.training(seed)) {
        Var y = module.forward(in);
        graph.backward(y, Tensor.ofDoubles(Device.reference(), y.shape(), weights(y, seed)));
      }
      List<Var> leaves = new ArrayList<>(List.of(in));
      module.trained().forEach(p -> leaves.add(p.var()));
      leaves.forEach(leaf -> check(module, in, leaf, seed));
    }
  }

  private static void check(Module module, Var in, Var leaf, long seed) {
    double[] values = leaf.value().toDoubles();
    double[] grad = leaf.hasGrad() ? leaf.grad().toDoubles() : new double[values.length];
    int stride = Math.max(1, values.length / MOST);
    for (int j = 0; j < values.length; j += stride) {
      double at = values[j];
      double numeric = 0;
      for (int sign : new int[] {1, -1}) {
        values[j] = at + sign * STEP;
        leaf.value().write(MemorySegment.ofArray(values));
        numeric += sign * project(module, in, seed) / (2 * STEP);
      }
      values[j] = at;
      leaf.value().write(MemorySegment.ofArray(values));
      if (!(Math.abs(grad[j] - numeric) <= TOLERANCE * Math.max(1, Math.abs(numeric)))) {
        throw new AssertionError(
            String.format(
                Locale.ROOT,
                "d/d%s[%d] analytic %.8f, numeric %.8f",
                leaf.name(),
                j,
                grad[j],
                numeric));
      }
    }
  }

  private static double project(Module module, Var in, long seed) {
    try (Graph graph = Graph.training(seed)) {
      Var y = module.forward(in);
      double[] values = y.value().toDoubles();
      double[] w = weights(y, graph.seed());
      double sum = 0;
      for (int k = 0; k < values.length; k++) {
        sum += w[k] * values[k];
      }
      return sum;
    }
  }

  private static double[] weights(Var y, long seed) {
    return new SplittableRandom(~seed).doubles(y.shape().numel(), -1, 1).toArray();
  }
}
