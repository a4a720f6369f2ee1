package org.kanface.tools.ptx;

import org.kanface.tools.ptx.ir.Function;

/// A function, decoded for one kernel.
final class Code {
  final Function function;

  /// Rows of 32 lanes; constants have their value, the rest is 0.
  long[] initialRegisters = new long[0];

  int predicates;
  Op[] ops = new Op[0];

  /// By op: the op at which lanes that a branch here splits meet again; [#EXIT] for the function's
  /// end.
  int[] meets = new int[0];

  /// By op: whether lanes may wait there for others.
  boolean[] joins = new boolean[0];

  /// Bytes of local memory of a call, in multiples of 16.
  long localBytes;

  /// Offsets of parameters and results in the frame.
  long[] parameterOffsets = new long[0];

  long[] resultOffsets = new long[0];

  /// First indices of register rows, where the function takes registers.
  int[] parameterRows = new int[0];

  int[] resultRows = new int[0];

  static final int EXIT = -1;

  Code(Function function) {
    this.function = function;
  }
}
