package org.kanface.eval;

/// Data that cannot be evaluated. The message is one sentence for the user.
public final class EvaluationException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public EvaluationException(String message) {
    super(message);
  }
}
