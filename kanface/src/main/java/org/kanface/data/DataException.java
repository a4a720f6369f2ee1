package org.kanface.data;

import org.jspecify.annotations.Nullable;

/// Data that cannot be used: missing, empty, damaged or contradictory. The message is one sentence
/// for the user, with the path and what was expected and found.
public final class DataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DataException(String message) {
    super(message);
  }

  public DataException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /// A message formatted as by [String#formatted].
  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency of its own
  public static DataException of(String format, Object... args) {
    return new DataException(format.formatted(args));
  }
}
