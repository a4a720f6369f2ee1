package org.kanface.tools.driver;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The caller's memory, by address: arguments of C functions point into it.
final class Host {
  @SuppressWarnings("restricted")
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private Host() {}

  /// `bytes` bytes from `address` on.
  static MemorySegment at(long address, long bytes) {
    if (address == 0 && bytes > 0) {
      throw new CudaError(Status.INVALID_VALUE, "a host pointer is null");
    }
    return ALL.asSlice(address, bytes);
  }

  static void putLong(long address, long value) {
    at(address, 8).set(ValueLayout.JAVA_LONG_UNALIGNED, 0, value);
  }

  static void putInt(long address, int value) {
    at(address, 4).set(ValueLayout.JAVA_INT_UNALIGNED, 0, value);
  }

  static void putFloat(long address, float value) {
    at(address, 4).set(ValueLayout.JAVA_FLOAT_UNALIGNED, 0, value);
  }

  static long getLong(long address) {
    return at(address, 8).get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
  }

  /// The text up to the next zero.
  static String string(long address) {
    return at(address, Long.MAX_VALUE - address).getString(0);
  }
}
