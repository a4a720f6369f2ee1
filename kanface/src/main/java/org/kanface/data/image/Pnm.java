package org.kanface.data.image;

import org.kanface.data.DataException;

/// Portable grey and pixel maps (PGM, PPM; plain P2/P3 and binary P5/P6) with up to 16 bits a
/// sample.
final class Pnm {
  private final byte[] bytes;
  private final String name;
  private int at = 2;

  private Pnm(byte[] bytes, String name) {
    this.bytes = bytes;
    this.name = name;
  }

  static RgbImage decode(byte[] bytes, String name, long maxPixels) {
    return new Pnm(bytes, name).decode(maxPixels);
  }

  private RgbImage decode(long maxPixels) {
    boolean binary = bytes[1] >= '5';
    int channels = bytes[1] == '3' || bytes[1] == '6' ? 3 : 1;
    int width = number("width");
    int height = number("height");
    int max = number("maximum");
    if (width == 0
        || height == 0
        || max == 0
        || max > 0xFFFF
        || (long) width * height > maxPixels) {
      throw DataException.of(
          "%s is damaged: its PNM header says %d x %d, maximum %d.", name, width, height, max);
    }
    int sampleBytes = max > 0xFF ? 2 : 1;
    long need = (long) width * height * channels * (binary ? sampleBytes : 1);
    at++; // the one white space behind the header
    if (bytes.length - at < need) {
      throw DataException.of(
          "%s is truncated: expected %d bytes of pixels, found %d.", name, need, bytes.length - at);
    }
    byte[] out = new byte[width * height * 3];
    for (int i = 0; i < width * height; i++) {
      for (int c = 0; c < channels; c++) {
        int value = binary ? sample(sampleBytes) : number("pixel");
        out[3 * i + c] = (byte) (max == 0xFF ? value : Math.min(value, max) * 255 / max);
      }
      if (channels == 1) {
        out[3 * i + 1] = out[3 * i];
        out[3 * i + 2] = out[3 * i];
      }
    }
    return new RgbImage(width, height, out);
  }

  private int sample(int size) {
    int high = bytes[at++] & 0xFF;
    return size == 1 ? high : high << 8 | bytes[at++] & 0xFF;
  }

  /// The next decimal number, over white space and comments.
  private int number(String what) {
    while (at < bytes.length && (bytes[at] <= ' ' || bytes[at] == '#')) {
      if (bytes[at] == '#') {
        while (at < bytes.length && bytes[at] != '\n') {
          at++;
        }
      } else {
        at++;
      }
    }
    int start = at;
    long value = 0;
    while (at < bytes.length && bytes[at] >= '0' && bytes[at] <= '9' && value < Integer.MAX_VALUE) {
      value = 10 * value + bytes[at++] - '0';
    }
    if (at == start || value > Integer.MAX_VALUE) {
      throw DataException.of(
          "%s is damaged: expected the %s as a number at byte %d.", name, what, start);
    }
    return (int) value;
  }
}
