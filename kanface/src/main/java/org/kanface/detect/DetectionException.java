package org.kanface.detect;

import org.jspecify.annotations.Nullable;

/// A detector that cannot be loaded. The message is one sentence for the user.
public final class DetectionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DetectionException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
