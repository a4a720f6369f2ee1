package org.kanface.tools.driver;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Elements of matrices and tensors, by index in a block of the device.
enum ElementType {
  F16(2) {
    @Override
    double get(MemorySegment block, long index) {
      return Float.float16ToFloat(block.getAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, index));
    }

    @Override
    void set(MemorySegment block, long index, double value) {
      block.setAtIndex(
          ValueLayout.JAVA_SHORT_UNALIGNED, index, Float.floatToFloat16((float) value));
    }
  },
  BF16(2) {
    @Override
    double get(MemorySegment block, long index) {
      int bits = block.getAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, index) << 16;
      return Float.intBitsToFloat(bits);
    }

    @Override
    void set(MemorySegment block, long index, double value) {
      int bits = Float.floatToIntBits((float) value);
      boolean isNan = Double.isNaN(value);
      int rounded = isNan ? bits | 0x400000 : bits + 0x7fff + (bits >>> 16 & 1); // ties to even
      block.setAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, index, (short) (rounded >>> 16));
    }
  },
  F32(4) {
    @Override
    double get(MemorySegment block, long index) {
      return block.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, index);
    }

    @Override
    void set(MemorySegment block, long index, double value) {
      block.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, index, (float) value);
    }
  },
  F64(8) {
    @Override
    double get(MemorySegment block, long index) {
      return block.getAtIndex(ValueLayout.JAVA_DOUBLE_UNALIGNED, index);
    }

    @Override
    void set(MemorySegment block, long index, double value) {
      block.setAtIndex(ValueLayout.JAVA_DOUBLE_UNALIGNED, index, value);
    }
  };

  final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  abstract double get(MemorySegment block, long index);

  abstract void set(MemorySegment block, long index, double value);
}
