package org.kanface.data.image;

import java.util.Arrays;

/// An 8-bit RGB image over one byte array in HWC order: channel `c` of pixel (x, y) is byte `(y ·
/// width + x) · 3 + c`.
///
/// The array is shared, not copied: whoever made the image may still write into it.
public final class RgbImage {
  public static final int CHANNELS = 3;

  private final int width;
  private final int height;
  private final byte[] pixels; // [height, width, 3]

  /// Throws [IllegalArgumentException] where the array has another length than `width · height ·
  /// 3`.
  public RgbImage(int width, int height, byte[] pixels) {
    if (width <= 0 || height <= 0 || pixels.length != (long) width * height * CHANNELS) {
      throw new IllegalArgumentException(
          "[RgbImage] expected %d x %d x 3 bytes, got %d".formatted(width, height, pixels.length));
    }
    this.width = width;
    this.height = height;
    this.pixels = pixels;
  }

  /// A black image.
  public static RgbImage black(int width, int height) {
    return new RgbImage(
        width, height, new byte[Math.multiplyExact(Math.multiplyExact(width, height), CHANNELS)]);
  }

  public int width() {
    return width;
  }

  public int height() {
    return height;
  }

  /// The bytes themselves, [height, width, 3].
  public byte[] pixels() {
    return pixels;
  }

  /// One sample, 0 to 255.
  public int sample(int x, int y, int channel) {
    return pixels[(y * width + x) * CHANNELS + channel] & 0xFF;
  }

  /// The rectangle of `w × h` pixels whose left upper pixel is (x, y); it must lie inside the
  /// image.
  public RgbImage crop(int x, int y, int w, int h) {
    if (x < 0 || y < 0 || w <= 0 || h <= 0 || x > width - w || y > height - h) {
      throw new IllegalArgumentException(
          "[crop] rectangle %d x %d at (%d, %d) leaves the image of %d x %d"
              .formatted(w, h, x, y, width, height));
    }
    byte[] out = new byte[w * h * CHANNELS];
    for (int row = 0; row < h; row++) {
      System.arraycopy(
          pixels, ((y + row) * width + x) * CHANNELS, out, row * w * CHANNELS, w * CHANNELS);
    }
    return new RgbImage(w, h, out);
  }

  /// Left and right exchanged.
  public RgbImage flip() {
    byte[] out = new byte[pixels.length];
    for (int y = 0; y < height; y++) {
      int row = y * width * CHANNELS;
      for (int x = 0; x < width; x++) {
        int from = row + x * CHANNELS;
        int to = row + (width - 1 - x) * CHANNELS;
        out[to] = pixels[from];
        out[to + 1] = pixels[from + 1];
        out[to + 2] = pixels[from + 2];
      }
    }
    return new RgbImage(width, height, out);
  }

  /// Moved by (dx, dy) pixels; what comes in from outside repeats the edge.
  public RgbImage shift(int dx, int dy) {
    byte[] out = new byte[pixels.length];
    for (int y = 0; y < height; y++) {
      int fromRow = Math.clamp(y - dy, 0, height - 1) * width;
      for (int x = 0; x < width; x++) {
        int from = (fromRow + Math.clamp(x - dx, 0, width - 1)) * CHANNELS;
        int to = (y * width + x) * CHANNELS;
        out[to] = pixels[from];
        out[to + 1] = pixels[from + 1];
        out[to + 2] = pixels[from + 2];
      }
    }
    return new RgbImage(width, height, out);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RgbImage o
        && o.width == width
        && o.height == height
        && Arrays.equals(o.pixels, pixels);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * width + height) + Arrays.hashCode(pixels);
  }

  @Override
  public String toString() {
    return "RgbImage[" + width + " x " + height + "]";
  }
}
