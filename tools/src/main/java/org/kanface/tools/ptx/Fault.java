package org.kanface.tools.ptx;

import java.util.Locale;

/// A kernel did something that a GPU would stop it for. The message is one sentence with the place.
public final class Fault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// What went wrong.
  public enum Kind {
    OUT_OF_BOUNDS,
    MISALIGNED,
    UNINITIALISED,
    RACE,
    BARRIER,
    DEADLOCK,
    TRAP,
    ASSERTION,
    LAUNCH;

    String words() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private final Kind kind;

  Fault(Kind kind, String message, Object... arguments) {
    super(message.formatted(arguments));
    this.kind = kind;
  }

  @Override
  public String getMessage() {
    String message = super.getMessage();
    return message == null ? "" : message;
  }

  /// What went wrong.
  public Kind kind() {
    return kind;
  }

  /// The same with a place in front.
  Fault at(String place) {
    var located = new Fault(kind, "%s: %s", place, getMessage());
    located.initCause(this);
    return located;
  }
}
