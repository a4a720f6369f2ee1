package org.kanface.nn.layer;

import java.util.Arrays;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.AdaptiveAveragePool;
import org.kanface.autograd.op.Multiply;
import org.kanface.autograd.op.Reshape;
import org.kanface.kernels.DType;
import org.kanface.nn.Module;
import org.kanface.tensor.Check;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Global weighted pooling: the mean over positions of a map times a fixed Gaussian.
///
/// `y_c = 1/size² Σ_ij G_ij x_ijc`, `G_ij ∝ exp(-((i - m)² + (j - m)²)/(2σ²))` with `m = (size -
/// 1)/2` and `Σ G = 1`. The weights add up to `1/size²`, not to 1, as published. Shapes: `x [n,
/// size, size, c]` → `y [n, c]`. `G` is not trained and not in the state dict.
public final class GaussianPool extends Module {
  private final int size;
  private final double[] kernel; // [size, size]

  /// Throws [org.kanface.tensor.ShapeException] unless `size` and `sigma` are positive.
  public GaussianPool(int size, double sigma) {
    this.size = size;
    kernel = kernel(size, sigma);
  }

  /// The normalised Gaussian `[size, size]`, row by row.
  public static double[] kernel(int size, double sigma) {
    Check.positive("GaussianPool", "size", size);
    Check.positive("GaussianPool", "sigma", sigma);
    var weights = new double[size * size];
    double middle = (size - 1) / 2.0;
    for (int i = 0; i < weights.length; i++) {
      double dy = Math.floorDiv(i, size) - middle;
      double dx = i % size - middle;
      weights[i] = Math.exp(-(dy * dy + dx * dx) / (2 * sigma * sigma));
    }
    double sum = Arrays.stream(weights).sum();
    return Arrays.stream(weights).map(w -> w / sum).toArray();
  }

  @Override
  protected Var compute(Var x) {
    Shape s = x.shape();
    Check.that(
        s.rank() == 4 && s.dim(1) == size && s.dim(2) == size,
        "GaussianPool",
        "x %s: expected [n, %d, %d, c]",
        s,
        size,
        size);
    Shape vectors = Shape.of(s.dim(0), s.dim(3));
    return Graph.local(
        () -> Reshape.of(AdaptiveAveragePool.of(Multiply.of(x, weights(x)), 1, 1), vectors));
  }

  private Var weights(Var x) {
    Device device = x.value().device();
    Shape shape = Shape.of(size, size, 1); // the same for all samples and channels
    if (x.dtype() == DType.F64) {
      return Graph.current().constant(Tensor.ofDoubles(device, shape, kernel));
    }
    var floats = new float[kernel.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) kernel[i];
    }
    return Graph.current().constant(Tensor.of(device, shape, floats));
  }
}
