package org.kanface.kernels.reference;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.DType;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.Memory;

/// Reads and writes a host block's elements as `double`, whatever their type: the reference kernels
/// compute in double and round once, when they store.
record Elements(MemorySegment segment, DType type) {
  static Elements of(Memory memory, DType type) {
    return new Elements(((HostMemory) memory).segment(), type);
  }

  static @Nullable Elements ofNullable(@Nullable Memory memory, DType type) {
    return memory == null ? null : of(memory, type);
  }

  double get(long i) {
    return type == DType.F32
        ? segment.getAtIndex(ValueLayout.JAVA_FLOAT, i)
        : segment.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
  }

  void set(long i, double value) {
    if (type == DType.F32) {
      segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) value);
    } else {
      segment.setAtIndex(ValueLayout.JAVA_DOUBLE, i, value);
    }
  }

  void add(long i, double value) {
    set(i, get(i) + value);
  }

  /// A scalar argument as the element type holds it, for comparisons with elements.
  static double round(double scalar, DType type) {
    return type == DType.F32 ? (float) scalar : scalar;
  }

  /// Element `i` of a block of labels or indices.
  static long index(Memory memory, long i) {
    return ((HostMemory) memory).segment().getAtIndex(ValueLayout.JAVA_LONG, i);
  }
}
