package org.kanface.nn.layer;

import java.util.Arrays;
import java.util.stream.IntStream;
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
/// `y_c = 1/(h·w) Σ_ij G_ij x_ijc`, `G_ij ∝ exp(-(i - (h-1)/2)²/(2σ_h²) - (j - (w-1)/2)²/(2σ_w²))`,
/// `Σ G = 1`, with `σ_h = σ·h/size`: the Gaussian of a map of the published side, as wide beside
/// any
/// other. The weights add up to `1/(h·w)`, not to 1, as published. Shapes: `x [n, h, w, c]` → `y
/// [n,
/// c]`. `G` is not trained and not in the state dict.
public final class GaussianPool extends Module {
  private final double spread; // σ by side

  /// A Gaussian of `sigma` positions on a map of `size` a side. Throws
  /// [org.kanface.tensor.ShapeException] unless both are positive.
  public GaussianPool(int size, double sigma) {
    Check.positive("GaussianPool", "size", size);
    Check.positive("GaussianPool", "sigma", sigma);
    spread = sigma / size;
  }

  /// The normalised Gaussian `[size, size]`, row by row.
  public static double[] kernel(int size, double sigma) {
    return new GaussianPool(size, sigma).kernel(size, size);
  }

  private double[] kernel(int height, int width) {
    double[] down = profile(height);
    double[] across = profile(width);
    var weights = new double[height * width];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = down[Math.floorDiv(i, width)] * across[i % width];
    }
    double sum = Arrays.stream(weights).sum();
    return Arrays.stream(weights).map(w -> w / sum).toArray();
  }

  private double[] profile(int side) {
    double sigma = spread * side;
    double middle = (side - 1) / 2.0;
    return IntStream.range(0, side)
        .mapToDouble(i -> Math.exp(-(i - middle) * (i - middle) / (2 * sigma * sigma)))
        .toArray();
  }

  @Override
  protected Var compute(Var x) {
    Shape s = x.shape();
    Check.that(s.rank() == 4, "GaussianPool", "x %s: expected [n, h, w, c]", s);
    Shape vectors = Shape.of(s.dim(0), s.dim(3));
    return Graph.local(
        () -> Reshape.of(AdaptiveAveragePool.of(Multiply.of(x, weights(x)), 1, 1), vectors));
  }

  private Var weights(Var x) {
    Device device = x.value().device();
    long h = x.dim(1);
    long w = x.dim(2);
    double[] kernel = kernel(Math.toIntExact(h), Math.toIntExact(w));
    Shape shape = Shape.of(h, w, 1); // the same for all samples and channels
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
