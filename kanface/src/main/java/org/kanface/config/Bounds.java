package org.kanface.config;

/// Range checks whose messages name the key.
final class Bounds {
  private Bounds() {}

  static void atLeast(String key, long value, long smallest) {
    ConfigException.require(
        value >= smallest, "%s: expected %d or more, got %d", key, smallest, value);
  }

  static void within(String key, long value, long smallest, long largest) {
    ConfigException.require(
        value >= smallest && value <= largest,
        "%s: expected %d to %d, got %d",
        key,
        smallest,
        largest,
        value);
  }

  static void within(String key, double value, double smallest, double largest) {
    ConfigException.require(
        value >= smallest && value <= largest, // false for NaN
        "%s: expected %s to %s, got %s",
        key,
        plain(smallest),
        plain(largest),
        plain(value));
  }

  static void notNegative(String key, double value) {
    ConfigException.require(
        value >= 0 && value < Double.POSITIVE_INFINITY,
        "%s: expected a number from 0 up, got %s",
        key,
        plain(value));
  }

  static void positive(String key, double value) {
    ConfigException.require(
        value > 0 && value < Double.POSITIVE_INFINITY,
        "%s: expected a positive number, got %s",
        key,
        plain(value));
  }

  /// Without a fraction where there is none: `1`, not `1.0`.
  private static String plain(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
