package org.kanface.onnx;

/// A network that cannot be exported, an ONNX file that cannot be used, or no ONNX Runtime. The
/// message is one sentence for the user.
public final class OnnxException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public OnnxException(String message) {
    super(message);
  }

  OnnxException(String message, Throwable cause) {
    super(message, cause);
  }
}
