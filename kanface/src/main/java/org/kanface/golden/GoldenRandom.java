package org.kanface.golden;

import java.nio.charset.StandardCharsets;

/// The fixtures' generator: SplitMix64 from the FNV-1a 64 hash of a key, 24 bits a draw.
final class GoldenRandom {
  private final long start;
  private long index;

  GoldenRandom(String key) {
    start = fnv1a(key);
  }

  static long fnv1a(String key) {
    long h = 0xCBF29CE484222325L;
    for (byte b : key.getBytes(StandardCharsets.UTF_8)) {
      h = (h ^ (b & 0xFF)) * 0x100000001B3L;
    }
    return h;
  }

  /// The next 24 bits.
  long next() {
    long z = start + ++index * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return (z ^ (z >>> 31)) >>> 40;
  }

  /// `n` numbers in [low, high), rounded to float32.
  static float[] uniform(String key, int n, double low, double high) {
    var random = new GoldenRandom(key);
    var out = new float[n];
    for (int i = 0; i < n; i++) {
      out[i] = (float) (low + (high - low) * (random.next() / 16777216.0));
    }
    return out;
  }

  /// `n` integers below `bound`.
  static long[] integers(String key, int n, long bound) {
    var random = new GoldenRandom(key);
    var out = new long[n];
    for (int i = 0; i < n; i++) {
      out[i] = (random.next() * bound) >>> 24;
    }
    return out;
  }

  /// The fixtures' images, NCHW: three quarters coarse blocks of 16 pixels, one quarter noise.
  static float[] images(String seed, int n, int size) {
    String key = seed + "|input|" + size + "#";
    if (size % 16 != 0) {
      throw new IllegalArgumentException("input_size " + size + ": expected a multiple of 16");
    }
    int blocks = size / 16;
    float[] coarse = uniform(key + "coarse", n * 3 * blocks * blocks, -1, 1);
    float[] noise = uniform(key + "noise", n * 3 * size * size, -1, 1);
    var out = new float[noise.length];
    for (int i = 0; i < out.length; i++) {
      int x = i % size;
      int y = i / size % size;
      int plane = i / (size * size);
      double block = coarse[(plane * blocks + y / 16) * blocks + x / 16];
      out[i] = (float) (0.75 * block + 0.25 * noise[i]);
    }
    return out;
  }
}
