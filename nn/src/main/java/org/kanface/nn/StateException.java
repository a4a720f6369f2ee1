package org.kanface.nn;

/// A file of weights that is damaged or belongs to something else. The message is one sentence that
/// names the file and the key.
public final class StateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StateException(String message) {
    super(message);
  }
}
