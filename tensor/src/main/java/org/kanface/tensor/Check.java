package org.kanface.tensor;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.Locale;

/// Argument checks at the door of public methods; the message begins with `[operation]`.
public final class Check {
  private Check() {}

  /// Throws [ShapeException] with the formatted message unless `condition` holds.
  @FormatMethod
  public static void that(
      boolean condition, String operation, @FormatString String format, Object... args) {
    if (!condition) {
      throw new ShapeException("[" + operation + "] " + String.format(Locale.ROOT, format, args));
    }
  }

  /// Throws [ShapeException] unless `value > 0`.
  public static void positive(String operation, String name, double value) {
    if (!(value > 0)) {
      throw new ShapeException(
          "[" + operation + "] " + name + ": expected a positive number, got " + plain(value));
    }
  }

  private static String plain(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
