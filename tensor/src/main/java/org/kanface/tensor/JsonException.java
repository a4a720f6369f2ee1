package org.kanface.tensor;

/// A text that is not JSON, or a JSON value of another type than expected. The message is one
/// sentence that says where.
public final class JsonException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  JsonException(String message) {
    super(message);
  }
}
