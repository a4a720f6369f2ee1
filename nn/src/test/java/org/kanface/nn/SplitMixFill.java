package org.kanface.nn;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.kanface.kernels.DType;
import org.kanface.tensor.Shape;

/// Parameters and images from one SplitMix64 stream: the fill behind the published check values of
/// iResNet and EfficientFR.
public final class SplitMixFill {
  private long state;

  public SplitMixFill(long seed) {
    state = seed;
  }

  /// The next number in [0, 1).
  double next() {
    state += 0x9E3779B97F4A7C15L;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return ((z ^ (z >>> 31)) >>> 11) * 0x1p-53;
  }

  /// Fills parameters and buffers in state-dict order; counters draw nothing, a weight without a
  /// gradient draws and stays at 1.
  public SplitMixFill fill(Module module) {
    module.state().forEach(this::fill);
    return this;
  }

  private void fill(String key, Parameter p) {
    if (p.var().dtype() == DType.I64) {
      return;
    }
    DoubleUnaryOperator line = line(key, p.externalShape());
    var values = new float[Math.toIntExact(p.externalShape().numel())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) line.applyAsDouble(next());
    }
    if (key.equals("features.weight")) {
      Arrays.fill(values, 1);
    }
    p.load(values);
  }

  private static DoubleUnaryOperator line(String key, Shape shape) {
    if (shape.rank() > 1) {
      double bound = Math.sqrt(6.0 / shape.span(1, shape.rank()));
      return u -> (2 * u - 1) * bound;
    }
    if (key.endsWith("running_var")) {
      return u -> 0.5 + u;
    }
    if (key.endsWith("prelu.weight")) {
      return u -> 0.25 + 0.1 * (2 * u - 1);
    }
    boolean scale = key.endsWith(".weight");
    return u -> (scale ? 1 : 0) + 0.1 * (2 * u - 1);
  }

  /// The stream's next `count` numbers from U(-bound, bound), as a matrix of class centres.
  public float[] uniform(int count, double bound) {
    var values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) ((2 * next() - 1) * bound);
    }
    return values;
  }

  /// Pixels 0 … 255 of images, NHWC.
  public int[] pixels(int n, int height, int width) {
    var out = new int[n * height * width * 3];
    for (int i = 0; i < out.length; i++) {
      out[i] = (int) (256 * next());
    }
    return out;
  }
}
