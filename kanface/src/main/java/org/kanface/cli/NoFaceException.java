package org.kanface.cli;

import java.nio.file.Path;

/// An image that shows no face to work with. The message is one sentence for the user.
final class NoFaceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NoFaceException(Path file, String reason) {
    super(file + ": " + reason);
  }
}
