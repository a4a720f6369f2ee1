package org.kanface.tools.ptx;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Native memory at absolute addresses. Whoever calls has checked bounds and alignment.
final class Raw {
  @SuppressWarnings("restricted") // this class is what the flag --enable-native-access is for
  static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS = INT.varHandle();
  private static final VarHandle LONGS = LONG.varHandle();

  private Raw() {}

  static byte getByte(long at) {
    return ALL.get(ValueLayout.JAVA_BYTE, at);
  }

  static short getShort(long at) {
    return ALL.get(SHORT, at);
  }

  static int getInt(long at) {
    return ALL.get(INT, at);
  }

  static long getLong(long at) {
    return ALL.get(LONG, at);
  }

  static void putByte(long at, byte value) {
    ALL.set(ValueLayout.JAVA_BYTE, at, value);
  }

  static void putShort(long at, short value) {
    ALL.set(SHORT, at, value);
  }

  static void putInt(long at, int value) {
    ALL.set(INT, at, value);
  }

  static void putLong(long at, long value) {
    ALL.set(LONG, at, value);
  }

  static boolean casInt(long at, int expected, int value) {
    return INTS.compareAndSet(ALL, at, expected, value);
  }

  static boolean casLong(long at, long expected, long value) {
    return LONGS.compareAndSet(ALL, at, expected, value);
  }

  static int volatileInt(long at) {
    return (int) INTS.getVolatile(ALL, at);
  }

  static long volatileLong(long at) {
    return (long) LONGS.getVolatile(ALL, at);
  }

  /// `bytes` bytes, 1, 2, 4 or 8.
  static long get(long at, int bytes) {
    return switch (bytes) {
      case 1 -> getByte(at);
      case 2 -> getShort(at);
      case 4 -> getInt(at);
      default -> getLong(at);
    };
  }

  static void put(long at, int bytes, long value) {
    switch (bytes) {
      case 1 -> putByte(at, (byte) value);
      case 2 -> putShort(at, (short) value);
      case 4 -> putInt(at, (int) value);
      default -> putLong(at, value);
    }
  }

  static void copy(long from, long to, long bytes) {
    MemorySegment.copy(ALL, from, ALL, to, bytes);
  }

  static void fill(long at, long bytes, byte value) {
    ALL.asSlice(at, bytes).fill(value);
  }

  /// The string at `at` up to a zero byte, at most `limit` bytes.
  static String string(long at, long limit) {
    var bytes = new byte[(int) Math.min(limit, 1 << 20)];
    int n = 0;
    while (n < bytes.length && getByte(at + n) != 0) {
      bytes[n] = getByte(at + n);
      n++;
    }
    return new String(bytes, 0, n, java.nio.charset.StandardCharsets.UTF_8);
  }
}
