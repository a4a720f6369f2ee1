package org.kanface.tools.ptx.ir;

/// PTX that cannot be loaded: a mistake in the text, or a feature that is not supported. The
/// message is one sentence that names the line.
public final class PtxException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// `line` counts from 1; 0 where no line is to blame.
  public PtxException(int line, String message, Object... arguments) {
    super((line > 0 ? "PTX line " + line + ": " : "") + message.formatted(arguments));
  }
}
