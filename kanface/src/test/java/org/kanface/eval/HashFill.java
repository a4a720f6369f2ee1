package org.kanface.eval;

/// Reproducible values in [-0.5, 0.5), a multiple of 2^-24, from a key and an index: the generator
/// behind the golden numbers of these tests.
public final class HashFill {
  private HashFill() {}

  public static double uniform(String key, int j) {
    int z = key.hashCode() + j * 0x9E3779B9;
    z ^= z >>> 16;
    z *= 0x85EBCA6B;
    z ^= z >>> 13;
    z *= 0xC2B2AE35;
    z ^= z >>> 16;
    return (z >>> 8) / 16777216.0 - 0.5;
  }
}
