package org.kanface.tools.driver;

/// A driver call that fails: the status that it returns, and a sentence for people.
final class CudaError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Status status;

  CudaError(Status status, String message, Object... arguments) {
    super(message.formatted(arguments));
    this.status = status;
  }

  Status status() {
    return status;
  }
}
