package org.kanface.kernels;

/// A batch of colour images of one size, `[n, height, width, 3]`, bytes from 0 to 255, and how they
/// become a network's input: `((v / 255) - mean) / std` for each channel.
public record Images(long n, long height, long width, Channels mean, Channels std) {
  /// A number for each of red, green and blue.
  public record Channels(float red, float green, float blue) {
    float of(int channel) {
      return channel == 0 ? red : channel == 1 ? green : blue;
    }
  }

  public Images {
    if (n < 0 || height < 0 || width < 0) {
      throw new IllegalArgumentException(
          "[images] expected sizes of at least 0, got %d of %d x %d".formatted(n, height, width));
    }
  }

  /// Bytes of all images.
  public long numel() {
    return n * rowLength() * height;
  }

  /// Bytes of a row of pixels.
  public long rowLength() {
    return 3 * width;
  }

  /// What byte `v` of a channel (0 red, 1 green, 2 blue) becomes, each step rounded to float32.
  public float normalized(int channel, int v) {
    return (v / 255f - mean.of(channel)) / std.of(channel);
  }
}
