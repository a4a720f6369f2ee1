package org.kanface.nn;

import org.kanface.tensor.Shape;

/// Reproducible parameters and images, from keys alone: the fill behind the golden numbers of these
/// tests.
public final class HashFill {
  private HashFill() {}

  /// Value `j` of a key, in [-0.5, 0.5), a multiple of 2^-24.
  public static double uniform(String key, int j) {
    int z = key.hashCode() + j * 0x9E3779B9;
    z ^= z >>> 16;
    z *= 0x85EBCA6B;
    z ^= z >>> 13;
    z *= 0xC2B2AE35;
    z ^= z >>> 16;
    return (z >>> 8) / 16777216.0 - 0.5;
  }

  /// The first `n` values of a key, times `factor`.
  public static float[] values(String key, int n, double factor) {
    var out = new float[n];
    for (int j = 0; j < n; j++) {
      out[j] = (float) (factor * uniform(key, j));
    }
    return out;
  }

  /// Fills every parameter by its key; knots and counters stay.
  public static void fill(Module module) {
    module
        .state()
        .forEach(
            (key, p) -> {
              if (p.var().dtype().isFloating()) {
                p.load(values(key, p));
              }
            });
  }

  private static float[] values(String key, Parameter p) {
    String last = key.substring(key.lastIndexOf('.') + 1);
    Shape shape = p.externalShape();
    int n = Math.toIntExact(shape.numel());
    if (last.equals("grid")) {
      return p.external();
    }
    double[] line = line(last, shape); // a + b U
    var out = new float[n];
    for (int j = 0; j < n; j++) {
      out[j] = (float) (line[0] + line[1] * uniform(key, j));
    }
    return out;
  }

  private static double[] line(String last, Shape shape) {
    return switch (last) {
      case "temperature" -> new double[] {1, 0.5};
      case "gamma", "gamma_xca" -> new double[] {0.5, 0.5};
      case "coef" -> new double[] {0, 0.5};
      case "scale_base", "scale_sp" -> new double[] {0, 1};
      default -> {
        if (shape.rank() == 1) {
          yield last.equals("weight") ? new double[] {1, 0.5} : new double[] {0, 0.2};
        }
        double fanIn = (double) shape.numel() / shape.dim(0);
        yield new double[] {0, Math.sqrt(12 / fanIn)};
      }
    };
  }

  /// One image `[1, size, size, 3]` in [-1, 1].
  public static float[] image(int size) {
    var out = new float[size * size * 3];
    for (int h = 0; h < size; h++) {
      for (int w = 0; w < size; w++) {
        for (int c = 0; c < 3; c++) {
          int p = (73 * c + 31 * h + 17 * w + (h * w) % 29) % 256;
          out[(h * size + w) * 3 + c] = (p / 255f - 0.5f) / 0.5f;
        }
      }
    }
    return out;
  }

  /// The L2 norm, summed in double.
  public static double l2(float[] values) {
    double sum = 0;
    for (float v : values) {
      sum += (double) v * v;
    }
    return Math.sqrt(sum);
  }

  public static double sum(float[] values) {
    double sum = 0;
    for (float v : values) {
      sum += v;
    }
    return sum;
  }
}
