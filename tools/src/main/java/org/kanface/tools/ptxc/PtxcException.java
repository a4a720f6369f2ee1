package org.kanface.tools.ptxc;

/// A source that cannot be compiled; the message is for the user.
final class PtxcException extends Exception {
  private static final long serialVersionUID = 1;

  PtxcException(String message) {
    super(message);
  }
}
