package org.kanface.config;

/// A configuration that cannot be used: an unknown key, a value of the wrong type or out of range,
/// no such preset. The message is one sentence for the user; it is wrong usage, not a failure.
public final class ConfigException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public ConfigException(String message) {
    super(message);
  }

  /// Throws with the formatted message unless `holds`.
  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency of its own
  static void require(boolean holds, String format, Object... args) {
    if (!holds) {
      throw new ConfigException(format.formatted(args));
    }
  }
}
