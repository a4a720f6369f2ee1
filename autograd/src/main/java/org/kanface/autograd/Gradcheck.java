package org.kanface.autograd;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Checks gradients against central differences, in float64 on the reference kernels.
///
/// The output is projected to a scalar with fixed random weights, `L = Σ w y`; then
/// `dL/dx[i] ≈ (L(x + h) - L(x - h)) / 2h` with `h = 1e-6`, for every element of every input.
public final class Gradcheck {
  private static final double STEP = 1e-6;
  private static final double TOLERANCE =
      2e-6; // of the difference quotient itself, at values near 1

  private Gradcheck() {}

  /// Draws inputs of the given shapes from [-1, 1) and checks `op`.
  public static void check(
      String name, Function<List<Var>, Var> op, List<Shape> shapes, long seed) {
    var random = new SplittableRandom(seed);
    var inputs = new ArrayList<double[]>();
    for (Shape s : shapes) {
      inputs.add(random.doubles(s.numel(), -1, 1).toArray());
    }
    check(name, op, shapes, inputs, seed);
  }

  /// Checks `op` at given inputs; throws [AssertionError] naming the first element that differs, as
  /// in `silu: d/dx0[2] analytic 0.50100000, numeric 0.50000000`.
  public static void check(
      String name,
      Function<List<Var>, Var> op,
      List<Shape> shapes,
      List<double[]> inputs,
      long seed) {
    var leaves = new ArrayList<Var>();
    for (int i = 0; i < shapes.size(); i++) {
      Tensor value = Tensor.ofDoubles(Device.reference(), shapes.get(i), inputs.get(i));
      leaves.add(Var.parameter("x" + i, value));
    }
    try {
      analytic(op, leaves, seed);
      for (int i = 0; i < leaves.size(); i++) {
        compare(name, op, leaves, i, inputs.get(i), seed);
      }
    } finally {
      leaves.forEach(Var::close);
    }
  }

  private static void analytic(Function<List<Var>, Var> op, List<Var> leaves, long seed) {
    try (Graph graph = Graph.training(seed)) {
      Var y = op.apply(leaves);
      graph.backward(y, Tensor.ofDoubles(Device.reference(), y.shape(), weights(y, seed)));
    }
  }

  private static void compare(
      String name, Function<List<Var>, Var> op, List<Var> leaves, int i, double[] x, long seed) {
    Var leaf = leaves.get(i);
    double[] grad = leaf.hasGrad() ? leaf.grad().toDoubles() : new double[x.length];
    for (int j = 0; j < x.length; j++) {
      double at = x[j];
      double numeric = 0;
      for (int sign : new int[] {1, -1}) {
        x[j] = at + sign * STEP;
        leaf.value().write(MemorySegment.ofArray(x));
        numeric += sign * project(op, leaves, seed) / (2 * STEP);
      }
      x[j] = at;
      leaf.value().write(MemorySegment.ofArray(x));
      if (!(Math.abs(grad[j] - numeric) <= TOLERANCE * Math.max(1, Math.abs(numeric)))) {
        throw new AssertionError(
            String.format(
                Locale.ROOT,
                "%s: d/d%s[%d] analytic %.8f, numeric %.8f",
                name,
                leaf.name(),
                j,
                grad[j],
                numeric));
      }
    }
  }

  private static double project(Function<List<Var>, Var> op, List<Var> leaves, long seed) {
    try (Graph graph = Graph.training(seed)) {
      Var y = op.apply(leaves);
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
