package org.kanface.data.load;

import org.kanface.data.image.RgbImage;

/// The pixel loops behind [Augment]; each returns a new image of the same size.
final class Pixels {
  private Pixels() {}

  /// Reads the image turned and scaled about its middle: output pixel `d` from the middle comes
  /// from `(cx, cy) + (cos·dx − sin·dy, sin·dx + cos·dy)`, bilinear, the edge repeated.
  static RgbImage turn(RgbImage image, float cx, float cy, float cos, float sin) {
    int width = image.width();
    int height = image.height();
    byte[] from = image.pixels();
    byte[] out = new byte[from.length];
    int to = 0;
    for (int y = 0; y < height; y++) {
      float dy = y + 0.5f - height / 2f;
      for (int x = 0; x < width; x++, to += 3) {
        float dx = x + 0.5f - width / 2f;
        float sx = Math.clamp(cx + cos * dx - sin * dy - 0.5f, 0f, width - 1f);
        float sy = Math.clamp(cy + sin * dx + cos * dy - 0.5f, 0f, height - 1f);
        int x0 = (int) sx;
        int y0 = (int) sy;
        int right = x0 < width - 1 ? 3 : 0;
        int below = y0 < height - 1 ? 3 * width : 0;
        float fx = sx - x0;
        float fy = sy - y0;
        int at = (y0 * width + x0) * 3;
        for (int c = 0; c < 3; c++, at++) {
          float top = (from[at] & 0xFF) * (1 - fx) + (from[at + right] & 0xFF) * fx;
          float bottom =
              (from[at + below] & 0xFF) * (1 - fx) + (from[at + below + right] & 0xFF) * fx;
          out[to + c] = toByte(top * (1 - fy) + bottom * fy);
        }
      }
    }
    return new RgbImage(width, height, out);
  }

  /// Gaussian blur with a window of 3 or 5 and `σ = ((window − 1) / 2 − 1) · 0.3 + 0.8`, the edge
  /// repeated.
  static RgbImage blur(RgbImage image, int window) {
    int radius = window / 2;
    double sigma = (radius - 1) * 0.3 + 0.8;
    float[] w = new float[window];
    float sum = 0;
    for (int k = 0; k < window; k++) {
      w[k] = (float) StrictMath.exp(-(k - radius) * (k - radius) / (2 * sigma * sigma));
      sum += w[k];
    }
    int width = image.width();
    int height = image.height();
    byte[] from = image.pixels();
    float[] across = new float[from.length];
    byte[] out = new byte[from.length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++) {
          float v = 0;
          for (int k = 0; k < window; k++) {
            v +=
                w[k]
                    * (from[(y * width + Math.clamp(x + k - radius, 0, width - 1)) * 3 + c] & 0xFF);
          }
          across[(y * width + x) * 3 + c] = v / sum;
        }
      }
    }
    int stride = width * 3;
    for (int y = 0; y < height; y++) {
      for (int i = 0; i < stride; i++) {
        float v = 0;
        for (int k = 0; k < window; k++) {
          v += w[k] * across[Math.clamp(y + k - radius, 0, height - 1) * stride + i];
        }
        out[y * stride + i] = toByte(v / sum);
      }
    }
    return new RgbImage(width, height, out);
  }

  /// Brightness, contrast about the mean grey, then saturation and a turn of the hue by `degrees`
  /// in the YIQ plane.
  static RgbImage recolour(
      RgbImage image, float brightness, float contrast, float saturation, float degrees) {
    byte[] from = image.pixels();
    double total = 0;
    for (int i = 0; i < from.length; i += 3) {
      total += luma(from[i] & 0xFF, from[i + 1] & 0xFF, from[i + 2] & 0xFF);
    }
    float mean = (float) (3 * total / from.length) * brightness;
    float gain = brightness * contrast;
    float offset = mean * (1 - contrast);
    float cos = saturation * (float) StrictMath.cos(StrictMath.toRadians(degrees));
    float sin = saturation * (float) StrictMath.sin(StrictMath.toRadians(degrees));
    byte[] out = new byte[from.length];
    for (int i = 0; i < from.length; i += 3) {
      float r = (from[i] & 0xFF) * gain + offset;
      float g = (from[i + 1] & 0xFF) * gain + offset;
      float b = (from[i + 2] & 0xFF) * gain + offset;
      float y = luma(r, g, b);
      float p = 0.596f * r - 0.274f * g - 0.322f * b;
      float q = 0.211f * r - 0.523f * g + 0.312f * b;
      float turnedP = cos * p - sin * q;
      float turnedQ = sin * p + cos * q;
      out[i] = toByte(y + 0.956f * turnedP + 0.621f * turnedQ);
      out[i + 1] = toByte(y - 0.272f * turnedP - 0.647f * turnedQ);
      out[i + 2] = toByte(y - 1.106f * turnedP + 1.703f * turnedQ);
    }
    return new RgbImage(image.width(), image.height(), out);
  }

  private static float luma(float r, float g, float b) {
    return 0.299f * r + 0.587f * g + 0.114f * b;
  }

  private static byte toByte(float v) {
    return (byte) Math.clamp((int) (v + 0.5f), 0, 255);
  }
}
