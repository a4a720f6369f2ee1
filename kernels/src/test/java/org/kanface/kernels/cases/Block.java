package org.kanface.kernels.cases;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.DType;
import org.kanface.kernels.Halves;

/// One argument of a case. Around its elements lie margins that no kernel may touch.
///
/// @param own its type where that is not the kernel set's: I64 for labels and row numbers, …
record Block(Role role, @Nullable DType own, long size, Fill fill, Tolerance tolerance) {
  private static final int MARGIN = 64;
  private static final int PATTERN = 0x7FFCBEEF; // NaN as float and as double: reads of it show

  enum Role {
    IN,
    OUT,
    IN_OUT
  }

  /// Holds numbers that have an exact value in 16 bits, and may be off by more.
  Block rounded(DType half, double more) {
    if (own != null) {
      return this;
    }
    Fill exact = (i, random) -> Halves.round(half, (float) fill.at(i, random));
    return new Block(role, null, size, exact, tolerance.plus(more));
  }

  DType type(DType floating) {
    return own == null ? floating : own;
  }

  long byteSize(DType floating) {
    return size * type(floating).bytes();
  }

  /// Offset of the first element: the margin, and `shift` elements to leave the vector alignment.
  long start(DType floating, int shift) {
    return MARGIN + (long) shift * type(floating).bytes();
  }

  long total(DType floating, int shift) {
    return start(floating, shift) + byteSize(floating) + MARGIN;
  }

  /// The block with its margins; float32 values also where `floating` is wider, so that all sets
  /// read the same numbers.
  MemorySegment initial(DType floating, int shift, long seed, Arena arena) {
    long total = total(floating, shift);
    var segment = arena.allocate(Math.ceilDiv(total, MARGIN) * MARGIN, MARGIN).asSlice(0, total);
    for (long at = 0; at + 4 <= total; at += 4) {
      segment.set(ValueLayout.JAVA_INT, at, PATTERN);
    }
    if (role == Role.OUT) {
      return segment;
    }
    var body = body(segment, floating, shift);
    var random = new SplittableRandom(seed);
    for (long i = 0; i < size; i++) {
      double value = fill.at(i, random);
      switch (type(floating)) {
        case I64 -> body.setAtIndex(ValueLayout.JAVA_LONG, i, (long) value);
        case U8 -> body.setAtIndex(ValueLayout.JAVA_BYTE, i, (byte) value);
        case F16, BF16 ->
            body.setAtIndex(ValueLayout.JAVA_SHORT, i, Halves.of(type(floating), (float) value));
        case F64 -> body.setAtIndex(ValueLayout.JAVA_DOUBLE, i, (float) value);
        default -> body.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) value);
      }
    }
    return segment;
  }

  MemorySegment body(MemorySegment whole, DType floating, int shift) {
    return whole.asSlice(start(floating, shift), byteSize(floating));
  }

  double get(MemorySegment whole, DType floating, int shift, long i) {
    var body = body(whole, floating, shift);
    return switch (type(floating)) {
      case I64 -> body.getAtIndex(ValueLayout.JAVA_LONG, i);
      case U8 -> body.getAtIndex(ValueLayout.JAVA_BYTE, i);
      case F16, BF16 -> Halves.toFloat(type(floating), body.getAtIndex(ValueLayout.JAVA_SHORT, i));
      case F64 -> body.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
      default -> body.getAtIndex(ValueLayout.JAVA_FLOAT, i);
    };
  }
}
