package org.kanface.data.weights;

import org.jspecify.annotations.Nullable;
import org.kanface.kernels.DType;

/// Element types as PyTorch and NumPy name them; those without a twin in [DType] are widened.
enum ElementType {
  F32("FloatStorage", "f4", 4, DType.F32),
  F64("DoubleStorage", "f8", 8, DType.F64),
  F16("HalfStorage", "f2", 2, DType.F16),
  BF16("BFloat16Storage", "", 2, DType.BF16),
  I64("LongStorage", "i8", 8, DType.I64),
  I32("IntStorage", "i4", 4, DType.I32),
  I16("ShortStorage", "i2", 2, DType.I32),
  I8("CharStorage", "i1", 1, DType.I32),
  U8("ByteStorage", "u1", 1, DType.U8),
  BOOL("BoolStorage", "b1", 1, DType.U8);

  /// The class of PyTorch's storage, in module `torch`.
  final String storage;

  private final String numpy;

  /// Bytes an element in the file.
  final int bytes;

  /// What its tensors become.
  final DType dtype;

  ElementType(String storage, String numpy, int bytes, DType dtype) {
    this.storage = storage;
    this.numpy = numpy;
    this.bytes = bytes;
    this.dtype = dtype;
  }

  /// The type of a NumPy code such as `f4`; null for one that no weights have.
  static @Nullable ElementType ofNumpy(String code) {
    for (var type : values()) {
      if (type.numpy.equals(code)) {
        return type;
      }
    }
    return null;
  }

  boolean isWidened() {
    return bytes != dtype.bytes();
  }
}
