package org.kanface.data.load;

import java.util.Arrays;
import org.kanface.data.DataException;

/// Bytes to network input: `((v / 255) − mean) / std` in float32, from a table of 256 values a
/// channel.
public final class Normalization {
  private final float[] table = new float[3 * 256]; // [channel, byte]
  private final float[] mean;
  private final float[] std;

  private Normalization(float[] mean, float[] std) {
    this.mean = mean.clone();
    this.std = std.clone();
    for (int c = 0; c < 3; c++) {
      if (!(std[c] > 0)) {
        throw DataException.of(
            "Normalisation needs positive standard deviations, got %s.", Arrays.toString(std));
      }
      for (int v = 0; v < 256; v++) {
        table[c * 256 + v] = (v / 255f - mean[c]) / std[c];
      }
    }
  }

  /// `((v / 255) − 0.5) / 0.5`: bytes to −1 … 1.
  public static Normalization standard() {
    float[] half = {0.5f, 0.5f, 0.5f};
    return new Normalization(half, half);
  }

  /// Own mean and standard deviation of red, green and blue, in units of 255.
  public static Normalization of(float[] mean, float[] std) {
    if (mean.length != 3 || std.length != 3) {
      throw DataException.of(
          "Normalisation needs three means and three deviations, got %d and %d.",
          mean.length, std.length);
    }
    return new Normalization(mean, std);
  }

  /// Means of red, green and blue, in units of 255.
  public float[] mean() {
    return mean.clone();
  }

  /// Standard deviations of red, green and blue, in units of 255.
  public float[] std() {
    return std.clone();
  }

  /// Writes `pixels` (HWC, 3 channels) to `out`, same order.
  public void apply(byte[] pixels, float[] out) {
    for (int i = 0; i < pixels.length; i += 3) {
      out[i] = table[pixels[i] & 0xFF];
      out[i + 1] = table[256 + (pixels[i + 1] & 0xFF)];
      out[i + 2] = table[512 + (pixels[i + 2] & 0xFF)];
    }
  }
}
