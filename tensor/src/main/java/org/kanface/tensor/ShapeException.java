package org.kanface.tensor;

/// Sizes that do not fit. The message names the operation, what was expected and what came.
public final class ShapeException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public ShapeException(String message) {
    super(message);
  }
}
