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
  public static void positive(String operation, String name, long value) {
    that(value > 0, operation, "%s: expected a positive number, got %d", name, value);
  }

  /// Throws [ShapeException] unless `value > 0`.
  public static void positive(String operation, String name, double value) {
    that(value > 0, operation, "%s: expected a positive number, got %s", name, value);
  }
}
