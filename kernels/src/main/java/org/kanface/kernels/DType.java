package org.kanface.kernels;

/// Element types. F32 computes, F64 is the reference's and gradcheck's, F16/BF16 are the GPU's
/// mixed precision, I64/I32 hold labels and indices, U8 holds images.
public enum DType {
  F32(4),
  F64(8),
  F16(2),
  BF16(2),
  I64(8),
  I32(4),
  U8(1);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /// Bytes an element.
  public int bytes() {
    return bytes;
  }

  /// Whether gradients can flow through it.
  public boolean isFloating() {
    return this == F32 || this == F64 || this == F16 || this == BF16;
  }
}
