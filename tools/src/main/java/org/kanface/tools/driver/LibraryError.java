package org.kanface.tools.driver;

/// A call of a library above the driver that fails: the status that it returns, and a sentence.
final class LibraryError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient LibraryStatus status;

  LibraryError(LibraryStatus status, String message, Object... arguments) {
    super(message.formatted(arguments));
    this.status = status;
  }

  /// The same failure under the library's own status.
  LibraryError(LibraryStatus status, CudaError cause) {
    super(cause.getMessage(), cause);
    this.status = status;
  }

  LibraryStatus status() {
    return status;
  }
}
